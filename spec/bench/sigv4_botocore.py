"""Peer of spec/bench/sigv4.lua: prints the microseconds that botocore takes to build and sign one STS request."""
import sys
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

signer = SigV4Auth(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), "sts", "us-east-1")
headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
body = b"Action=GetCallerIdentity&Version=2011-06-15"
count = int(sys.argv[1])


def sign(times):
    for _ in range(times):
        signer.add_auth(AWSRequest("POST", "https://sts.amazonaws.com/", headers=headers, data=body))


sign(200)
start = time.process_time()
sign(count)
print((time.process_time() - start) / count * 1e6)
