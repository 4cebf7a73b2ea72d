#!/usr/bin/python3
"""A terminal for specs: runs one program on a pseudo-terminal and does what it is told, one JSON object a line in (from
the fifo named by the argument) and one out (standard output). Byte strings travel as hexadecimal.

The program is never left behind: at the end, when the fifo's writer is gone, or after LIFE seconds, everything in its
session is killed. Nothing here sleeps: every wait is for output, for the program's end, or for a deadline.
"""
import fcntl
import json
import os
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte

LIFE = 120
KEYS = {
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "page-up": "\x1b[5~", "page-down": "\x1b[6~", "delete": "\x1b[3~", "ctrl-left": "\x1b[1;5D",
    "ctrl-right": "\x1b[1;5C", "f5": "\x1b[15~", "enter": "\r", "tab": "\t", "backspace": "\x7f", "escape": "\x1b",
}
# What takes no room on the screen: control sequences, strings, two-character escapes.
ESCAPE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Za-z0-9]|\x1b[^\[\]()]")
PARTIAL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[()])?$")


class Failure(Exception):
    pass


class Program:
    def __init__(self, argv, env, cwd, rows, cols, stdin):
        self.raw = b""          # everything the program wrote to the terminal
        self.plain = b""        # the same without escape sequences
        self.pending = b""      # a sequence that is not complete yet
        self.at = 0             # how much of plain was expected already
        self.status = None
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.master, self.slave = os.openpty()
        self.set_size(rows, cols)
        self.modes = self.termios()["all"]  # as the program finds them
        self.start(argv, env, cwd, stdin)
        os.set_blocking(self.master, False)

    def start(self, argv, env, cwd, stdin):
        piped = None if stdin is None else os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.become(argv, env, cwd, piped)
            except BaseException as error:  # the child must not run on into the driver's code
                os.write(2, f"pty_driver: {argv[0]}: {error}\n".encode())
            os._exit(127)
        self.ended = os.pidfd_open(self.pid)
        if piped:
            os.close(piped[0])
            if os.fork() == 0:  # feeds the pipe, however slowly it is read
                os.close(self.master)
                os.close(self.slave)
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                with os.fdopen(piped[1], "wb") as pipe:
                    pipe.write(stdin)
                os._exit(0)
            os.close(piped[1])

    def become(self, argv, env, cwd, piped):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        os.dup2(self.slave if piped is None else piped[0], 0)
        os.dup2(self.slave, 1)
        os.dup2(self.slave, 2)
        os.closerange(3, 256)
        for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        if cwd:
            os.chdir(cwd)
        os.execvpe(argv[0], argv, env)

    def set_size(self, rows, cols):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def take(self, data):
        self.raw += data
        self.stream.feed(data)
        data = self.pending + data
        partial = PARTIAL.search(data)
        self.pending = partial.group() if partial else b""
        self.plain += ESCAPE.sub(b"", data[:len(data) - len(self.pending)])

    def drain(self):
        """Takes what is there; a read waits for nothing, but for the kernel's own queues."""
        while self.master >= 0:
            try:
                data = os.read(self.master, 65536)
            except (BlockingIOError, OSError):
                return
            if not data:
                return
            self.take(data)

    def wait_until(self, done, seconds, what):
        deadline = time.monotonic() + seconds
        while True:
            self.drain()
            if done():
                return
            if self.reap():
                self.drain()
                if done():
                    return
                raise Failure(f"the program ended ({self.status}) before {what}")
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failure(f"{seconds} s went by before {what}")
            select.select([fd for fd in (self.master, self.ended) if fd >= 0], [], [], left)

    def reap(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def expect(self, text, seconds):
        def found():
            index = self.plain.find(text, self.at)
            if index >= 0:
                self.at = index + len(text)
            return index >= 0
        self.wait_until(found, seconds, f"{text.decode(errors='replace')!r} was written")

    def expect_screen(self, text, seconds):
        self.wait_until(lambda: any(text in line for line in self.screen.display), seconds,
                        f"{text!r} stood on the screen")

    def send(self, data, seconds):
        deadline = time.monotonic() + seconds
        while data:
            self.drain()
            try:
                data = data[os.write(self.master, data):]
                continue
            except BlockingIOError:
                pass
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failure(f"{seconds} s went by before the program read what was typed ({len(data)} bytes left)")
            select.select([self.master], [self.master], [], left)

    def resize(self, rows, cols):
        self.drain()
        self.screen.resize(rows, cols)
        self.set_size(rows, cols)

    def termios(self):
        modes = termios.tcgetattr(self.slave)
        modes[6] = [c if isinstance(c, int) else c[0] for c in modes[6]]
        return {"all": repr(modes), "echo": bool(modes[3] & termios.ECHO), "canonical": bool(modes[3] & termios.ICANON),
                "signals": bool(modes[3] & termios.ISIG)}

    def wait_modes(self, name, value, seconds):
        """Modes change without a sound, so this looks again and again, a millisecond apart."""
        deadline = time.monotonic() + seconds
        while self.termios()[name] != value:
            if time.monotonic() > deadline or self.reap():
                raise Failure(f"the terminal's mode {name!r} did not become {value}")
            self.drain()
            select.select([self.ended], [], [], 0.001)

    def hangup(self):
        self.drain()
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def wait(self, seconds):
        self.wait_until(self.reap, seconds, "it ended")
        self.drain()

    def close(self):
        """Kills whatever is left of the session."""
        if self.master >= 0:
            self.hangup()
        for name in os.listdir("/proc"):
            if name.isdigit() and session_of(name) == self.pid:
                try:
                    os.kill(int(name), signal.SIGKILL)
                except ProcessLookupError:
                    pass
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.waitpid(self.pid, 0)
            self.status = -signal.SIGKILL


def session_of(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[3])
    except (OSError, IndexError):
        return None


def key_bytes(name):
    if name in KEYS:
        return KEYS[name].encode()
    if name.startswith("ctrl-") and len(name) == 6:
        return bytes([ord(name[5].upper()) & 0x1F])
    raise Failure(f"no key is called {name!r}")


def answer(program, request):
    do, seconds = request["do"], request.get("seconds", 10)
    if do == "expect":
        program.expect(bytes.fromhex(request["text"]), seconds)
    elif do == "expect_screen":
        program.expect_screen(bytes.fromhex(request["text"]).decode(), seconds)
    elif do == "send":
        program.send(bytes.fromhex(request["text"]), seconds)
    elif do == "key":
        program.send(key_bytes(request["name"]), seconds)
    elif do == "screen":
        program.drain()
        cursor = program.screen.cursor
        return {"lines": [line.rstrip() for line in program.screen.display], "row": cursor.y + 1, "col": cursor.x + 1,
                "hidden": cursor.hidden}
    elif do == "output":
        program.drain()
        return {"raw": program.raw.hex()}
    elif do == "resize":
        program.resize(request["rows"], request["cols"])
    elif do == "signal":
        os.kill(program.pid, getattr(signal, "SIG" + request["name"]))
    elif do == "termios":
        return program.termios()
    elif do == "wait_modes":
        program.wait_modes(request["name"], request["value"], seconds)
    elif do == "hangup":
        program.hangup()
    elif do == "wait":
        program.wait(seconds)
        return {"status": program.status, "raw": program.raw.hex()}
    else:
        raise Failure(f"nothing is called {do!r}")
    return {}


def lines_of(fd):
    """Lines from the fifo, until its writer is gone or the time is over."""
    rest, deadline = b"", time.monotonic() + LIFE
    while True:
        line, newline, tail = rest.partition(b"\n")
        if newline:
            rest = tail
            yield line
            continue
        ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
        data = os.read(fd, 65536) if ready else b""
        if not data:
            return
        rest += data


def reply(result):
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


def main():
    os.closerange(3, 256)  # the writing end of our own fifo comes with the fork
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    program = None
    try:
        for line in lines_of(os.open(sys.argv[1], os.O_RDONLY)):
            request = json.loads(line)
            if request["do"] == "spawn":
                stdin = request.get("stdin")
                program = Program(request["argv"], request["env"], request.get("cwd"), request["rows"], request["cols"],
                                  None if stdin is None else bytes.fromhex(stdin))
                reply({"pid": program.pid, "modes": program.modes})
            elif request["do"] == "close":
                break
            else:
                try:
                    reply(answer(program, request))
                except Failure as failure:
                    screen = "\n".join(line.rstrip() for line in program.screen.display).rstrip()
                    reply({"error": f"{failure}; the screen:\n{screen}"})
    except BrokenPipeError:
        pass
    finally:
        if program:
            program.close()


if __name__ == "__main__":
    main()
