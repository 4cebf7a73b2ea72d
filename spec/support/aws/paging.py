"""Lists page by page, with tokens that belong to one operation.

`loop` repeats a token for ever and `blank_first` starts with an empty page;
AWS's documentation allows the second and clients must survive the first.
"""

import base64
import json


class BadToken(Exception):
    """A token that this operation did not give out."""


def page(settings, operation, items, token, limit):
    """(items of this page, next token or None)."""
    size = min(settings["size"], limit or settings["size"])
    if token is None:
        if settings.get("blank_first"):
            return [], encode(operation, 0)
        start = 0
    else:
        start = decode(operation, token)
    end = start + size
    if settings.get("loop"):
        return items[start:end], token or encode(operation, min(end, len(items)))
    return items[start:end], encode(operation, end) if end < len(items) else None


def encode(operation, start):
    text = json.dumps([operation, start]) + " " * 60
    return base64.b64encode(text.encode()).decode()


def decode(operation, token):
    try:
        name, start = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, TypeError):
        raise BadToken from None
    if name != operation:
        raise BadToken
    return start
