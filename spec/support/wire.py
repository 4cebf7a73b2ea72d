"""A server for specs that says exactly the bytes it is told and writes down exactly the bytes it hears.

    wire.py FOLDER [CERTIFICATE]

FOLDER/answers.json is a list of answers, one for each request in order of arrival, the last one for all that follow:
{"bytes": hex, "close": bool, "wait_ms": before the answer, "pieces": size of each write}. The port goes to FOLDER/port,
each request as a line of hex to FOLDER/requests, each connection as a byte to FOLDER/connections. Ends with its input.
"""

import json
import os
import socket
import ssl
import sys
import threading
import time

folder = sys.argv[1]
context = None
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
with open(os.path.join(folder, "answers.json"), encoding="ascii") as file:
    answers = json.load(file)
lock = threading.Lock()


def note(name, data):
    with open(os.path.join(folder, name), "ab") as out:
        out.write(data)


def read_request(sock):
    """One request by its Content-Length; None when the client is gone first."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        more = sock.recv(65536)
        if not more:
            return None
        body += more
    return head + b"\r\n\r\n" + body


def take():
    with lock:
        return answers.pop(0) if len(answers) > 1 else answers[0]


def serve(sock):
    note("connections", b".")
    try:
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        while True:
            request = read_request(sock)
            if request is None:
                return
            note("requests", request.hex().encode() + b"\n")
            answer = take()
            time.sleep(answer.get("wait_ms", 0) / 1000)
            data = bytes.fromhex(answer["bytes"])
            size = answer.get("pieces") or len(data) or 1
            for start in range(0, len(data), size):
                sock.sendall(data[start:start + size])
            if answer.get("close"):
                return
    except OSError:
        pass  # the client has left: that is its right
    finally:
        sock.close()


def listen():
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as out:
        out.write(str(listener.getsockname()[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


threading.Thread(target=listen, daemon=True).start()
sys.stdin.read()
