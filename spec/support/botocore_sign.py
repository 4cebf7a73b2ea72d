"""Signs requests with botocore, stage by stage: the judge of spec/core/sigv4_differential_spec.lua.

Reads one JSON object a line, answers one a line. A request has method, scheme, host, path, query (encoded text) or
pairs ([[name, value], ...]), headers ([[name, value], ...]), body (hex), access_key_id, secret_access_key,
session_token (or null), region, service, time (Unix seconds), s3, unsigned (payload signing off) and, for a presigned
URL, expires. The answer has canonical_request, string_to_sign, signature, headers (names in lower case) and url.
"""
import datetime
import json
import sys
from types import SimpleNamespace

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

now = None


class Clock(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return now


botocore.auth.datetime = SimpleNamespace(datetime=Clock)


def recording(signer):
    """The signer's class, keeping what each stage gives."""

    class Recorder(signer):
        def canonical_request(self, request):
            self.stages = {"canonical_request": super().canonical_request(request)}
            return self.stages["canonical_request"]

        def string_to_sign(self, request, canonical_request):
            self.stages["string_to_sign"] = super().string_to_sign(request, canonical_request)
            return self.stages["string_to_sign"]

        def signature(self, string_to_sign, request):
            self.stages["signature"] = super().signature(string_to_sign, request)
            return self.stages["signature"]

    return Recorder


SIGNERS = {
    (False, False): recording(botocore.auth.SigV4Auth),
    (True, False): recording(botocore.auth.S3SigV4Auth),
    (False, True): recording(botocore.auth.SigV4QueryAuth),
    (True, True): recording(botocore.auth.S3SigV4QueryAuth),
}


def sign(asked):
    global now
    now = Clock.utcfromtimestamp(asked["time"])
    url = f"{asked['scheme']}://{asked['host']}{asked['path']}"
    if asked.get("query"):
        url += "?" + asked["query"]
    request = AWSRequest(method=asked["method"], url=url, data=bytes.fromhex(asked["body"]))
    if asked.get("pairs"):
        request.params = [tuple(pair) for pair in asked["pairs"]]
    for name, value in asked["headers"]:
        request.headers[name] = value
    if asked["unsigned"]:
        request.context["payload_signing_enabled"] = False
        request.context["client_config"] = SimpleNamespace(s3={"payload_signing_enabled": False})
    credentials = Credentials(asked["access_key_id"], asked["secret_access_key"], asked.get("session_token") or None)
    presigned = asked.get("expires") is not None
    more = {"expires": asked["expires"]} if presigned else {}
    signer = SIGNERS[bool(asked["s3"]), presigned](credentials, asked["service"], asked["region"], **more)
    signer.add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return {**signer.stages, "headers": headers, "url": request.url}


for line in sys.stdin:
    print(json.dumps(sign(json.loads(line))))
