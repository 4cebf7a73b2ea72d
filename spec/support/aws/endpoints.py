"""Which host is which service, and where its signatures must be scoped.

The table comes from botocore's endpoints file. A host of AWS's is held to its
own service, region and partition; a loopback host stands for an endpoint
override, where any service and any region of the partition will do.
"""

import re
from collections import namedtuple

from botocore.regions import EndpointResolver

Endpoint = namedtuple("Endpoint", "service region partition")

LOOPBACK = ("127.0.0.1", "localhost")
SERVICES = ("sts", "iam", "organizations")
# Partitions where botocore 1.29 lists no Organizations endpoint yet.
LATER = {
    "organizations.us-iso-east-1.c2s.ic.gov": Endpoint("organizations", "us-iso-east-1", "aws-iso"),
    "organizations.us-isob-east-1.sc2s.sgov.gov": Endpoint("organizations", "us-isob-east-1", "aws-iso-b"),
}


class Endpoints:
    def __init__(self, loader):
        data = loader.load_data("endpoints")
        resolver = EndpointResolver(data)
        self.by_host = dict(LATER)
        self.patterns = {}
        for partition in data["partitions"]:
            name = partition["partition"]
            self.patterns[name] = re.compile(partition["regionRegex"])
            for service in SERVICES:
                self._add(resolver, service, name)

    def _add(self, resolver, service, partition):
        for region in resolver.get_available_endpoints(service, partition, allow_non_regional=True):
            found = resolver.construct_endpoint(service, region, partition)
            scope = found.get("credentialScope", {}).get("region", region)
            self.by_host[found["hostname"]] = Endpoint(service, scope, partition)

    def find(self, host):
        return self.by_host.get(host)

    def partition_of(self, region):
        for name, pattern in self.patterns.items():
            if pattern.fullmatch(region):
                return name
        return None
