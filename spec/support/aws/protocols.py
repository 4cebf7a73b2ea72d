"""The two wire protocols: query (sts, iam) and JSON 1.1 (organizations).

Each reads an operation and its parameters out of a request and writes results
and errors in AWS's shapes, guided by botocore's models. Query answers escape
control characters as references, so that hostile text stays in place: what
XML 1.0 cannot carry then fails in the reader, as it would coming from AWS.
"""

import json
import uuid
from datetime import timezone
from urllib.parse import parse_qsl

import shapes
from errors import ApiError
from wire import Response

SECRET = ("TokenCode",)
FORM = "application/x-www-form-urlencoded"
JSON = "application/x-amz-json-1.1"


def shown(parameters):
    """Parameters as the log keeps them: without anything that works as a secret."""
    return {name: "(hidden)" if name in SECRET else value for name, value in parameters.items()}


class Query:
    def __init__(self, model):
        self.model = model

    def read(self, request):
        """(operation name or None, flat parameters), nothing checked."""
        pairs = [pair for pair in request.query if not pair[0].startswith("X-Amz-")]
        if request.method == "POST" and request.header("content-type", "").split(";")[0].strip().lower() == FORM:
            pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        flat = dict(pairs)
        if len(flat) != len(pairs):
            flat["(repeated)"] = True
        return flat.get("Action"), flat

    def parameters(self, request):
        """(operation model, parameters) fully checked. Raises ApiError."""
        name, flat = self.read(request)
        if flat.pop("(repeated)", None):
            raise ApiError("MalformedQueryString", "The query string contains a repeated parameter")
        if request.path != "/":
            raise ApiError("InvalidAction", f"No resource at {request.path}", 404)
        if name is None:
            raise ApiError("MissingAction", "The request must contain the parameter Action.")
        version = flat.pop("Version", "NO_VERSION_SPECIFIED")
        if version != self.model.api_version or name not in self.model.operation_names:
            raise ApiError("InvalidAction", f"Could not find operation {name} for version {version}")
        del flat["Action"]
        operation = self.model.operation_model(name)
        value = shapes.Unflattener(flat).read(operation.input_shape)
        broken = shapes.constraints(operation.input_shape, value) if operation.input_shape else []
        if broken:
            noun = "error" if len(broken) == 1 else "errors"
            raise ApiError("ValidationError", f"{len(broken)} validation {noun} detected: {'; '.join(broken)}")
        return operation, value

    def result(self, operation, value):
        request_id = str(uuid.uuid4())
        inner = ""
        if operation.output_shape:
            wrapper = operation.output_shape.serialization["resultWrapper"]
            inner = element(wrapper, members(operation.output_shape, value))
        body = (f'<{operation.name}Response xmlns="{self.model.metadata["xmlNamespace"]}">{inner}'
                f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>")
        return Response(200, xml_bytes(body), "text/xml", [("x-amzn-RequestId", request_id)])

    def error(self, error, style):
        request_id = str(uuid.uuid4())
        side = "Receiver" if error.status >= 500 else "Sender"
        message = escape(error.message)
        if style == "localstack":
            message = "<![CDATA[" + error.message.replace("]]>", "]]]]><![CDATA[>") + "]]>"
        inner = f"<Error><Type>{side}</Type><Code>{escape(error.code)}</Code><Message>{message}</Message></Error>"
        if style == "localstack":
            inner = f"<Errors>{inner}</Errors>"
        body = (f'<ErrorResponse xmlns="{self.model.metadata["xmlNamespace"]}">{inner}'
                f"<RequestId>{request_id}</RequestId></ErrorResponse>")
        response = Response(error.status, xml_bytes(body), "text/xml",
                            [("x-amzn-RequestId", request_id), *error.headers])
        response.code = error.code
        return response


class Json:
    def __init__(self, model):
        self.model = model
        self.prefix = model.metadata["targetPrefix"] + "."

    def read(self, request):
        target = request.header("x-amz-target", "")
        name = target[len(self.prefix):] if target.startswith(self.prefix) else None
        try:
            value = json.loads(request.body)
        except ValueError:
            value = None
        return name, value if isinstance(value, dict) else {}

    def parameters(self, request):
        name, _ = self.read(request)
        if request.header("content-type") != JSON or request.method != "POST" or request.path != "/":
            raise ApiError("UnknownOperationException", "", 404, "UnknownOperationException")
        if name not in self.model.operation_names:
            raise ApiError("UnknownOperationException", "", 400, "UnknownOperationException")
        try:
            value = json.loads(request.body)
        except ValueError:
            raise ApiError("SerializationException", "The request body is not JSON") from None
        operation = self.model.operation_model(name)
        shape = operation.input_shape
        if shape is None:
            if value != {}:
                raise ApiError("SerializationException", f"{name} takes no members")
            return operation, {}
        shapes.check_types(shape, value)
        broken = shapes.constraints(shape, value)
        if broken:
            raise ApiError("InvalidInputException", f"You provided a value that is not valid: {'; '.join(broken)}")
        return operation, {member: inner for member, inner in value.items() if inner is not None}

    def result(self, operation, value):
        shape = operation.output_shape
        body = json.dumps(plain(shape, value) if shape else {}, ensure_ascii=False)
        return self._response(200, body)

    def error(self, error, _style):
        if error.json_code:
            status = 400 if error.status == 403 else error.status
            body = {"__type": f"com.amazon.coral.service#{error.json_code}", "message": error.message + error.detail}
        else:
            status = error.status
            body = {"__type": error.code, "Message": error.message}
        response = self._response(status, json.dumps(body, ensure_ascii=False), error.headers)
        response.code = error.json_code or error.code
        return response

    @staticmethod
    def _response(status, body, headers=()):
        return Response(status, body.encode("utf-8", "surrogatepass"), JSON,
                        [("x-amzn-RequestId", str(uuid.uuid4())), *headers])


def members(shape, value):
    parts = []
    for name, inner in shape.members.items():
        if value.get(name) is not None:
            parts.append(element(name, xml_value(inner, value[name])))
    return "".join(parts)


def xml_value(shape, value):
    if shape.type_name == "structure":
        return members(shape, value)
    if shape.type_name == "list":
        return "".join(element("member", xml_value(shape.member, item)) for item in value)
    if shape.type_name == "timestamp":
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if shape.type_name == "boolean":
        return "true" if value else "false"
    return escape(str(value))


def element(name, inner):
    return f"<{name}>{inner}</{name}>"


def escape(text):
    named = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    return "".join(named.get(c) or (f"&#{ord(c)};" if ord(c) < 32 else c) for c in text)


def xml_bytes(text):
    return text.encode("utf-8", "surrogatepass")


def plain(shape, value):
    """`value` with the model's members only, in JSON's types."""
    if shape.type_name == "structure":
        return {name: plain(inner, value[name]) for name, inner in shape.members.items()
                if value.get(name) is not None}
    if shape.type_name == "list":
        return [plain(shape.member, item) for item in value]
    if shape.type_name == "timestamp":
        return value.timestamp()
    return value
