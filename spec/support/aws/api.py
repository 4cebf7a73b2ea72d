"""From a request to its answer: which service, which fault, who signed, what result."""

import time
from email.utils import formatdate

from botocore.loaders import Loader
from botocore.model import ServiceModel

import errors
import faults as faulty
import protocols
import signature
from endpoints import LOOPBACK, Endpoint, Endpoints
from services import iam, organizations, sts
from wire import Response

MODULES = {"sts": sts, "iam": iam, "organizations": organizations}
IAM_VERSION = "2010-05-08"


class Api:
    def __init__(self, world, faults):
        self.world = world
        self.faults = faults
        loader = Loader()
        self.endpoints = Endpoints(loader)
        self.protocols = {}
        for name in MODULES:
            model = ServiceModel(loader.load_service_model(name, "service-2"), name)
            kind = protocols.Json if model.metadata["protocol"] == "json" else protocols.Query
            self.protocols[name] = kind(model)

    def answer(self, request, connection, row):
        """(Response, fault rule or None); `row` of the log is filled in on the way."""
        host = request.host()
        endpoint = self.endpoints.find(host)
        row.update(host=host, method=request.method)
        proxied = connection.get("target")
        if (endpoint is None and host not in LOOPBACK) or (proxied and proxied != host):
            return self._finish(Response(421, b"this host is not served here\n", "text/plain"), None, row)
        claim, problem = self._claim(request)
        service = endpoint.service if endpoint else claim.service if claim else guess_service(request)
        row.update(service=service, key=claim and claim.key_id, region=claim and claim.region)
        if service not in self.protocols:
            return self._finish(Response(404, b"no such service here\n", "text/plain"), None, row)
        protocol = self.protocols[service]
        operation, parameters = protocol.read(request)
        unsigned_look = operation is None and claim is None and request.method in ("HEAD", "GET")
        row.update(operation=request.method if unsigned_look else operation,
                   parameters=protocols.shown(parameters))
        rule = self.faults.match(service, row["operation"], row["key"])
        row["fault"] = rule and rule["kind"]
        pause = self.world.document["delay_ms"] + (rule.get("ms", 0) if rule and rule["kind"] == "delay" else 0)
        if pause:
            time.sleep(pause / 1000)
        if unsigned_look:
            response = (rule and faulty.replace(rule)) or Response(
                302, b"", headers=[("Location", "https://aws.amazon.com/")])
            return self._finish(response, rule, row)
        return self._finish(self._serve(request, endpoint, claim, problem, protocol, rule), rule, row)

    @staticmethod
    def _claim(request):
        try:
            return signature.read_claim(request), None
        except errors.ApiError as problem:
            return None, problem

    def _serve(self, request, endpoint, claim, problem, protocol, rule):
        try:
            if rule:
                faulty.refuse(rule, protocol.model.metadata["protocol"])
                response = faulty.replace(rule)
                if response:
                    return response
            if problem:
                raise problem
            with self.world.lock:
                return self._dispatch(request, endpoint, claim, protocol, rule)
        except errors.ApiError as error:
            return protocol.error(error, self.world.document["error_style"])

    def _dispatch(self, request, endpoint, claim, protocol, rule):
        world = self.world
        endpoint = endpoint or self._override(claim)
        key = world.key(claim.key_id)
        if endpoint.partition != world.document["partition"]:
            raise errors.unknown_key()
        signature.verify(request, claim, endpoint, key, world.clock() + skew(rule))
        name, _ = protocol.read(request)
        operation, parameters = protocol.parameters(request)
        service = MODULES[endpoint.service]
        if name not in service.OPERATIONS:
            raise errors.ApiError("NotImplemented", f"The double does not know {name} yet", 501)
        caller = world.caller(claim.key_id, key)
        world.check_allowed(key, caller, endpoint.service, name)
        world.last_used[claim.key_id] = {"time": world.clock(), "service": endpoint.service, "region": claim.region}
        return protocol.result(operation, service.OPERATIONS[name](world, caller, parameters) or {})

    def _override(self, claim):
        """An endpoint override takes any region there is."""
        partition = self.endpoints.partition_of(claim.region)
        if partition is None:
            raise errors.bad_signature(f"Credential should be scoped to a valid region, not '{claim.region}'. ")
        return Endpoint(claim.service, claim.region, partition)

    def _finish(self, response, rule, row):
        """AWS dates every answer by its own clock: clients learn their skew from it."""
        response.headers.append(("Date", formatdate(self.world.clock() + skew(rule), usegmt=True)))
        row.update(status=response.status, code=response.code)
        return response, rule


def skew(rule):
    return rule.get("seconds", 900) if rule and rule["kind"] == "skew" else 0


def guess_service(request):
    """Which service an unsigned request to an endpoint override means."""
    if request.header("x-amz-target"):
        return "organizations"
    named = dict(request.query).get("Version") == IAM_VERSION or f"Version={IAM_VERSION}".encode() in request.body
    return "iam" if named else "sts"
