"""Identity and Access Management: the caller's user, MFA devices, access keys, alias."""

import time
from datetime import datetime, timezone

import paging
from errors import ApiError
from world import EPOCH, KEY_LETTERS, SECRET_LETTERS, Caller, identifier, random_text

KEYS_PER_USER = 2


def subject(world, caller, params):
    """The user (or root user) that a call is about: UserName, or whoever signed."""
    name = params.get("UserName")
    if name is None:
        if caller.kind == "role":
            raise ApiError("ValidationError", "Must specify userName when calling with non-User credentials")
        return caller
    user = world.document["users"].get(name)
    if user is None or world.user_account(name)["id"] != caller.account["id"]:
        raise ApiError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return Caller("user", None, caller.account, name, world.arn("iam", caller.account, f"user/{name}"),
                  identifier("AIDA", caller.account["id"], name), False)


def paged(world, operation, field, items, params):
    try:
        shown, token = paging.page(world.document["pages"]["iam"], operation, items, params.get("Marker"),
                                   params.get("MaxItems"))
    except paging.BadToken:
        raise ApiError("ValidationError", "Invalid Marker.") from None
    answer = {field: shown, "IsTruncated": token is not None}
    if token is not None:
        answer["Marker"] = token
    return answer


def list_mfa_devices(world, caller, params):
    who = subject(world, caller, params)
    devices = [{"UserName": who.name or "root", "SerialNumber": serial, "EnableDate": EPOCH}
               for serial in world.mfa_serials(who)]
    return paged(world, "ListMFADevices", "MFADevices", devices, params)


def get_user(world, caller, params):
    who = subject(world, caller, params)
    user = {"Path": "/", "UserName": who.name or who.account["name"], "UserId": who.user_id, "Arn": who.arn,
            "CreateDate": EPOCH}
    return {"User": user}


def list_account_aliases(world, caller, params):
    alias = caller.account.get("alias")
    return paged(world, "ListAccountAliases", "AccountAliases", [alias] if alias else [], params)


def keys_of(world, who):
    owned = {}
    for key_id, key in world.document["access_keys"].items():
        same_root = who.kind == "root" and "root" in key and \
            world.account(key.get("account", "management"))["id"] == who.account["id"]
        if same_root or (who.kind == "user" and key.get("user") == who.name):
            owned[key_id] = key
    return owned


def list_access_keys(world, caller, params):
    who = subject(world, caller, params)
    rows = [{"UserName": who.name, "AccessKeyId": key_id, "Status": key.get("status", "Active"),
             "CreateDate": created(key)} for key_id, key in keys_of(world, who).items()]
    return paged(world, "ListAccessKeys", "AccessKeyMetadata", rows, params)


def created(key):
    return datetime.fromtimestamp(key["created"], timezone.utc) if "created" in key else EPOCH


def create_access_key(world, caller, params):
    who = subject(world, caller, params)
    if len(keys_of(world, who)) >= KEYS_PER_USER:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_USER}", 409)
    key_id = "AKIA" + random_text(KEY_LETTERS, 16)
    owner = {"root": True, "account": who.account["id"]} if who.kind == "root" else {"user": who.name}
    key = {"secret": random_text(SECRET_LETTERS, 40), "created": int(world.clock()),
           "usable_from": time.time() + world.document["new_key_delay"], **owner}
    world.document["access_keys"][key_id] = key
    return {"AccessKey": {"UserName": who.name or "root", "AccessKeyId": key_id, "Status": "Active",
                          "SecretAccessKey": key["secret"], "CreateDate": created(key)}}


def find_key(world, caller, params):
    key_id = params["AccessKeyId"]
    key = keys_of(world, subject(world, caller, params)).get(key_id)
    if key is None:
        raise ApiError("NoSuchEntity", f"The Access Key with id {key_id} cannot be found.", 404)
    return key_id, key


def update_access_key(world, caller, params):
    find_key(world, caller, params)[1]["status"] = params["Status"]


def delete_access_key(world, caller, params):
    key_id, _ = find_key(world, caller, params)
    del world.document["access_keys"][key_id]


def get_access_key_last_used(world, caller, params):
    key_id = params["AccessKeyId"]
    key = world.document["access_keys"].get(key_id)
    if key is None or world.caller(key_id, key).account["id"] != caller.account["id"]:
        raise ApiError("NoSuchEntity", f"The Access Key with id {key_id} cannot be found.", 404)
    used = world.last_used.get(key_id)
    record = {"ServiceName": "N/A", "Region": "N/A"}
    if used:
        record = {"LastUsedDate": datetime.fromtimestamp(int(used["time"]), timezone.utc),
                  "ServiceName": used["service"], "Region": used["region"]}
    return {"UserName": key.get("user", "root"), "AccessKeyLastUsed": record}


OPERATIONS = {"ListMFADevices": list_mfa_devices, "GetUser": get_user, "ListAccountAliases": list_account_aliases,
              "ListAccessKeys": list_access_keys, "CreateAccessKey": create_access_key,
              "UpdateAccessKey": update_access_key, "DeleteAccessKey": delete_access_key,
              "GetAccessKeyLastUsed": get_access_key_last_used}
