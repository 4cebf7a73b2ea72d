"""Listeners and connections: one thread each, kept alive until the client leaves."""

import socket
import ssl
import threading
import time

import delivery
import faults as faulty
import proxy
from wire import BadRequest, Reader, Response


class Server:
    def __init__(self, api, faults, journal, authority):
        self.api = api
        self.faults = faults
        self.journal = journal
        self.authority = authority

    def listen(self, transport, port):
        """Opens a loopback port (0 picks one), serves it, returns its number."""
        listener = socket.create_server(("127.0.0.1", port), backlog=256)
        threading.Thread(target=self._accept, args=(listener, transport), daemon=True).start()
        return listener.getsockname()[1]

    def _accept(self, listener, transport):
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=self._connection, args=(sock, transport), daemon=True).start()

    def _connection(self, sock, transport):
        connection = self.journal.connection(transport)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            sock = self._open(sock, connection)
            if sock:
                self._serve(sock, connection)
        except BadRequest as error:
            connection["error"] = error.text
            refuse(sock, error)
        except OSError as error:
            connection["error"] = str(error)
        finally:
            connection["closed"] = time.time()
            if sock:
                close(sock)

    def _open(self, sock, connection):
        """The socket that requests arrive on (TLS where it should be), or None when there will be none."""
        rule = self.faults.match("connection", "accept")
        if rule:
            delivery.break_connection(sock, rule)
            sock.close()
            return None
        if connection["transport"] == "http":
            return sock
        host = "127.0.0.1"
        if connection["transport"] == "proxy":
            host = self._negotiate(sock, connection)
            if host is None:
                close(sock)
                return None
            connection["target"] = host
        context = self.authority.context(host, self.api.world.document["tls"])
        try:
            wrapped = context.wrap_socket(sock, server_side=True)
        except OSError as error:
            connection["error"] = str(error)
            sock.close()
            return None
        connection.update(tls=wrapped.version(), resumed=wrapped.session_reused)
        return wrapped

    def _negotiate(self, sock, connection):
        try:
            return proxy.negotiate(Reader(sock), sock, self.api, connection, self.journal)
        except proxy.Broken as broken:
            response = faulty.replace(broken.rule) or broken.response
            broken.row["status"] = response.status
            delivery.deliver(sock, broken.request, response, broken.rule)
            return None

    def _serve(self, sock, connection):
        reader = Reader(sock)
        while True:
            request = reader.read_request()
            if request is None:
                return
            row = self.journal.request(connection, request.started)
            response, rule = self.api.answer(request, connection, row)
            if request.wants_close():
                response.headers.append(("Connection", "close"))
            if rule is None:  # noted first: who has the answer may ask for the log at once
                row["end"] = time.time()
            stays_open = delivery.deliver(sock, request, response, rule)
            row["end"] = time.time()
            if request.wants_close() or not stays_open:
                return


def refuse(sock, error):
    """Answers what is not HTTP as far as we read it."""
    response = Response(error.status, error.text.encode() + b"\n", "text/plain", [("Connection", "close")])
    try:
        sock.sendall(response.head() + response.body)
    except OSError:
        pass  # the client left first: the log has the reason


def close(sock):
    """Ends a connection politely: TLS says goodbye without waiting for the answer."""
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.settimeout(0)
            sock.unwrap()
    except (OSError, ValueError):
        pass  # the client left first, or will not say goodbye: nothing is lost
    sock.close()
