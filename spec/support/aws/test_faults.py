"""Every fault, seen from botocore or from a bare socket; transports and TLS gone wrong."""

import json
import socket
import ssl
import time
import unittest

from botocore.exceptions import (ClientError, ConnectionClosedError, EndpointConnectionError, HTTPClientError,
                                 ReadTimeoutError, SSLError)
from botocore.parsers import ResponseParserError
from harness import Double, DoubleTest, key_of


class Faults(DoubleTest):
    def fails(self, kind, call):
        with self.assertRaises(kind) as caught:
            call()
        return caught.exception

    def error_of(self, call):
        response = self.fails(ClientError, call).response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]

    def identity(self, **settings):
        return self.client("sts", **settings).get_caller_identity

    def accounts(self, **settings):
        return self.client("organizations", **settings).list_accounts

    def test_throttle_speaks_each_services_language(self):
        self.double.fault(kind="throttle")
        self.assertEqual(self.error_of(self.identity()), (400, "Throttling"))
        self.assertEqual(self.error_of(self.accounts()), (400, "TooManyRequestsException"))

    def test_throttle_with_retry_after(self):
        self.double.fault(kind="throttle", status=503, code="SlowDown", retry_after=7)
        status, headers, _ = self.send(self.signed())
        self.assertEqual((status, headers["retry-after"]), (503, "7"))

    def test_counts_skips_and_filters(self):
        self.double.fault(kind="throttle", operation="ListAccounts", after=1, times=2)
        self.double.fault(kind="server_error", service="iam", times=1)
        found = [self.send(self.signed())[0]]
        for _ in range(4):
            try:
                self.accounts()()
                found.append(200)
            except ClientError:
                found.append(400)
        self.assertEqual(found, [200, 200, 400, 400, 200])
        self.assertEqual(self.error_of(self.client("iam").get_user), (500, "InternalFailure"))
        self.client("iam").get_user()

    def test_rules_for_one_key_leave_the_others_alone(self):
        self.double.fault(kind="throttle", key="AKIASOMEBODYELSE0000")
        self.identity()()
        self.double.fault(kind="server_error", key=key_of("management")[0])
        self.assertEqual(self.error_of(self.identity())[0], 500)
        self.client("sts", user="security").get_caller_identity()

    def test_clear_ends_faults(self):
        self.double.fault(kind="throttle")
        self.double.ask("clear")
        self.identity()()

    def test_one_fault_is_survived_by_retry(self):
        self.double.fault(kind="reset", times=1)
        self.identity(retries={"total_max_attempts": 2})()
        self.assertEqual([row["fault"] for row in self.double.requests()], ["reset", None])

    def test_server_errors_with_three_bodies(self):
        for status in (500, 502, 503):
            self.double.ask("clear")
            self.double.fault(kind="server_error", status=status)
            self.assertEqual(self.error_of(self.identity())[0], status)
            self.assertEqual(self.error_of(self.accounts())[0], status)
        for body, text in (("html", b"<html>"), ("empty", b"")):
            self.double.ask("clear")
            self.double.fault(kind="server_error", status=502, body=body)
            status, _, sent = self.send(self.signed())
            self.assertEqual(status, 502)
            self.assertIn(text, sent)
            self.assertEqual(not sent, body == "empty")

    def test_error_deny_and_expired_token(self):
        self.double.fault(kind="error", code="RegionDisabledException", status=403, message="off", times=1)
        self.assertEqual(self.error_of(self.identity()), (403, "RegionDisabledException"))
        self.double.fault(kind="deny", times=2)
        self.assertEqual(self.error_of(self.identity()), (403, "AccessDenied"))
        self.assertEqual(self.error_of(self.accounts()), (400, "AccessDeniedException"))
        self.double.fault(kind="expired_token", times=2)
        self.assertEqual(self.error_of(self.identity()), (403, "ExpiredToken"))
        self.assertEqual(self.error_of(self.accounts()), (400, "ExpiredTokenException"))

    def test_skewed_clock_for_one_request(self):
        self.double.fault(kind="skew", seconds=-3600, times=1)
        error = self.fails(ClientError, self.identity())
        self.assertIn("Signature not yet current", error.response["Error"]["Message"])
        self.identity()()

    def test_hang(self):
        self.double.fault(kind="hang")
        self.fails(ReadTimeoutError, self.identity(read_timeout=1))
        rows = self.double.requests()
        self.assertEqual([row["fault"] for row in rows], ["hang"])

    def test_reset_before_and_in_the_middle(self):
        self.double.fault(kind="reset", times=1)
        self.fails((ConnectionClosedError, HTTPClientError), self.identity())
        self.double.fault(kind="reset", at="middle", times=1)
        sock = self.connect()
        with self.assertRaises(ConnectionResetError):
            self.send(self.signed(), sock)
            sock.recv(1)

    def test_truncate(self):
        self.double.fault(kind="truncate")
        _, headers, body = self.send(self.signed())
        self.assertLess(len(body), int(headers["content-length"]))

    def test_garbage(self):
        for body in ("random", "html", "empty"):
            self.double.ask("clear")
            self.double.fault(kind="garbage", body=body)
            status, _, sent = self.send(self.signed())
            self.assertEqual(status, 200)
            self.assertNotIn(b"GetCallerIdentityResponse", sent)
        self.double.ask("clear")
        self.double.fault(kind="garbage", body="random")
        self.fails((ResponseParserError, ClientError), self.identity())
        self.double.ask("clear")
        self.double.fault(kind="garbage", body="wrong_type")
        _, headers, sent = self.send(self.signed())
        self.assertEqual(headers["content-type"], "image/png")
        self.assertIn(b"GetCallerIdentityResponse", sent)

    def test_oversized_headers_and_bodies(self):
        self.double.fault(kind="big_header", times=1)
        _, headers, _ = self.send(self.signed())
        self.assertEqual(len(headers["x-filler"]), 1 << 20)
        self.double.fault(kind="big_body", times=1)
        self.assertEqual(len(self.send(self.signed())[2]), 100 << 20)
        self.double.fault(kind="big_body", size=70000, times=1)
        self.assertEqual(len(self.send(self.signed())[2]), 70000)

    def test_slow_drips_bytes(self):
        self.double.fault(kind="slow", ms=1)
        begin = time.monotonic()
        self.identity()()
        self.assertGreater(time.monotonic() - begin, 0.4)

    def test_delay_of_one_request_and_of_all(self):
        self.double.fault(kind="delay", ms=200, times=1)
        for patch in ({}, {"delay_ms": 200}):
            self.double.ask("state", patch)
            begin = time.monotonic()
            self.send(self.signed())
            self.assertGreater(time.monotonic() - begin, 0.2)
        self.double.ask("state", {"delay_ms": 0})

    def test_redirects(self):
        for status in (301, 302):
            self.double.ask("clear")
            self.double.fault(kind="redirect", status=status, location="https://elsewhere.example.com/")
            found, headers, _ = self.send(self.signed())
            self.assertEqual((found, headers["location"]), (status, "https://elsewhere.example.com/"))

    def test_close_after_a_good_answer(self):
        self.double.fault(kind="close", times=1)
        sock = self.connect()
        self.assertEqual(self.send(self.signed(), sock)[0], 200)
        self.assertEqual(sock.recv(1), b"")

    def test_faults_at_accept(self):
        self.double.fault(kind="reset", operation="accept", times=1)
        # The reset can come while the client still connects.
        self.fails((ConnectionClosedError, EndpointConnectionError, HTTPClientError), self.identity())
        self.double.fault(kind="garbage", operation="accept", times=1)
        self.fails((SSLError, HTTPClientError), self.identity(through="https"))
        self.double.fault(kind="hang", operation="accept", times=1)
        sock = self.connect()
        sock.settimeout(0.3)
        with self.assertRaises(socket.timeout):
            self.send(self.signed(), sock)

    def test_rules_with_mistakes_are_refused(self):
        for rule in ({"kind": "nothing"}, {"kind": "hang", "ms": 1}, {"kind": "reset", "at": "end"},
                     {"kind": "throttle", "operation": "accept"},
                     {"kind": "hang", "operation": "accept", "key": "AKIASOMEBODYELSE0000"}):
            with self.assertRaises(ValueError):
                self.double.fault(**rule)


