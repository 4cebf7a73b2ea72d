"""Faults on demand: which request goes wrong, and how.

A rule names a kind, may be narrowed to a service, an operation or an access
key (so that clients beside each other meet different faults), skips the first
`after` matches and fires `times` times (for ever when absent). Rules
without an operation apply to API requests only; the operations `accept`,
`CONNECT`, `HEAD` and `GET` stand for what happens around them.
"""

import os
import threading

from errors import ApiError, access_denied, expired_token
from wire import Response

COMMON = {"kind", "service", "operation", "key", "times", "after"}
KINDS = {
    "throttle": {"code", "status", "retry_after"},
    "error": {"code", "message", "status"},
    "server_error": {"status", "body"},
    "deny": {"message"},
    "expired_token": set(),
    "skew": {"seconds"},
    "redirect": {"status", "location"},
    "garbage": {"body"},
    "big_header": {"size"},
    "big_body": {"size"},
    "delay": {"ms"},
    "slow": {"ms"},
    "hang": set(),
    "reset": {"at"},
    "truncate": set(),
    "close": set(),
}
CHOICES = {"body": {"server_error": {"aws", "html", "empty"},
                    "garbage": {"random", "html", "empty", "wrong_type"}},
           "at": {"reset": {"before", "middle"}}}
ON_THE_WIRE = {"server_error", "redirect", "garbage", "delay", "hang", "reset", "truncate", "slow", "close",
               "big_header", "big_body"}
AROUND = {"accept": {"hang", "reset", "garbage"}, "CONNECT": ON_THE_WIRE - {"delay"}, "HEAD": ON_THE_WIRE,
          "GET": ON_THE_WIRE}
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>\n"


class BadFault(Exception):
    """The rule cannot be used; the text says why."""


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []

    def add(self, rule):
        kind = rule.get("kind")
        if kind not in KINDS:
            raise BadFault(f"kind: must be one of {', '.join(sorted(KINDS))}")
        for name, value in rule.items():
            if name not in COMMON | KINDS[kind]:
                raise BadFault(f"{kind}: no such field {name}")
            allowed = CHOICES.get(name, {}).get(kind)
            if allowed and value not in allowed:
                raise BadFault(f"{kind}.{name}: must be one of {', '.join(sorted(allowed))}")
        operation = rule.get("operation")
        if operation in AROUND and kind not in AROUND[operation]:
            raise BadFault(f"{kind}: not possible at {operation}")
        if operation in AROUND and "key" in rule:
            raise BadFault(f"key: not known at {operation}")
        with self.lock:
            self.rules.append(dict(rule))

    def clear(self):
        with self.lock:
            self.rules.clear()

    def match(self, service, operation, key=None):
        """The first rule that fires for this request, counted down; or None."""
        with self.lock:
            for rule in self.rules:
                if rule.get("service", service) != service or rule.get("key", key) != key:
                    continue
                if rule.get("operation", None if operation in AROUND else operation) != operation:
                    continue
                if rule.get("after", 0) > 0:
                    rule["after"] -= 1
                elif rule.get("times") is None:
                    return rule
                elif rule["times"] > 0:
                    rule["times"] -= 1
                    return rule
        return None


def refuse(rule, protocol):
    """Raises the ApiError that the rule asks for; returns when it asks for none."""
    kind = rule["kind"]
    if kind == "throttle":
        own = "TooManyRequestsException" if protocol == "json" else "Throttling"
        headers = [("Retry-After", str(rule["retry_after"]))] if "retry_after" in rule else []
        raise ApiError(rule.get("code", own), "Rate exceeded", rule.get("status", 400), headers=headers)
    if kind == "error":
        raise ApiError(rule["code"], rule.get("message", ""), rule.get("status", 400))
    if kind == "deny":
        raise access_denied(rule.get("message", "User is not authorized to perform this action"))
    if kind == "expired_token":
        raise expired_token()
    if kind == "server_error" and rule.get("body", "aws") == "aws":
        status = rule.get("status", 500)
        code = "ServiceUnavailable" if status == 503 else "InternalFailure"
        raise ApiError(code, "The request processing has failed because of an unknown error, exception or failure.",
                       status)


def replace(rule):
    """The Response that stands in for an answer, or None."""
    kind = rule["kind"]
    if kind == "server_error":
        body = b"" if rule.get("body") == "empty" else PAGE
        return Response(rule.get("status", 500), body, "text/html")
    if kind == "redirect":
        location = rule.get("location", "https://signin.example.com/")
        return Response(rule.get("status", 302), b"", headers=[("Location", location)])
    if kind == "garbage":
        return garbage(rule.get("body", "random"))
    return None


def garbage(body):
    if body == "html":
        return Response(200, PAGE, "text/html; charset=utf-8")
    if body == "empty":
        return Response(200, b"", "text/xml")
    if body == "random":
        return Response(200, os.urandom(2000), "text/xml")
    return None
