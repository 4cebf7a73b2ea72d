"""The CONNECT proxy: lets real clients reach AWS's host names.

Answers CONNECT for hosts of the endpoint table and nothing else; the caller
then speaks TLS as that host. A login is asked for when the document has one.
"""

import base64
import time

from wire import Response


def negotiate(reader, sock, api, connection, journal):
    """Serves CONNECT requests until one succeeds; the host, or None when the client is gone or refused.

    Raises Broken when a fault rule fires on one of them."""
    while True:
        request = reader.read_request()
        if request is None:
            return None
        row = journal.request(connection, request.started)
        host, _, port = request.target.lower().rpartition(":")
        row.update(service="proxy", operation=request.method, host=host)
        rule = api.faults.match("proxy", request.method)
        row["fault"] = rule and rule["kind"]
        response = judge(request, host, port, api)
        row["status"] = response.status
        if rule:
            raise Broken(request, response, rule, row)
        row["end"] = time.time()
        if response.status == 200:
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return host
        sock.sendall(response.head() + response.body)
        if response.status != 407:
            return None


class Broken(Exception):
    """A fault rule fired on a request to the proxy."""

    def __init__(self, request, response, rule, row):
        super().__init__(rule["kind"])
        self.request = request
        self.response = response
        self.rule = rule
        self.row = row


def judge(request, host, port, api):
    login = api.world.document["proxy_login"]
    if login and request.header("proxy-authorization") != basic(login):
        return Response(407, b"login required\n", "text/plain", [("Proxy-Authenticate", 'Basic realm="double"')])
    if request.method != "CONNECT":
        return Response(405, b"only CONNECT is served here\n", "text/plain")
    if port != "443" or api.endpoints.find(host) is None:
        return Response(403, b"this host is not served here\n", "text/plain")
    return Response(200)


def basic(login):
    return "Basic " + base64.b64encode(f"{login['user']}:{login['password']}".encode()).decode()
