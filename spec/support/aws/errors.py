"""Refusals in AWS's words.

A refusal is raised as one ApiError and named once; the protocol that answers
picks the spelling: query services and JSON services name the same refusal
differently and use different statuses.
"""


class ApiError(Exception):
    """One refusal. `json_code` is set for those that AWS's front door makes
    (authentication, throttling), which carry a namespace in JSON answers;
    `detail` is what only JSON answers add to the message."""

    def __init__(self, code, message, status=400, json_code=None, detail="", headers=()):
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.json_code = json_code
        self.detail = detail
        self.headers = list(headers)


def unknown_key():
    return ApiError("InvalidClientTokenId", "The security token included in the request is invalid.",
                    403, "UnrecognizedClientException")


def expired_token():
    return ApiError("ExpiredToken", "The security token included in the request is expired",
                    403, "ExpiredTokenException")


def bad_signature(message, detail=""):
    return ApiError("SignatureDoesNotMatch", message, 403, "InvalidSignatureException", detail)


def incomplete_signature(message):
    return ApiError("IncompleteSignature", message, 400, "IncompleteSignatureException")


def missing_authentication():
    return ApiError("MissingAuthenticationToken", "Request is missing Authentication Token",
                    403, "MissingAuthenticationTokenException")


def access_denied(message):
    return ApiError("AccessDenied", message, 403, "AccessDeniedException")


def not_authorized(caller, action, resource="*"):
    return access_denied(
        f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action")
