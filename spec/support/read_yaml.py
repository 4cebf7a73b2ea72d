"""Reads YAML texts as ruamel.yaml does: one JSON string a line in, one JSON value a line out.

null when ruamel refuses the text, else a tree of [kind, ...]: ["map", [[key, tree], ...]], ["list", [tree, ...]],
["string", text] and so on with the raw scalars of the composed nodes, aliases and merges resolved. What the
round-trip loader makes of the text is checked against it: the same keys in the same order, the same types.
"""
import datetime
import json
import sys
import warnings

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

KINDS = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "null": "null", "timestamp": "string",
         "value": "string"}
TYPES = {"number": (int, float), "boolean": (bool, int), "null": type(None), "string": (str, datetime.date)}
CORE = "tag:yaml.org,2002:"
MERGE = CORE + "merge"


def entries(node):
    """The entries of a map by the text of their keys: its own, then those of its merges that are not there yet."""
    found = {}
    for key, value in node.value:
        if isinstance(key, ScalarNode) and key.tag != MERGE:
            found[key.value] = value
    for key, value in node.value:
        if key.tag == MERGE:
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                for text, child in entries(source).items():
                    found.setdefault(text, child)
    return found


def tree(node):
    if isinstance(node, MappingNode):
        return ["map", [[text, tree(child)] for text, child in entries(node).items()]]
    if isinstance(node, SequenceNode):
        return ["list", [tree(child) for child in node.value]]
    return [KINDS.get(node.tag.removeprefix(CORE), "expression"), node.value]


def check(tree_, data):
    kind, value = tree_
    if kind == "map":
        assert len([key for key in data if not isinstance(key, (list, dict, tuple))]) == len(value), (data, value)
        for text, child in value:
            if text in data:  # else its type is another one
                check(child, data[text])
    elif kind == "list":
        assert len(data) == len(value)
        for child, item in zip(value, data):
            check(child, item)
    elif kind != "expression" and not (kind == "string" and value == "="):
        assert isinstance(data, TYPES[kind]), (kind, data)


def load(text, typ):
    """What a loader makes of a text. The round-trip one loses merged keys of a map that is not complete yet and has no
    place for some comments: then the safe one's. None when a tag has no type there."""
    try:
        return YAML(typ=typ, pure=True).load(text)
    except NotImplementedError:
        return load(text, "safe")
    except ConstructorError as error:
        if "could not determine a constructor" in str(error):
            return None
        raise


def read(text):
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        if node is None:
            return ["null", ""]
        found, data = tree(node), load(text, "safe" if "<<" in text else "rt")
    except (YAMLError, ValueError, IndexError):  # IndexError: a number without digits, "+_"
        return None
    if data is not None:
        check(found, data)
    return found


warnings.simplefilter("ignore")  # floats that YAML 1.1 would not take
for line in sys.stdin:
    print(json.dumps(read(json.loads(line))))
