"""Puts an answer on the wire, well or badly.

Without a fault the whole response leaves in one write. The faults here happen
after the service has done its work: an answer can be lost although the
request had its effect.
"""

import os
import socket
import struct
import time

CHUNK = b"A" * 65536


def deliver(sock, request, response, rule):
    """Sends; returns whether the connection may carry another request."""
    body = b"" if request.method == "HEAD" else response.body
    kind = rule["kind"] if rule else None
    if kind in DELIVERIES:
        return DELIVERIES[kind](sock, response, body, rule)
    if kind == "garbage" and rule.get("body") == "wrong_type":
        response.headers = [(name, "image/png" if name == "Content-Type" else value)
                            for name, value in response.headers]
    sock.sendall(response.head() + body)
    return True


def hang(sock, *_):
    """Says nothing until the other side gives up."""
    while sock.recv(65536):
        pass
    return False


def reset(sock, response, body, rule):
    if rule.get("at") == "middle":
        data = response.head() + body
        sock.sendall(data[:len(data) // 2])
        time.sleep(0.05)
    abort(sock)
    return False


def abort(sock):
    """Closes with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def truncate(sock, response, body, _rule):
    sock.sendall(response.head() + body[:len(body) // 2])
    return False


def close(sock, response, body, _rule):
    """A good answer, then the connection ends without having said so."""
    sock.sendall(response.head() + body)
    return False


def slow(sock, response, body, rule):
    for byte in response.head() + body:
        sock.sendall(bytes([byte]))
        time.sleep(rule.get("ms", 10) / 1000)
    return True


def big_header(sock, response, body, rule):
    response.headers.append(("X-Filler", "A" * rule.get("size", 1 << 20)))
    sock.sendall(response.head() + body)
    return True


def big_body(sock, response, _body, rule):
    left = rule.get("size", 100 << 20)
    sock.sendall(response.head(length=left))
    while left > 0:
        sock.sendall(CHUNK[:left])
        left -= len(CHUNK)
    return True


def break_connection(sock, rule):
    """A fault before any request: `hang`, `reset`, or bytes that are neither TLS nor HTTP."""
    if rule["kind"] == "hang":
        hang(sock)
    elif rule["kind"] == "garbage":
        sock.sendall(os.urandom(2000))
    else:
        abort(sock)


DELIVERIES = {"hang": hang, "reset": reset, "truncate": truncate, "close": close, "slow": slow,
              "big_header": big_header, "big_body": big_body}
