"""The state document: what the pretended world looks like.

A document is plain JSON. Whatever it leaves out has the value below; a merge
follows RFC 7396 (null removes, lists are replaced). Unknown names and wrong
references are refused, so that a typing error cannot make a spec pass.
"""

import copy
import json


class BadDocument(Exception):
    """The document cannot be used; the text says which field is why."""


def _key(name):
    return "AKIA" + name.upper().ljust(16, "X"), {"user": name, "secret": f"{name}/Secret+".ljust(40, "0")}


DEFAULT = {
    "partition": "aws",
    "clock_skew": 0,
    "delay_ms": 0,
    "error_style": "aws",
    "tls": "good",
    "proxy_login": None,
    "organization": {"id": "o-exampleorg", "management_account": "management", "units": []},
    "accounts": [
        {"id": "111122223333", "name": "acme-management", "email": "aws+management@example.com"},
        {"id": "444455556666", "name": "acme-security", "email": "aws+security@example.com"},
        {"id": "777788889999", "name": "acme-shared", "email": "aws+shared@example.com"},
    ],
    "generate_accounts": 0,
    "pages": {"organizations": {"size": 20, "loop": False, "blank_first": False},
              "iam": {"size": 100, "loop": False, "blank_first": False}},
    "users": {
        "bootstrap": {"account": "management"},
        "management": {"account": "management", "mfa_devices": ["mfa/management"]},
        "security": {"account": "security", "mfa_devices": ["mfa/security"]},
    },
    "roots": {},
    "mfa": {"codes": ["123456"], "totp": None, "single_use": False},
    "access_keys": dict(_key(name) for name in ("bootstrap", "management", "security")),
    "new_key_delay": 0,
    "roles": {
        "OrganizationAccountAccessRole": {"trusts": ["management"]},
        "DevOps": {"trusts": ["management", "security"]},
    },
}

ENTRIES = {
    "organization": {"id", "management_account", "units"},
    "accounts": {"id", "name", "email", "status", "arn", "alias", "unit", "tags", "outside"},
    "units": {"id", "name", "parent"},
    "pages": {"size", "loop", "blank_first"},
    "users": {"account", "mfa_devices"},
    "roots": {"mfa_devices"},
    "mfa": {"codes", "totp", "single_use"},
    "access_keys": {"secret", "user", "root", "role", "account", "token", "status", "expired", "deny",
                    "created", "usable_from"},
    "roles": {"accounts", "trusts", "mfa", "external_id", "max_duration"},
    "proxy_login": {"user", "password"},
}

CHOICES = {
    "partition": {"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"},
    "error_style": {"aws", "localstack"},
    "tls": {"good", "wrong_host", "expired", "self_signed", "unknown_ca", "tls1.1"},
}


def merge(base, patch):
    """RFC 7396, on copies."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    merged = dict(base) if isinstance(base, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def build(patch, base=None):
    """A checked document: `patch` merged into `base`, or into the defaults."""
    if not isinstance(patch, dict):
        raise BadDocument("the state document must be an object")
    document = merge(copy.deepcopy(DEFAULT if base is None else base), patch)
    for name in ("organization", "proxy_login"):
        document.setdefault(name, None)
    _check_fields(document)
    _fill_accounts(document)
    _drop_unused_defaults(document)
    _check_references(document)
    return document


def _check_fields(document):
    for name in document:
        if name not in DEFAULT:
            raise BadDocument(f"{name}: no such field")
    for name in DEFAULT:
        if name not in document:
            document[name] = copy.deepcopy(DEFAULT[name])
        elif document[name] == {} and isinstance(DEFAULT[name], list):
            document[name] = []
    for name, choices in CHOICES.items():
        if document[name] not in choices:
            raise BadDocument(f"{name}: must be one of {', '.join(sorted(choices))}")
    organization = document["organization"]
    for name in ("organization", "proxy_login", "mfa"):
        if document[name] is not None:
            _check_entry(name, document[name], ENTRIES[name])
    for name in ("pages", "users", "roots", "access_keys", "roles"):
        for key, entry in document[name].items():
            _check_entry(f"{name}.{key}", entry, ENTRIES[name])
    for account in document["accounts"]:
        _check_entry("accounts", account, ENTRIES["accounts"])
        if not {"id", "name", "email"} <= set(account):
            raise BadDocument(f"accounts: id, name and email are needed: {json.dumps(account)}")
    for unit in (organization or {}).get("units") or []:
        _check_entry("organization.units", unit, ENTRIES["units"])


def _check_entry(where, entry, fields):
    if not isinstance(entry, dict):
        raise BadDocument(f"{where}: must be an object")
    for name in entry:
        if name not in fields:
            raise BadDocument(f"{where}: no such field {name}")


def _fill_accounts(document):
    """Generated accounts complete the list up to the wanted number."""
    accounts = document["accounts"]
    for number in range(len(accounts) + 1, int(document["generate_accounts"]) + 1):
        accounts.append({"id": str(200000000000 + number), "name": f"acme-account-{number:04d}",
                         "email": f"aws+account-{number:04d}@example.com"})


def find_account(document, word):
    """An account by the word `management`, by id, by name, or by what follows its project prefix."""
    organization = document["organization"]
    if word == "management" and organization and organization.get("management_account", word) != word:
        return find_account(document, organization["management_account"])
    for account in document["accounts"]:
        if word in (account["id"], account["name"]):
            return account
    for account in document["accounts"]:
        if account["name"].endswith("-" + word):
            return account
    return None


def _drop_unused_defaults(document):
    """Default users need the default accounts; without those they go, and their keys."""
    for name, user in DEFAULT["users"].items():
        if document["users"].get(name) == user and find_account(document, user["account"]) is None:
            del document["users"][name]
    for key_id, key in DEFAULT["access_keys"].items():
        if document["access_keys"].get(key_id) == key and key["user"] not in document["users"]:
            del document["access_keys"][key_id]


def _check_references(document):
    organization = document["organization"]
    if organization:
        _must_exist(document, "organization.management_account", organization.get("management_account", "management"))
        organization.setdefault("id", DEFAULT["organization"]["id"])
        organization.setdefault("management_account", "management")
    for name, user in document["users"].items():
        _must_exist(document, f"users.{name}.account", user.get("account", "management"))
    for key_id, key in document["access_keys"].items():
        if not isinstance(key.get("secret"), str):
            raise BadDocument(f"access_keys.{key_id}: a secret is needed")
        if sum(name in key for name in ("user", "root", "role")) != 1:
            raise BadDocument(f"access_keys.{key_id}: exactly one of user, root, role is needed")
        if "user" in key and key["user"] not in document["users"]:
            raise BadDocument(f"access_keys.{key_id}: no user {key['user']}")
        if "user" not in key:
            _must_exist(document, f"access_keys.{key_id}.account", key.get("account", "management"))


def _must_exist(document, where, word):
    if find_account(document, word) is None:
        raise BadDocument(f"{where}: no account {word}")
