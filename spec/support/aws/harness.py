"""What the tests share: a double in its own process, signed raw requests, botocore clients."""

import json
import os
import socket
import ssl
import subprocess
import sys
import unittest
from urllib.parse import urlencode, urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

FOLDER = os.path.dirname(os.path.abspath(__file__))
STS = "2011-06-15"


def key_of(name):
    """(key id, secret) of a default user's access key."""
    return "AKIA" + name.upper().ljust(16, "X"), f"{name}/Secret+".ljust(40, "0")


class Double:
    def __init__(self, *args):
        self.process = subprocess.Popen([sys.executable, FOLDER, *args], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.places = json.loads(self.process.stdout.readline())

    def ask(self, verb, content=None):
        self.process.stdin.write(json.dumps({"do": verb, "with": content}).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if not answer["ok"]:
            raise ValueError(answer["error"])
        return answer["result"]

    def fault(self, **rule):
        self.ask("fault", rule)

    def requests(self):
        return self.ask("log")["requests"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class DoubleTest(unittest.TestCase):
    """One double a class, as new for each test."""

    @classmethod
    def setUpClass(cls):
        cls.double = Double()
        cls.addClassCleanup(cls.double.stop)
        cls.session = botocore.session.Session()
        cls.session.set_config_variable("sts_regional_endpoints", "regional")

    def setUp(self):
        self.double.ask("reset")

    def client(self, service, user="management", region="us-east-1", through="http", keys=None, **settings):
        """A botocore client through the double's `http`, `https` or `proxy` port, trying once."""
        key_id, secret, *token = keys or key_of(user)
        verify, endpoint = None, self.double.places["http"]
        if through != "http":
            verify = self.double.places["ca"]
            endpoint = self.double.places["https"] if through == "https" else None
        if through == "proxy":
            settings.setdefault("proxies", {"https": self.double.places["proxy"]})
        settings = {"retries": {"total_max_attempts": 1}, "read_timeout": 3, **settings}
        client = self.session.create_client(
            service, region, endpoint_url=endpoint, verify=verify, aws_access_key_id=key_id,
            aws_secret_access_key=secret, aws_session_token=token[0] if token else None,
            config=Config(**settings))
        self.addCleanup(client.close)
        return client

    def port(self, transport):
        return urlsplit(self.double.places[transport]).port

    def connect(self, transport="http", context=None):
        sock = socket.create_connection(("127.0.0.1", self.port(transport)), timeout=5)
        if context:
            sock = context.wrap_socket(sock, server_hostname="127.0.0.1")
        self.addCleanup(sock.close)
        return sock

    def trusting(self):
        return ssl.create_default_context(cafile=self.double.places["ca"])

    def signed(self, fields=None, user="management", service="sts", region="us-east-1", method="POST", path="/",
               headers=(), host=None, signer=SigV4Auth, body=None,
               content_type="application/x-www-form-urlencoded; charset=utf-8"):
        """A request that botocore signed, as an AWSRequest: tests tamper with it before `send`."""
        if fields is None:
            fields = {"Action": "GetCallerIdentity", "Version": STS}
        if body is None:
            body = urlencode(fields)
        place = f"https://{host}" if host else self.double.places["http"]
        request = AWSRequest(method, place + path, data=body)
        request.headers["Content-Type"] = content_type
        for name, value in headers:
            request.headers[name] = value
        signer(Credentials(*key_of(user)), service, region).add_auth(request)
        return request

    def send(self, request, sock=None):
        """(status, headers, body) of a request on a socket of its own, or on `sock`."""
        body = request.data.encode() if isinstance(request.data, str) else request.data or b""
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{request.method} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() != "host"]
        return self.talk("\r\n".join(lines).encode() + b"\r\n\r\n" + body, sock or self.connect())

    @staticmethod
    def talk(data, sock):
        sock.sendall(data)
        file = sock.makefile("rb")
        status = int(file.readline().split()[1])
        headers = {}
        for line in iter(file.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, file.read(int(headers.get("content-length", 0)))
