"""Looks for a secret in the memory of a process that has sent and received it.

    memory_scan.py HOST_PROGRAM SCRIPT

Serves https on loopback with a certificate of its own, answers every request with a random marker, and runs
`HOST_PROGRAM SCRIPT URL CERTIFICATE`. The script writes a line whenever its memory is to be searched and goes on when
it reads one; each line is printed with the number of places where the marker was found.
"""

import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

# Never whole in the memory of anything but this process and what it sends the marker to.
marker = os.urandom(24).hex().encode()

# More than any allocator maps at once. AddressSanitizer reserves terabytes for its marks, which hold no bytes of ours.
LARGEST = 1 << 30


def certificate(folder):
    path = os.path.join(folder, "both.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path + ".key",
                    "-out", path], check=True, stderr=subprocess.DEVNULL)
    return path


def answer(sock):
    data = b""
    with sock:
        while True:
            more = sock.recv(65536)
            if not more:
                return
            data += more
            while b"\r\n\r\n" in data:
                head, _, rest = data.partition(b"\r\n\r\n")
                found = re.search(rb"(?i)content-length: (\d+)", head)
                length = int(found.group(1)) if found else 0
                if len(rest) < length:
                    break
                data = rest[length:]
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(marker), marker))


def serve(listener, context):
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=answer, args=(context.wrap_socket(sock, server_side=True),), daemon=True).start()


def count(pid):
    """How often the marker stands in the process's writable memory."""
    places = 0
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(word, 16) for word in line.split(" ", 1)[0].split("-"))
            if not line.split(" ")[1].startswith("rw") or end - start > LARGEST:
                continue
            try:
                memory.seek(start)
                places += memory.read(end - start).count(marker)
            except (OSError, OverflowError):
                pass  # a mapping without pages behind it
    return places


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, path + ".key")
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=serve, args=(listener, context), daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        child = subprocess.Popen([*sys.argv[1:], url, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for line in child.stdout:
            print(line.decode().strip(), count(child.pid), flush=True)
            child.stdin.write(b"\n")
            child.stdin.flush()
        sys.exit(child.wait())


main()
