"""Parameters against botocore's service models.

`unflatten` rebuilds a structure from the dotted names of a query request,
`check_types` judges the members of a JSON request, and `constraints` lists
every limit that a value breaks, in the words AWS uses for them. Stricter than
AWS in one point: a parameter that the model does not know is an error.
"""

import re

from errors import ApiError


class Unflattener:
    """Turns {"Tags.member.1.Key": …} into nested values as `shape` says."""

    def __init__(self, flat):
        self.flat = flat
        self.used = set()

    def read(self, shape):
        value = self._read(shape, "") if shape else {}
        unknown = sorted(set(self.flat) - self.used)
        if unknown:
            raise ApiError("UnknownParameter", f"The parameter {unknown[0]} is not recognized")
        return value or {}

    def _read(self, shape, name):
        if shape.type_name == "structure":
            return self._structure(shape, name)
        if shape.type_name == "list":
            return self._list(shape, name)
        if name not in self.flat:
            return None
        self.used.add(name)
        return scalar(shape, name, self.flat[name])

    def _structure(self, shape, name):
        found = {}
        for member, inner in shape.members.items():
            value = self._read(inner, f"{name}.{member}" if name else member)
            if value is not None:
                found[member] = value
        return found or None

    def _list(self, shape, name):
        found = []
        while True:
            item = self._read(shape.member, f"{name}.member.{len(found) + 1}")
            if item is None:
                return found or None
            found.append(item)


def scalar(shape, name, text):
    if shape.type_name in ("integer", "long"):
        if not re.fullmatch(r"[+-]?\d{1,18}", text):
            raise ApiError("MalformedInput", f'For input string: "{text}"')
        return int(text)
    if shape.type_name == "boolean":
        if text not in ("true", "false"):
            raise ApiError("MalformedInput", f"{name} must be true or false")
        return text == "true"
    return text


def check_types(shape, value, path="request"):
    """Raises SerializationException where a JSON value is not what the model says."""
    kind = shape.type_name
    if kind == "structure":
        _expect(isinstance(value, dict), path, "a structure")
        for name, inner in value.items():
            _expect(name in shape.members, f"{path}.{name}", "a known member")
            if inner is not None:
                check_types(shape.members[name], inner, f"{path}.{name}")
    elif kind == "list":
        _expect(isinstance(value, list), path, "a list")
        for index, inner in enumerate(value):
            check_types(shape.member, inner, f"{path}[{index}]")
    elif kind in ("integer", "long"):
        _expect(isinstance(value, int) and not isinstance(value, bool), path, "an Integer")
    elif kind == "boolean":
        _expect(isinstance(value, bool), path, "a Boolean")
    elif kind == "string":
        _expect(isinstance(value, str), path, "a String")
    else:
        raise AssertionError(f"no check for {kind}")


def _expect(holds, path, what):
    if not holds:
        raise ApiError("SerializationException", f"{path} can not be converted to {what}")


def constraints(shape, value, path=""):
    """Every broken limit as a clause; the empty list means the value is fine."""
    broken = []
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                broken.append(_clause(None, _join(path, name), "Member must not be null"))
        for name, inner in value.items():
            if inner is not None:
                broken += constraints(shape.members[name], inner, _join(path, name))
        return broken
    if shape.type_name == "list":
        for index, inner in enumerate(value, 1):
            broken += constraints(shape.member, inner, f"{path}.{index}.member")
    return _limits(shape, value, path) + broken


def _limits(shape, value, path):
    numeric = shape.type_name in ("integer", "long")
    size = value if numeric else len(value) if isinstance(value, (str, list)) else None
    noun = "value" if numeric else "length"
    limits = shape.metadata
    words = []
    if size is not None and size < limits.get("min", size):
        words.append(f"Member must have {noun} greater than or equal to {limits['min']}")
    if size is not None and size > limits.get("max", size):
        words.append(f"Member must have {noun} less than or equal to {limits['max']}")
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        words.append(f"Member must satisfy regular expression pattern: {limits['pattern']}")
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        words.append(f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    return [_clause(value, path, text) for text in words]


def _clause(value, path, text):
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {text}"


def _join(path, name):
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name
