"""Security Token Service: who am I, roles, sessions."""

import re
from datetime import datetime, timezone

import errors
from errors import ApiError
from world import identifier


def get_caller_identity(_world, caller, _params):
    return {"UserId": caller.user_id, "Account": caller.account["id"], "Arn": caller.arn}


def get_session_token(world, caller, params):
    if caller.kind == "role":
        raise errors.access_denied("Cannot call GetSessionToken with session credentials")
    mfa = world.check_mfa(caller, params)
    owner = {"root": True, "account": caller.account["id"]} if caller.kind == "root" else {"user": caller.name}
    key_id, session = world.open_session(params.get("DurationSeconds", 43200), mfa=mfa, plain=True, **owner)
    return {"Credentials": credentials(key_id, session)}


def assume_role(world, caller, params):
    arn = params["RoleArn"]
    account, name, role = find_role(world, arn)
    if caller.kind == "root":
        raise errors.access_denied("Roles may not be assumed by root accounts.")
    mfa = world.check_mfa(caller, params) or caller.mfa
    if not is_trusted(world, role, caller, account, params, mfa):
        raise errors.access_denied(f"User: {caller.arn} is not authorized to perform: sts:AssumeRole "
                                   f"on resource: {arn}")
    seconds = params.get("DurationSeconds", 3600)
    if seconds > role.get("max_duration", 3600):
        raise ApiError("ValidationError",
                       "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if caller.kind == "role" and seconds > 3600:
        raise ApiError("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit "
                                          "for roles assumed by role chaining.")
    session_name = params["RoleSessionName"]
    key_id, session = world.open_session(seconds, role=name, account=account["id"], session=session_name)
    return {"Credentials": credentials(key_id, session),
            "AssumedRoleUser": {"AssumedRoleId": f"{identifier('AROA', account['id'], name)}:{session_name}",
                                "Arn": world.arn("sts", account, f"assumed-role/{name}/{session_name}")}}


def find_role(world, arn):
    """(account, role name, role record); the record is None when there is no such role."""
    partition = re.escape(world.document["partition"])
    match = re.fullmatch(rf"arn:{partition}:iam::(\d{{12}}):role/(?:[^:]*/)?([^/:]+)", arn)
    if not match:
        raise ApiError("ValidationError", f"{arn} is invalid")
    account = next((a for a in world.document["accounts"] if a["id"] == match[1]), None)
    role = world.document["roles"].get(match[2])
    if account is None or role is None or account.get("status", "ACTIVE") != "ACTIVE":
        return account, match[2], None
    if role.get("accounts", "all") != "all" and account["id"] not in [
            (world.account(word) or {}).get("id") for word in role["accounts"]]:
        return account, match[2], None
    return account, match[2], role


def is_trusted(world, role, caller, account, params, mfa):
    if role is None:
        return False
    trusted = [(world.account(word) or {}).get("id") for word in role.get("trusts") or []]
    if caller.account["id"] not in trusted and caller.account["id"] != account["id"]:
        return False
    if role.get("external_id") and params.get("ExternalId") != role["external_id"]:
        return False
    return mfa or not role.get("mfa")


def credentials(key_id, session):
    return {"AccessKeyId": key_id, "SecretAccessKey": session["secret"], "SessionToken": session["token"],
            "Expiration": datetime.fromtimestamp(int(session["expires"]), timezone.utc)}


OPERATIONS = {"GetCallerIdentity": get_caller_identity, "GetSessionToken": get_session_token,
              "AssumeRole": assume_role}
