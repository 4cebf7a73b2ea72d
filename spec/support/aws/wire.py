"""HTTP/1.1 as bytes: reads requests from a socket, writes responses.

Knows framing only (request line, headers, Content-Length, keep-alive) and
keeps names, order and spelling of headers, because signatures depend on them.
Transfer codings are refused: AWS clients of these services always send a length.
"""

import time
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

MAX_HEAD = 64 * 1024
MAX_BODY = 4 * 1024 * 1024


class BadRequest(Exception):
    """A request that cannot be framed; the connection ends with this status."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status
        self.text = text


class Request:
    def __init__(self, method, target, headers, started):
        self.method = method
        self.target = target
        self.headers = headers
        self.body = b""
        self.started = started
        parts = urlsplit(target)
        self.path = parts.path or "/"
        self.query = parse_qsl(parts.query, keep_blank_values=True)

    def header(self, name, default=None):
        name = name.lower()
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return default

    def host(self):
        """The Host header without port, lower case."""
        host = (self.header("host") or "").lower()
        return host.rsplit(":", 1)[0] if ":" in host else host

    def wants_close(self):
        return "close" in self.header("connection", "").lower()


class Response:
    def __init__(self, status, body=b"", content_type=None, headers=()):
        self.status = status
        self.body = body
        self.headers = list(headers)
        self.code = None
        if content_type:
            self.headers.insert(0, ("Content-Type", content_type))

    def head(self, length=None):
        """Status line and headers; `length` overrides Content-Length for faults."""
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append(f"Content-Length: {len(self.body) if length is None else length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


class Reader:
    """Reads requests from one connection, one after another."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = bytearray()

    def _fill(self):
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def read_request(self):
        """The next Request, or None when the client has closed."""
        while not self.buffer:
            if not self._fill():
                return None
        started = time.time()
        while b"\r\n\r\n" not in self.buffer[:MAX_HEAD]:
            if len(self.buffer) >= MAX_HEAD:
                raise BadRequest(431, "request header too large")
            if not self._fill():
                return None
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        self.buffer = bytearray(rest)
        request = parse_head(head, started)
        request.body = self._read_body(request)
        return request

    def _read_body(self, request):
        if request.header("transfer-encoding"):
            raise BadRequest(411, "a Content-Length is required")
        text = request.header("content-length", "0" if request.method != "POST" else None)
        if text is None:
            raise BadRequest(411, "a Content-Length is required")
        if not text.isdigit():
            raise BadRequest(400, "bad Content-Length")
        length = int(text)
        if length > MAX_BODY:
            raise BadRequest(413, "request body too large")
        if request.header("expect", "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(self.buffer) < length:
            if not self._fill():
                raise BadRequest(400, "request body cut short")
        body = bytes(self.buffer[:length])
        del self.buffer[:length]
        return body


def parse_head(head, started):
    try:
        lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        raise BadRequest(400, "header is not UTF-8") from None
    words = lines[0].split(" ")
    to_proxy = words[0] == "CONNECT"  # sent as HTTP/1.0 and without Host by some
    if len(words) != 3 or not (words[2] == "HTTP/1.1" or (to_proxy and words[2] == "HTTP/1.0")):
        raise BadRequest(400, "bad request line")
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest(400, "bad header line")
        headers.append((name, value.strip(" \t")))
    if sum(name.lower() == "host" for name, _ in headers) != 1 and not to_proxy:
        raise BadRequest(400, "exactly one Host header is required")
    return Request(words[0], words[1], headers, started)
