"""The pretended world at run time: the document plus what happened since.

Holds the sessions that STS gave out, answers who owns a key, checks MFA codes
and completes ARNs. All access goes through one lock, taken by the dispatcher.
"""

import base64
import fnmatch
import hashlib
import hmac
import random
import re
import string
import struct
import threading
import time
from collections import namedtuple
from datetime import datetime, timezone

import document
import errors

Caller = namedtuple("Caller", "kind key_id account name arn user_id mfa")

KEY_LETTERS = string.ascii_uppercase + "234567"
SECRET_LETTERS = string.ascii_letters + string.digits + "/+"
EPOCH = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class World:
    def __init__(self, patch):
        self.lock = threading.RLock()
        self.reset(patch)

    def reset(self, patch):
        with self.lock:
            self.document = document.build(patch)
            self.sessions = {}
            self.last_used = {}
            self.spent_codes = set()

    def merge(self, patch):
        with self.lock:
            self.document = document.build(patch, self.document)

    def clock(self):
        return time.time() + self.document["clock_skew"]

    def now(self):
        return datetime.fromtimestamp(int(self.clock()), timezone.utc)

    # accounts and names

    def account(self, word):
        return document.find_account(self.document, word)

    def management(self):
        return self.account("management")

    def arn(self, service, account, rest):
        return f"arn:{self.document['partition']}:{service}::{account['id']}:{rest}"

    def user_account(self, name):
        return self.account(self.document["users"][name].get("account", "management"))

    def mfa_serials(self, caller):
        """Serial numbers of a user's or root user's devices; short forms completed."""
        if caller.kind == "root":
            entry = self.document["roots"].get(caller.account["id"], {})
        else:
            entry = self.document["users"].get(caller.name, {})
        return [self.serial(caller.account, text) for text in entry.get("mfa_devices") or []]

    def serial(self, account, text):
        return self.arn("iam", account, text) if re.match(r"(mfa|u2f)/", text) else text

    # keys

    def key(self, key_id):
        """The record of an access key or session, or None. Expiry is told in it."""
        found = self.document["access_keys"].get(key_id)
        if found is not None:
            return None if found.get("usable_from", 0) > time.time() else found
        found = self.sessions.get(key_id)
        if found is not None and found["expires"] <= self.clock():
            return {**found, "expired": True}
        return found

    def caller(self, key_id, key):
        """Whom the record `key` belongs to, as AWS names them."""
        mfa = bool(key.get("mfa"))
        if "user" in key:
            name = key["user"]
            account = self.user_account(name)
            return Caller("user", key_id, account, name, self.arn("iam", account, f"user/{name}"),
                          identifier("AIDA", account["id"], name), mfa)
        account = self.account(key.get("account", "management"))
        if "root" in key:
            return Caller("root", key_id, account, None, self.arn("iam", account, "root"), account["id"], mfa)
        session = key.get("session", "session")
        return Caller("role", key_id, account, key["role"],
                      self.arn("sts", account, f"assumed-role/{key['role']}/{session}"),
                      f"{identifier('AROA', account['id'], key['role'])}:{session}", mfa)

    @staticmethod
    def check_allowed(key, caller, service, operation):
        """Raises AccessDenied for what the key's `deny` patterns name, and IAM for sessions without MFA."""
        action = f"{service}:{operation}"
        if key.get("plain") and not key.get("mfa") and service == "iam":
            raise errors.unknown_key()
        denied = key.get("deny") or []
        if action != "sts:GetCallerIdentity" and any(fnmatch.fnmatchcase(action, pattern) for pattern in denied):
            raise errors.not_authorized(caller, action)

    def open_session(self, seconds, **fields):
        """A new temporary key: (key id, record)."""
        key_id = "ASIA" + random_text(KEY_LETTERS, 16)
        token = base64.b64encode(random.randbytes(360)).decode()
        record = {"secret": random_text(SECRET_LETTERS, 40), "token": token,
                  "expires": self.clock() + seconds, **fields}
        self.sessions[key_id] = record
        return key_id, record

    # MFA

    def check_mfa(self, caller, params):
        """True when a right code came with the request, False when none did. Raises on a wrong one."""
        serial, code = params.get("SerialNumber"), params.get("TokenCode")
        if serial is None and code is None:
            return False
        if serial not in self.mfa_serials(caller) or ":u2f/" in serial:
            raise errors.access_denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
                "number is valid and associated with this user.")
        if code is None:
            raise errors.access_denied("MultiFactorAuthentication failed, must provide both MFA serial number "
                                       "and one time pass code.")
        if not self._code_is_right(code) or (serial, code) in self.spent_codes:
            raise errors.access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
        if self.document["mfa"].get("single_use"):
            self.spent_codes.add((serial, code))
        return True

    def _code_is_right(self, code):
        mfa = self.document["mfa"]
        if mfa.get("totp"):
            step = int(self.clock()) // 30
            return code in {totp(mfa["totp"], step + offset) for offset in (-1, 0, 1)}
        return mfa.get("codes") == "any" or code in (mfa.get("codes") or [])


def totp(seed, step):
    """RFC 6238 with SHA-1 and six digits; `seed` in base32."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1000000:06d}"


def random_text(letters, length):
    return "".join(random.choices(letters, k=length))


def identifier(prefix, *parts):
    """A unique id that stays the same from run to run, in AWS's form."""
    digest = hashlib.sha256("/".join(parts).encode("utf-8", "surrogatepass")).digest()
    return prefix + "".join(KEY_LETTERS[byte % 32] for byte in digest[:17])
