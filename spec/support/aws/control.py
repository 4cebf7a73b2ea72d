"""Control: one JSON command a line on standard input, one answer a line on standard output.

    {"do": "state", "with": {…}}   merge into the state document (RFC 7396); answers the whole document
    {"do": "reset", "with": {…}}   start anew: defaults with this merged in, no faults, no sessions, empty log
    {"do": "fault", "with": {…}}   add a fault rule
    {"do": "clear"}                remove all fault rules
    {"do": "log"}                  the requests and connections so far
    {"do": "clear_log"}            forget them
    {"do": "stop"}                 end (so does the end of input)
"""

import json
import sys

from document import BadDocument
from faults import BadFault


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def run(world, faults, journal):
    """Answers commands until there are no more."""
    for line in sys.stdin.buffer:
        try:
            command = json.loads(line)
            result = perform(command, world, faults, journal)
        except (ValueError, KeyError, TypeError, AttributeError, BadDocument, BadFault) as error:
            say({"ok": False, "error": f"{type(error).__name__}: {error}"})
            continue
        say({"ok": True, "result": result})
        if command["do"] == "stop":
            return


def perform(command, world, faults, journal):
    verb = command["do"]
    if verb == "state":
        world.merge(command.get("with") or {})
        return world.document
    if verb == "reset":
        world.reset(command.get("with") or {})
        faults.clear()
        return journal.clear()
    if verb == "fault":
        return faults.add(command["with"])
    if verb == "clear":
        return faults.clear()
    if verb == "log":
        return journal.read()
    if verb == "clear_log":
        return journal.clear()
    if verb == "stop":
        return None
    raise ValueError(f"no command {verb}")