class Transports(DoubleTest):
    def test_https_with_a_trusted_authority(self):
        self.client("sts", through="https").get_caller_identity()
        row = self.double.requests()[0]
        self.assertEqual((row["tls"], row["transport"]), ("TLSv1.3", "https"))

    def test_tls_resumes_sessions(self):
        context = self.trusting()
        first = self.connect("https", context)
        first.sendall(b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        first.recv(4096)
        second = socket.create_connection(("127.0.0.1", self.port("https")))
        second = context.wrap_socket(second, server_hostname="127.0.0.1", session=first.session)
        self.addCleanup(second.close)
        self.assertTrue(second.session_reused)

    def test_bad_certificates(self):
        for variant, text in (("wrong_host", "mismatch"), ("expired", "expired"), ("self_signed", "self-signed"),
                              ("unknown_ca", "unable to get local issuer")):
            self.double.ask("state", {"tls": variant})
            with self.assertRaises(ssl.SSLCertVerificationError) as caught:
                self.connect("https", self.trusting())
            self.assertIn(text, str(caught.exception))

    def test_tls_below_1_2(self):
        self.double.ask("state", {"tls": "tls1.1"})
        with self.assertRaises(ssl.SSLError):
            self.connect("https", self.trusting())
        old = self.trusting()
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.set_ciphers("ALL:@SECLEVEL=0")
        self.assertEqual(self.connect("https", old).version(), "TLSv1.1")

    def test_unsigned_look_keeps_the_connection(self):
        sock = self.connect()
        sock.sendall(b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        self.assertTrue(sock.recv(4096).startswith(b"HTTP/1.1 302"))
        self.assertEqual(self.send(self.signed(), sock)[0], 200)
        self.assertEqual([row["operation"] for row in self.double.requests()], ["HEAD", "GetCallerIdentity"])

    def test_requests_that_are_not_http(self):
        for data, status in ((b"hello\r\n\r\n", 400), (b"POST / HTTP/1.1\r\nHost: a\r\n\r\n", 411),
                             (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 421),
                             (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70000 + b"\r\n\r\n", 431)):
            self.assertEqual(self.talk(data, self.connect())[0], status)

    def test_proxy_serves_each_host_with_its_own_scope(self):
        self.client("sts", through="proxy", region="us-east-2").get_caller_identity()
        self.client("organizations", through="proxy", region="us-east-2").list_accounts()
        self.client("iam", through="proxy", region="eu-west-1").get_user()
        rows = [row for row in self.double.requests() if row["service"] != "proxy"]
        self.assertEqual([(row["host"], row["region"], row["tls"]) for row in rows], [
            ("sts.us-east-2.amazonaws.com", "us-east-2", "TLSv1.3"),
            ("organizations.us-east-1.amazonaws.com", "us-east-1", "TLSv1.3"),
            ("iam.amazonaws.com", "us-east-1", "TLSv1.3")])

    def test_proxy_hosts_of_other_partitions(self):
        self.double.ask("state", {"partition": "aws-cn"})
        self.client("sts", through="proxy", region="cn-north-1").get_caller_identity()
        self.client("organizations", through="proxy", region="cn-north-1").list_accounts()
        with self.assertRaises(ClientError):
            self.client("sts", through="proxy", region="us-east-1").get_caller_identity()
        self.double.ask("state", {"partition": "aws-us-gov"})
        self.client("iam", through="proxy", region="us-gov-west-1").get_user()

    def test_host_is_held_to_its_scope(self):
        sock = self.tunnel("sts.us-east-2.amazonaws.com")
        request = self.signed(host="sts.us-east-2.amazonaws.com", region="us-east-1")
        status, _, body = self.send(request, sock)
        self.assertEqual(status, 403)
        self.assertIn(b"valid region", body)
        request = self.signed(host="sts.us-east-2.amazonaws.com", region="us-east-2", service="iam")
        self.assertIn(b"correct service: 'sts'", self.send(request, sock)[2])
        request = self.signed(host="iam.amazonaws.com")
        self.assertEqual(self.send(request, sock)[0], 421)

    def tunnel(self, host):
        sock = self.connect("proxy")
        self.assertEqual(self.ask_proxy(sock, host), 200)
        context = self.trusting()
        wrapped = context.wrap_socket(sock, server_hostname=host)
        self.addCleanup(wrapped.close)
        return wrapped

    def ask_proxy(self, sock, host, headers=""):
        sock.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n{headers}\r\n".encode())
        reply = sock.recv(4096)
        return int(reply.split()[1]) if reply else None

    def test_proxy_refuses_other_hosts_and_plain_requests(self):
        self.assertEqual(self.ask_proxy(self.connect("proxy"), "example.com"), 403)
        self.assertEqual(self.ask_proxy(self.connect("proxy"), "s3.amazonaws.com"), 403)
        plain = b"GET http://sts.amazonaws.com/ HTTP/1.1\r\nHost: sts.amazonaws.com\r\n\r\n"
        self.assertEqual(self.talk(plain, self.connect("proxy"))[0], 405)

    def test_proxy_login(self):
        self.double.ask("state", {"proxy_login": {"user": "me", "password": "open"}})
        sock = self.connect("proxy")
        self.assertEqual(self.ask_proxy(sock, "sts.amazonaws.com"), 407)
        self.assertEqual(self.ask_proxy(sock, "sts.amazonaws.com", "Proxy-Authorization: Basic bWU6c2h1dA==\r\n"), 407)
        self.assertEqual(self.ask_proxy(sock, "sts.amazonaws.com", "Proxy-Authorization: Basic bWU6b3Blbg==\r\n"), 200)
        place = self.double.places["proxy"].replace("//", "//me:open@")
        self.client("sts", through="proxy", proxies={"https": place}).get_caller_identity()

    def test_faults_at_the_proxy(self):
        self.double.fault(kind="server_error", status=502, body="html", operation="CONNECT", times=1)
        self.assertEqual(self.ask_proxy(self.connect("proxy"), "sts.amazonaws.com"), 502)
        self.double.fault(kind="hang", operation="CONNECT", times=1)
        sock = self.connect("proxy")
        sock.settimeout(0.3)
        with self.assertRaises(socket.timeout):
            self.ask_proxy(sock, "sts.amazonaws.com")
        self.double.fault(kind="reset", operation="CONNECT", times=1)
        with self.assertRaises(ConnectionResetError):
            self.ask_proxy(self.connect("proxy"), "sts.amazonaws.com")

    def test_proxy_with_bad_certificates(self):
        self.double.ask("state", {"tls": "expired"})
        with self.assertRaises(SSLError):
            self.client("sts", through="proxy").get_caller_identity()

    def test_many_at_once(self):
        self.double.ask("state", {"delay_ms": 200})
        socks = [self.connect() for _ in range(8)]
        begin = time.monotonic()
        request = self.signed()
        body = request.data.encode()
        head = [f"{name}: {value}" for name, value in request.headers.items()]
        data = "\r\n".join(["POST / HTTP/1.1", f"Host: 127.0.0.1:{self.port('http')}",
                            f"Content-Length: {len(body)}", *head]).encode() + b"\r\n\r\n" + body
        for sock in socks:
            sock.sendall(data)
        for sock in socks:
            self.assertTrue(sock.recv(4096).startswith(b"HTTP/1.1 200"))
        self.assertLess(time.monotonic() - begin, 1)
        rows = self.double.requests()
        self.assertLess(max(row["start"] for row in rows), min(row["end"] for row in rows))
        json.dumps(rows)


class Life(unittest.TestCase):
    def test_ends_with_its_input(self):
        double = Double("--delay-ms", "1")
        self.assertEqual(double.ask("state")["delay_ms"], 1)
        double.stop()
        self.assertEqual(double.process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
