"""Verifies Signature Version 4 by signing again with botocore.

The credential part of a request is read first (so that the log can name the
key of a refused request), then checked in AWS's order: key, token, clock,
scope, signature. The arithmetic is botocore's SigV4Auth; only the choice of
headers is replaced, because the client says which ones it signed.
"""

import calendar
import hashlib
import re
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, HTTPHeaders
from botocore.credentials import Credentials

import errors

ALGORITHM = "AWS4-HMAC-SHA256"
TOLERANCE = 5 * 60
LONGEST_PRESIGN = 7 * 24 * 3600
MISMATCH = ("The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method. Consult the service documentation for details.")


class Resigner(SigV4Auth):
    """botocore's signer over exactly the headers that the request carries."""

    def headers_to_sign(self, request):
        return request.headers


class Claim:
    """What a request says about its own signature; nothing here is verified."""

    def __init__(self, credential, signed, signature, timestamp, token, expires=None):
        parts = credential.rsplit("/", 4)
        if len(parts) != 5:
            raise errors.incomplete_signature(
                "Credential must have exactly 5 slash-delimited elements, e.g. "
                f"keyid/date/region/service/term, got '{credential}'")
        self.key_id, self.date, self.region, self.service, self.terminator = parts
        self.signed = signed.split(";")
        self.signature = signature
        self.timestamp = timestamp
        self.token = token
        self.expires = expires
        self.presigned = expires is not None


def read_claim(request):
    """The Claim of a request, from its header or its query. Raises ApiError."""
    query = dict(request.query)
    if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
        return _claim_from_query(query)
    text = request.header("authorization")
    if text is None:
        raise errors.missing_authentication()
    if not text.startswith(ALGORITHM + " "):
        raise errors.incomplete_signature(f"Unsupported AWS 'algorithm': '{text.split(' ')[0]}'.")
    fields = dict(part.strip().partition("=")[::2] for part in text[len(ALGORITHM):].split(","))
    timestamp = request.header("x-amz-date")
    lacking = [name for name in ("Credential", "SignedHeaders", "Signature") if not fields.get(name)]
    if lacking or timestamp is None:
        words = [f"Authorization header requires '{name}' parameter." for name in lacking]
        if timestamp is None:
            words.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        raise errors.incomplete_signature(" ".join(words))
    return Claim(fields["Credential"], fields["SignedHeaders"], fields["Signature"], timestamp,
                 request.header("x-amz-security-token"))


def _claim_from_query(query):
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    lacking = [name for name in names if not query.get("X-Amz-" + name)]
    if lacking:
        raise errors.incomplete_signature(
            " ".join(f"AWS query-string parameters must include 'X-Amz-{name}'." for name in lacking))
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise errors.incomplete_signature(f"Unsupported AWS 'algorithm': '{query['X-Amz-Algorithm']}'.")
    expires = query["X-Amz-Expires"]
    if not expires.isdigit() or not 1 <= int(expires) <= LONGEST_PRESIGN:
        raise errors.incomplete_signature("X-Amz-Expires must be a number of seconds, one week at most.")
    return Claim(query["X-Amz-Credential"], query["X-Amz-SignedHeaders"], query["X-Amz-Signature"],
                 query["X-Amz-Date"], query.get("X-Amz-Security-Token"), int(expires))


def verify(request, claim, endpoint, key, now):
    """Raises ApiError unless `claim` is what the owner of `key` would have signed at `now`."""
    _check_key(key, claim)
    _check_clock(claim, now)
    _check_scope(claim, endpoint)
    _check_headers(request, claim)
    _check_content(request)
    resigner, signable = _resign(request, claim, key["secret"])
    canonical = resigner.canonical_request(signable)
    to_sign = resigner.string_to_sign(signable, canonical)
    if resigner.signature(to_sign, signable) != claim.signature:
        raise errors.bad_signature(
            MISMATCH, f"\n\nThe Canonical String for this request should have been\n'{canonical}'"
                      f"\n\nThe String-to-Sign should have been\n'{to_sign}'\n")


def _check_key(key, claim):
    if key is None or key.get("status", "Active") != "Active":
        raise errors.unknown_key()
    if (key.get("token") or None) != claim.token:
        raise errors.unknown_key()
    if key.get("expired"):
        raise errors.expired_token()


def _check_clock(claim, now):
    if not re.fullmatch(r"\d{8}T\d{6}Z", claim.timestamp):
        raise errors.incomplete_signature(
            f"Date must be in ISO-8601 'basic format'. Got '{claim.timestamp}'. "
            "See http://en.wikipedia.org/wiki/ISO_8601")
    signed_at = calendar.timegm(time.strptime(claim.timestamp, "%Y%m%dT%H%M%SZ"))
    if signed_at > now + TOLERANCE:
        raise errors.bad_signature(
            f"Signature not yet current: {claim.timestamp} is still later than "
            f"{basic(now + TOLERANCE)} ({basic(now)} + 5 min.)")
    window = claim.expires if claim.presigned else TOLERANCE
    if signed_at < now - window:
        label = "5 min." if not claim.presigned else f"{window} sec."
        raise errors.bad_signature(
            f"Signature expired: {claim.timestamp} is now earlier than "
            f"{basic(now - window)} ({basic(now)} - {label})")


def basic(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def _check_scope(claim, endpoint):
    wrong = []
    if claim.region != endpoint.region:
        wrong.append(f"Credential should be scoped to a valid region, not '{claim.region}'. ")
    if claim.service != endpoint.service:
        wrong.append(f"Credential should be scoped to correct service: '{endpoint.service}'. ")
    if claim.terminator != "aws4_request":
        wrong.append("Credential should be scoped with a valid terminator: 'aws4_request', "
                     f"not '{claim.terminator}'. ")
    if claim.date != claim.timestamp[:8]:
        wrong.append("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                     f"'{claim.date}' != '{claim.timestamp[:8]}', from '{claim.timestamp}'. ")
    if wrong:
        raise errors.bad_signature("".join(wrong))


def _check_headers(request, claim):
    if claim.signed != sorted(name.lower() for name in claim.signed):
        raise errors.bad_signature("SignedHeaders must be sorted and lower case.")
    present = {name.lower() for name, _ in request.headers}
    needed = {"host"} | {name for name in present if name.startswith("x-amz-")}
    for name in sorted(needed - set(claim.signed)):
        raise errors.bad_signature(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in sorted(set(claim.signed) - present):
        raise errors.bad_signature(f"The signed header '{name}' is not in the request.")


def _check_content(request):
    declared = request.header("x-amz-content-sha256")
    if declared is not None and declared != hashlib.sha256(request.body).hexdigest():
        raise errors.bad_signature("The provided 'x-amz-content-sha256' header does not match what was computed.")


def _resign(request, claim, secret):
    params = [(name, value) for name, value in request.query if name != "X-Amz-Signature"]
    signable = AWSRequest(method=request.method, url=f"https://{request.header('host')}{request.path}",
                          data=request.body, params=params)
    signable.headers = HTTPHeaders()
    for name, value in request.headers:
        if name.lower() in claim.signed:
            signable.headers.add_header(name.lower(), value)
    signable.context["timestamp"] = claim.timestamp
    resigner = Resigner(Credentials(claim.key_id, secret), claim.service, claim.region)
    return resigner, signable
