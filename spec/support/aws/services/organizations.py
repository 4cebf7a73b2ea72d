"""Organizations: the organization, its accounts, its tree of units, tags."""

import paging
from errors import ApiError
from world import EPOCH, identifier

ROOT_ID = "r-exam"


def organization_of(world, caller):
    organization = world.document["organization"]
    if organization is None or caller.account.get("outside"):
        raise ApiError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return organization


def management_only(world, caller):
    organization = organization_of(world, caller)
    if caller.account["id"] != world.management()["id"]:
        raise ApiError("AccessDeniedException", "You don't have permissions to access this resource.")
    return organization


def paged(world, operation, field, items, params, row=dict):
    """One page of `items`; only what is shown is turned into rows."""
    try:
        shown, token = paging.page(world.document["pages"]["organizations"], operation, items,
                                   params.get("NextToken"), params.get("MaxResults"))
    except paging.BadToken:
        raise ApiError("InvalidInputException", "You provided a value that is not valid: NextToken.") from None
    return {field: [row(item) for item in shown], "NextToken": token}


def org_arn(world, rest):
    return world.arn("organizations", world.management(), rest)


def describe_organization(world, caller, _params):
    organization = organization_of(world, caller)
    management = world.management()
    identity = organization["id"]
    return {"Organization": {
        "Id": identity, "Arn": org_arn(world, f"organization/{identity}"), "FeatureSet": "ALL",
        "MasterAccountArn": org_arn(world, f"account/{identity}/{management['id']}"),
        "MasterAccountId": management["id"], "MasterAccountEmail": management["email"],
        "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}}


def member_accounts(world):
    return [account for account in world.document["accounts"] if not account.get("outside")]


def account_rows(world):
    """The function from an account of the document to its row in answers."""
    management = world.management()
    prefix = world.arn("organizations", management, f"account/{world.document['organization']['id']}/")

    def row(account):
        return {"Id": account["id"], "Arn": account.get("arn") or prefix + account["id"],
                "Email": account["email"], "Name": account["name"], "Status": account.get("status", "ACTIVE"),
                "JoinedMethod": "INVITED" if account is management else "CREATED", "JoinedTimestamp": EPOCH}

    return row


def list_accounts(world, caller, params):
    management_only(world, caller)
    return paged(world, "ListAccounts", "Accounts", member_accounts(world), params, account_rows(world))


def describe_account(world, caller, params):
    management_only(world, caller)
    return {"Account": account_rows(world)(find_account(world, params["AccountId"]))}


def find_account(world, account_id):
    for account in member_accounts(world):
        if account["id"] == account_id:
            return account
    raise ApiError("AccountNotFoundException", "You specified an account that doesn't exist.")


def list_roots(world, caller, params):
    identity = management_only(world, caller)["id"]
    root = {"Id": ROOT_ID, "Arn": org_arn(world, f"root/{identity}/{ROOT_ID}"), "Name": "Root", "PolicyTypes": []}
    return paged(world, "ListRoots", "Roots", [root], params)


def units(world):
    """Every organizational unit as (id, name, parent id)."""
    rows = world.document["organization"].get("units") or []
    ids = {unit["name"]: unit_id(unit) for unit in rows}
    return [(ids[unit["name"]], unit["name"], ids.get(unit.get("parent"), ROOT_ID)) for unit in rows]


def unit_id(unit):
    return unit.get("id") or "ou-exam-" + identifier("", unit["name"])[:8].lower()


def check_parent(world, parent):
    if parent != ROOT_ID and parent not in [row[0] for row in units(world)]:
        raise ApiError("ParentNotFoundException",
                       "We can't find a root or OU with the ParentId that you specified.")


def unit_row(world, row):
    identity = world.document["organization"]["id"]
    return {"Id": row[0], "Arn": org_arn(world, f"ou/{identity}/{row[0]}"), "Name": row[1]}


def list_units(world, caller, params):
    management_only(world, caller)
    check_parent(world, params["ParentId"])
    rows = [unit_row(world, row) for row in units(world) if row[2] == params["ParentId"]]
    return paged(world, "ListOrganizationalUnitsForParent", "OrganizationalUnits", rows, params)


def describe_unit(world, caller, params):
    management_only(world, caller)
    for row in units(world):
        if row[0] == params["OrganizationalUnitId"]:
            return {"OrganizationalUnit": unit_row(world, row)}
    raise ApiError("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")


def parent_of(world, account):
    ids = {name: identity for identity, name, _ in units(world)}
    return ids.get(account.get("unit"), ROOT_ID)


def list_accounts_for_parent(world, caller, params):
    management_only(world, caller)
    check_parent(world, params["ParentId"])
    children = [account for account in member_accounts(world) if parent_of(world, account) == params["ParentId"]]
    return paged(world, "ListAccountsForParent", "Accounts", children, params, account_rows(world))


def list_parents(world, caller, params):
    management_only(world, caller)
    child = params["ChildId"]
    parents = {identity: parent for identity, _, parent in units(world)}
    parents.update((account["id"], parent_of(world, account)) for account in member_accounts(world))
    if child not in parents:
        raise ApiError("ChildNotFoundException", "We can't find an organizational unit (OU) or account with the "
                                                 "ChildId that you specified.")
    kind = "ROOT" if parents[child] == ROOT_ID else "ORGANIZATIONAL_UNIT"
    return paged(world, "ListParents", "Parents", [{"Id": parents[child], "Type": kind}], params)


def list_tags(world, caller, params):
    management_only(world, caller)
    resource = params["ResourceId"]
    tags = {}
    if resource.isdigit():
        tags = find_account(world, resource).get("tags") or {}
    elif resource != ROOT_ID and resource not in [row[0] for row in units(world)]:
        raise ApiError("TargetNotFoundException", "You specified a target that doesn't exist.")
    rows = [{"Key": key, "Value": value} for key, value in tags.items()]
    return paged(world, "ListTagsForResource", "Tags", rows, params)


OPERATIONS = {"DescribeOrganization": describe_organization, "ListAccounts": list_accounts,
              "DescribeAccount": describe_account, "ListRoots": list_roots,
              "ListOrganizationalUnitsForParent": list_units, "DescribeOrganizationalUnit": describe_unit,
              "ListAccountsForParent": list_accounts_for_parent, "ListParents": list_parents,
              "ListTagsForResource": list_tags}
