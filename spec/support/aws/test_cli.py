"""The real AWS CLI (Debian's, which knows no endpoint variable) through the CONNECT proxy."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

import pexpect
from harness import DoubleTest, key_of

AWS = "/usr/bin/aws"
CONFIG = """
[profile bb-management]
region = us-east-1
output = json

[profile bb-shared-oaar]
region = us-east-2
output = json
role_arn = arn:aws:iam::777788889999:role/OrganizationAccountAccessRole
source_profile = bb-management

[profile bb-security-devops]
region = us-east-1
output = json
role_arn = arn:aws:iam::444455556666:role/DevOps
source_profile = bb-management
mfa_serial = arn:aws:iam::111122223333:mfa/management
"""


class Cli(DoubleTest):
    def setUp(self):
        super().setUp()
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home)
        key_id, secret = key_of("management")
        self.write("config", CONFIG)
        self.write("credentials", f"[bb-management]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n")
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": self.home, "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.path.join(self.home, "config"),
            "AWS_SHARED_CREDENTIALS_FILE": os.path.join(self.home, "credentials"),
            "HTTPS_PROXY": self.double.places["proxy"], "AWS_CA_BUNDLE": self.double.places["ca"],
        }

    def write(self, name, text):
        with open(os.path.join(self.home, name), "w", encoding="utf-8") as file:
            file.write(text)

    def aws(self, *words):
        done = subprocess.run([AWS, *words], env=self.environment, capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_is_debians(self):
        done = subprocess.run([AWS, "--version"], env=self.environment, capture_output=True, text=True, check=True)
        self.assertRegex(done.stdout, r"^aws-cli/2\.")

    def test_identity_and_assumed_role(self):
        arn = self.aws("sts", "get-caller-identity", "--profile", "bb-management")["Arn"]
        self.assertEqual(arn, "arn:aws:iam::111122223333:user/management")
        arn = self.aws("sts", "get-caller-identity", "--profile", "bb-shared-oaar")["Arn"]
        self.assertRegex(arn, r"^arn:aws:sts::777788889999:assumed-role/OrganizationAccountAccessRole/botocore-")
        hosts = [row["host"] for row in self.double.requests() if row["service"] == "sts"]
        self.assertEqual(hosts[1:], ["sts.us-east-2.amazonaws.com"] * 2)

    def test_accounts_over_pages(self):
        self.double.ask("state", {"generate_accounts": 45})
        found = self.aws("organizations", "list-accounts", "--profile", "bb-management")["Accounts"]
        self.assertEqual(len(found), 45)
        calls = [row for row in self.double.requests() if row["operation"] == "ListAccounts"]
        self.assertEqual(len(calls), 3)

    def test_assumed_role_with_mfa_code_typed_in(self):
        self.double.ask("state", {"roles": {"DevOps": {"mfa": True}}})
        child = pexpect.spawn(AWS, ["sts", "get-caller-identity", "--profile", "bb-security-devops"],
                              env=self.environment, timeout=30, encoding="utf-8")
        self.addCleanup(child.close)
        child.expect("Enter MFA code for arn:aws:iam::111122223333:mfa/management:")
        child.sendline("123456")
        child.expect(pexpect.EOF)
        self.assertIn("arn:aws:sts::444455556666:assumed-role/DevOps/", child.before)

    def test_wrong_secret_is_told(self):
        self.write("credentials", "[bb-management]\naws_access_key_id = %s\naws_secret_access_key = wrong\n"
                   % key_of("management")[0])
        done = subprocess.run([AWS, "sts", "get-caller-identity", "--profile", "bb-management"],
                              env=self.environment, capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("SignatureDoesNotMatch", done.stderr)


if __name__ == "__main__":
    unittest.main()
