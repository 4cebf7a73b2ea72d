"""What botocore reads: ini_readers.py IN OUT.

IN has one document a line, in hex. OUT gets one JSON value a line: {"error": "<exception>"} or {"sections": {name:
{key: value}}}, names as botocore's own look-up takes them apart, nested blocks as objects.
"""
import json
import shlex
import sys
import tempfile

import botocore.configloader
import botocore.exceptions


def canonical(name):
    for prefix in ("profile", "sso-session"):
        if name.startswith(prefix):
            try:
                parts = shlex.split(name)
            except ValueError:
                continue
            if len(parts) == 2 and parts[0] == prefix:
                return " ".join(parts)
    return name


def read(path):
    try:
        sections = botocore.configloader.raw_config_parse(path)
    except botocore.exceptions.ConfigParseError as error:
        return {"error": str(error)}
    return {"sections": {canonical(name): keys for name, keys in sections.items()}}


with open(sys.argv[1]) as documents, open(sys.argv[2], "w") as answers, tempfile.NamedTemporaryFile() as file:
    for line in documents:
        with open(file.name, "wb") as document:
            document.write(bytes.fromhex(line))
        print(json.dumps(read(file.name)), file=answers)
