"""The services as botocore sees them, and strictness as a careless client would."""

import json
import time
import unittest
from email.utils import parsedate_to_datetime

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from harness import STS, DoubleTest, key_of
from world import totp


class Services(DoubleTest):
    def test_tells_who_a_user_a_root_user_and_a_role_are(self):
        self.double.ask("state", {"access_keys": {
            "AKIAROOTXXXXXXXXXXXX": {"secret": "s" * 40, "root": True, "account": "444455556666"}}})
        arn = self.client("sts", "security").get_caller_identity()["Arn"]
        self.assertEqual(arn, "arn:aws:iam::444455556666:user/security")
        root = self.client("sts", keys=("AKIAROOTXXXXXXXXXXXX", "s" * 40)).get_caller_identity()
        self.assertEqual((root["Arn"], root["UserId"]), ("arn:aws:iam::444455556666:root", "444455556666"))

    def test_assumed_role_keys_work_afterwards(self):
        answer = self.client("sts").assume_role(
            RoleArn="arn:aws:iam::777788889999:role/DevOps", RoleSessionName="me")
        keys = answer["Credentials"]
        keys = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        arn = self.client("sts", keys=keys).get_caller_identity()["Arn"]
        self.assertEqual(arn, "arn:aws:sts::777788889999:assumed-role/DevOps/me")
        self.refused("InvalidClientTokenId", self.client("sts", keys=keys[:2]).get_caller_identity)

    def refused(self, code, call, **params):
        with self.assertRaises(ClientError) as caught:
            call(**params)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response

    def test_role_asks_for_mfa_trust_and_external_id(self):
        self.double.ask("state", {"mfa": {"single_use": True}, "roles": {
            "DevOps": {"mfa": True}, "Partner": {"trusts": ["management"], "external_id": "abc"}}})
        assume = self.client("sts").assume_role
        devops = {"RoleArn": "arn:aws:iam::777788889999:role/DevOps", "RoleSessionName": "me"}
        serial = "arn:aws:iam::111122223333:mfa/management"
        self.refused("AccessDenied", assume, **devops)
        self.refused("AccessDenied", assume, **devops, SerialNumber=serial, TokenCode="654321")
        self.refused("AccessDenied", assume, **devops, SerialNumber=serial + "x", TokenCode="123456")
        assume(**devops, SerialNumber=serial, TokenCode="123456")
        self.refused("AccessDenied", assume, **devops, SerialNumber=serial, TokenCode="123456")
        partner = {"RoleArn": "arn:aws:iam::777788889999:role/Partner", "RoleSessionName": "me"}
        self.refused("AccessDenied", assume, **partner)
        assume(**partner, ExternalId="abc")
        oaar = "arn:aws:iam::777788889999:role/OrganizationAccountAccessRole"
        self.refused("AccessDenied", self.client("sts", "security").assume_role, RoleArn=oaar, RoleSessionName="me")
        self.refused("ValidationError", assume, **partner, ExternalId="abc", DurationSeconds=7200)

    def test_session_token_with_totp_code_carries_mfa(self):
        self.double.ask("state", {"mfa": {"totp": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"},
                                  "roles": {"DevOps": {"mfa": True}}})
        code = totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", int(time.time()) // 30)
        serial = "arn:aws:iam::111122223333:mfa/management"
        found = self.client("sts").get_session_token(SerialNumber=serial, TokenCode=code)["Credentials"]
        keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        self.client("sts", keys=keys).assume_role(
            RoleArn="arn:aws:iam::777788889999:role/DevOps", RoleSessionName="me")
        self.client("iam", keys=keys).get_user()

    def test_totp_is_rfc_6238(self):
        self.assertEqual(totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1111111109 // 30), "081804")

    def test_a_thousand_accounts_take_fifty_pages(self):
        self.double.ask("state", {"generate_accounts": 1000})
        pages = list(self.client("organizations").get_paginator("list_accounts").paginate())
        ids = {account["Id"] for page in pages for account in page["Accounts"]}
        self.assertEqual((len(pages), len(ids)), (50, 1000))

    def test_blank_first_page_and_looping_token(self):
        self.double.ask("state", {"pages": {"organizations": {"blank_first": True}}})
        pages = list(self.client("organizations").get_paginator("list_accounts").paginate())
        self.assertEqual([len(page["Accounts"]) for page in pages], [0, 3])
        self.double.ask("state", {"pages": {"organizations": {"blank_first": False, "loop": True}}})
        client = self.client("organizations")
        tokens = [client.list_accounts()["NextToken"]]
        for _ in range(3):
            tokens.append(client.list_accounts(NextToken=tokens[-1])["NextToken"])
        self.assertEqual(len(set(tokens)), 1)
        self.refused("InvalidInputException", client.list_roots, NextToken=tokens[0])

    def test_mfa_devices_page_by_page(self):
        serials = [f"mfa/phone-{number}" for number in range(5)] + ["u2f/user/management/key-ABC"]
        self.double.ask("state", {"users": {"management": {"mfa_devices": serials}}})
        pages = list(self.client("iam").get_paginator("list_mfa_devices").paginate(
            PaginationConfig={"PageSize": 2}))
        found = [device["SerialNumber"] for page in pages for device in page["MFADevices"]]
        self.assertEqual(len(pages), 3)
        self.assertEqual(found[-1], "arn:aws:iam::111122223333:u2f/user/management/key-ABC")
        self.refused("NoSuchEntity", self.client("iam").list_mfa_devices, UserName="nobody")

    def test_organization_absent_or_of_another(self):
        self.refused("AccessDeniedException", self.client("organizations", "security").list_accounts)
        described = self.client("organizations", "security").describe_organization()["Organization"]
        self.assertEqual(described["MasterAccountId"], "111122223333")
        self.double.ask("state", {"organization": None})
        self.refused("AWSOrganizationsNotInUseException", self.client("organizations").list_accounts)

    def test_units_accounts_and_tags(self):
        self.double.ask("state", {
            "organization": {"units": [{"name": "Core"}, {"name": "Inner", "parent": "Core"}]},
            "accounts": [{"id": "111122223333", "name": "management", "email": "a@example.com"},
                         {"id": "444455556666", "name": "security", "email": "b@example.com", "unit": "Inner",
                          "status": "SUSPENDED", "tags": {"team": "red"}}]})
        client = self.client("organizations")
        root = client.list_roots()["Roots"][0]["Id"]
        core = client.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"][0]
        inner = client.list_organizational_units_for_parent(ParentId=core["Id"])["OrganizationalUnits"][0]
        accounts = client.list_accounts_for_parent(ParentId=inner["Id"])["Accounts"]
        self.assertEqual([(a["Name"], a["Status"]) for a in accounts], [("security", "SUSPENDED")])
        self.assertEqual(client.list_parents(ChildId="444455556666")["Parents"][0]["Id"], inner["Id"])
        self.assertEqual(client.list_tags_for_resource(ResourceId="444455556666")["Tags"],
                         [{"Key": "team", "Value": "red"}])
        self.assertEqual(client.describe_account(AccountId="111122223333")["Account"]["Name"], "management")
        self.refused("AccountNotFoundException", client.describe_account, AccountId="999900001111")

    def test_access_keys_are_made_used_and_taken_away(self):
        iam = self.client("iam")
        made = iam.create_access_key()["AccessKey"]
        keys = (made["AccessKeyId"], made["SecretAccessKey"])
        self.refused("LimitExceeded", iam.create_access_key)
        self.client("sts", keys=keys).get_caller_identity()
        used = iam.get_access_key_last_used(AccessKeyId=keys[0])["AccessKeyLastUsed"]
        self.assertEqual(used["ServiceName"], "sts")
        iam.update_access_key(AccessKeyId=keys[0], Status="Inactive")
        self.refused("InvalidClientTokenId", self.client("sts", keys=keys).get_caller_identity)
        iam.delete_access_key(AccessKeyId=keys[0])
        self.assertEqual(len(iam.list_access_keys()["AccessKeyMetadata"]), 1)

    def test_new_keys_may_need_a_while(self):
        self.double.ask("state", {"new_key_delay": 60})
        made = self.client("iam").create_access_key()["AccessKey"]
        late = self.client("sts", keys=(made["AccessKeyId"], made["SecretAccessKey"]))
        self.refused("InvalidClientTokenId", late.get_caller_identity)

    def test_denied_actions_name_caller_and_action(self):
        key_id = key_of("management")[0]
        self.double.ask("state", {"access_keys": {key_id: {"deny": ["organizations:*", "sts:*"]}}})
        answer = self.refused("AccessDeniedException", self.client("organizations").list_accounts)
        self.assertIn("arn:aws:iam::111122223333:user/management is not authorized to perform: "
                      "organizations:ListAccounts", answer["Error"]["Message"])
        self.client("sts").get_caller_identity()

    def test_hostile_names_arrive_as_they_are(self):
        name = "a\x1b[31m\x00\n]\u202e<&>\""
        self.double.ask("state", {"accounts": [
            {"id": "111122223333", "name": name, "email": "x@example.com"}],
            "organization": {"management_account": "111122223333"}})
        self.assertEqual(self.client("organizations").list_accounts()["Accounts"][0]["Name"], name)
        self.double.ask("state", {"users": {"management": {"mfa_devices": ["arn:x\n]\u202e<&>\""]}}})
        self.assertEqual(self.client("iam").list_mfa_devices()["MFADevices"][0]["SerialNumber"], "arn:x\n]\u202e<&>\"")

    def test_other_partitions(self):
        self.double.ask("state", {"partition": "aws-cn"})
        arn = self.client("sts", region="cn-north-1").get_caller_identity()["Arn"]
        self.assertEqual(arn, "arn:aws-cn:iam::111122223333:user/management")
        self.refused("InvalidClientTokenId", self.client("sts", region="us-east-1").get_caller_identity)

    def test_state_documents_with_mistakes_are_refused(self):
        for patch in ({"acounts": []}, {"users": {"x": {"account": "nowhere"}}}, {"tls": "maybe"},
                      {"access_keys": {"AKIAX": {"user": "management"}}}, {"accounts": [{"id": "1"}]}):
            with self.assertRaises(ValueError):
                self.double.ask("state", patch)
        self.client("sts").get_caller_identity()


class Presigner(SigV4QueryAuth):
    def __init__(self, *args):
        super().__init__(*args, expires=60)


class Strictness(DoubleTest):
    def code(self, request):
        status, headers, body = self.send(request)
        self.assertIn("x-amzn-requestid", headers)
        if headers["content-type"] == "text/xml":
            return status, body.split(b"<Code>")[1].split(b"</Code>")[0].decode(), body.decode()
        return status, json.loads(body)["__type"], body.decode()

    def expect(self, request, status, code, text=""):
        found = self.code(request)
        self.assertEqual(found[:2], (status, code))
        self.assertIn(text, found[2])

    @staticmethod
    def replace(request, header, old, new):
        text = request.headers[header].replace(old, new)
        del request.headers[header]
        request.headers[header] = text

    def resign(self, request, service, secret=None):
        key_id, known = key_of("management")
        SigV4Auth(Credentials(key_id, secret or known), service, "us-east-1").add_auth(request)
        return request

    def organizations(self, body="{}", operation="ListAccounts", content_type="application/x-amz-json-1.1"):
        return self.signed(service="organizations", body=body, content_type=content_type,
                           headers=[("X-Amz-Target", f"AWSOrganizationsV20161128.{operation}")])

    def test_right_requests_pass(self):
        self.assertEqual(self.send(self.signed())[0], 200)
        self.assertEqual(self.send(self.organizations())[0], 200)

    def test_unknown_key(self):
        self.expect(self.signed(user="nobody"), 403, "InvalidClientTokenId", "The security token included in the ")
        request = self.organizations()
        self.replace(request, "Authorization", key_of("management")[0], key_of("nobody")[0])
        self.expect(request, 400, "com.amazon.coral.service#UnrecognizedClientException")

    def test_wrong_secret(self):
        self.expect(self.resign(self.signed(), "sts", "x" * 40), 403, "SignatureDoesNotMatch")
        request = self.resign(self.organizations(), "organizations", "x" * 40)
        self.expect(request, 400, "com.amazon.coral.service#InvalidSignatureException", "Canonical String")

    def test_tampered_body_header_and_query(self):
        request = self.signed()
        request.data = request.data + "&X=1"
        self.expect(request, 403, "SignatureDoesNotMatch")
        request = self.signed(headers=[("X-Amz-Meta", "one")])
        self.replace(request, "X-Amz-Meta", "one", "two")
        self.expect(request, 403, "SignatureDoesNotMatch")
        request = self.signed()
        request.url += "?a=b"
        self.expect(request, 403, "SignatureDoesNotMatch")
        request = self.signed(headers=[("X-Amz-Content-SHA256", "0" * 64)])
        self.expect(request, 403, "SignatureDoesNotMatch", "x-amz-content-sha256")

    def test_unsigned_amazon_header(self):
        request = self.signed()
        request.headers["X-Amz-Extra"] = "1"
        self.expect(request, 403, "SignatureDoesNotMatch", "x-amz-extra")

    def test_scope(self):
        self.expect(self.signed(region="nowhere"), 403, "SignatureDoesNotMatch", "valid region")
        request = self.signed()
        self.replace(request, "Authorization", "/aws4_request", "/aws5_request")
        self.expect(request, 403, "SignatureDoesNotMatch", "valid terminator")

    def test_missing_and_incomplete_authentication(self):
        request = self.signed()
        del request.headers["Authorization"]
        self.expect(request, 403, "MissingAuthenticationToken")
        request.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=a/b/c/d/e"
        self.expect(request, 400, "IncompleteSignature")

    def test_clock(self):
        for ahead, text in ((600, "Signature expired"), (-600, "Signature not yet current")):
            self.double.ask("state", {"clock_skew": ahead})
            self.expect(self.signed(), 403, "SignatureDoesNotMatch", text)
            self.expect(self.organizations(), 400, "com.amazon.coral.service#InvalidSignatureException", text)
        self.double.ask("state", {"clock_skew": 200})
        self.assertEqual(self.send(self.signed())[0], 200)

    def test_date_header_tells_the_servers_clock(self):
        self.double.ask("state", {"clock_skew": -86400})
        _, headers, _ = self.send(self.signed())
        told = parsedate_to_datetime(headers["date"]).timestamp()
        self.assertAlmostEqual(told, time.time() - 86400, delta=5)

    def test_expired_and_inactive_keys(self):
        key_id = key_of("management")[0]
        self.double.ask("state", {"access_keys": {key_id: {"expired": True}}})
        self.expect(self.signed(), 403, "ExpiredToken")
        self.expect(self.organizations(), 400, "com.amazon.coral.service#ExpiredTokenException")
        self.double.ask("state", {"access_keys": {key_id: {"expired": False, "status": "Inactive"}}})
        self.expect(self.signed(), 403, "InvalidClientTokenId")

    def test_presigned(self):
        request = self.signed(method="GET", body="", path=f"/?Action=GetCallerIdentity&Version={STS}", signer=Presigner)
        status, _, body = self.send(request)
        self.assertEqual(status, 200, body)
        request.url = request.url.replace("GetCallerIdentity", "GetSessionToken")
        self.expect(request, 403, "SignatureDoesNotMatch")
        self.double.ask("state", {"clock_skew": 90})
        self.expect(request, 403, "SignatureDoesNotMatch", "60 sec")

    def test_query_parameters(self):
        role = {"Action": "AssumeRole", "Version": STS}
        for fields, code, text in (
                ({"Action": "GetCallerIdentity"}, "InvalidAction", "NO_VERSION_SPECIFIED"),
                ({"Action": "Nothing", "Version": STS}, "InvalidAction", "Nothing"),
                ({"Version": STS}, "MissingAction", ""),
                ({"Action": "GetCallerIdentity", "Version": STS, "Extra": "1"}, "UnknownParameter", "Extra"),
                (role, "ValidationError", "Value null at 'roleArn'"),
                ({**role, "RoleArn": "short", "RoleSessionName": "m e"}, "ValidationError", "2 validation errors"),
                ({**role, "RoleArn": "a" * 20, "RoleSessionName": "me", "DurationSeconds": "1x"},
                 "MalformedInput", "1x"),
                ({**role, "RoleArn": "a" * 20, "RoleSessionName": "me", "DurationSeconds": "10"},
                 "ValidationError", "greater than or equal to 900")):
            self.expect(self.signed(fields), 400, code, text)
        self.expect(self.signed(body=f"Action=GetCallerIdentity&Version={STS}&Version={STS}"),
                    400, "MalformedQueryString")
        self.expect(self.signed(content_type="text/plain"), 400, "MissingAction")

    def test_json_parameters(self):
        self.expect(self.organizations('{"MaxResults": 21}'), 400, "InvalidInputException", "less than or equal to 20")
        self.expect(self.organizations('{"MaxResults": "2"}'), 400, "SerializationException")
        self.expect(self.organizations('{"Extra": 1}'), 400, "SerializationException", "Extra")
        self.expect(self.organizations('{'), 400, "SerializationException")
        unknown = "com.amazon.coral.service#UnknownOperationException"
        self.expect(self.organizations(operation="Nothing"), 400, unknown)
        self.expect(self.organizations(content_type="application/json"), 404, unknown)
        self.expect(self.organizations('{"AccountId": "12"}', "DescribeAccount"), 400, "InvalidInputException",
                    "pattern")

    def test_localstack_wrapping(self):
        self.double.ask("state", {"error_style": "localstack"})
        _, _, text = self.code(self.signed(user="nobody"))
        self.assertIn("<Errors><Error>", text)
        self.assertIn("<![CDATA[", text)

    def test_log_counts_connections_and_hides_codes(self):
        sock = self.connect()
        self.send(self.signed({"Action": "GetSessionToken", "Version": STS, "TokenCode": "123456",
                               "SerialNumber": "arn:aws:iam::111122223333:mfa/management"}), sock)
        self.send(self.signed(), sock)
        self.send(self.signed())
        rows = self.double.requests()
        self.assertEqual([row["new"] for row in rows], [True, False, True])
        self.assertEqual(len({row["connection"] for row in rows}), 2)
        self.assertEqual(rows[0]["parameters"]["TokenCode"], "(hidden)")
        self.assertTrue(all(row["end"] >= row["start"] and row["status"] == 200 for row in rows))
        self.assertEqual(rows[0]["key"], key_of("management")[0])
        self.double.ask("clear_log")
        self.assertEqual(self.double.requests(), [])


if __name__ == "__main__":
    unittest.main()
