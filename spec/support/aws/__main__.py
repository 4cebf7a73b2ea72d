"""A strict local stand-in for AWS: see README.md in this folder.

Prints one JSON line saying where it listens, then takes commands on standard
input until that ends. It never outlives the process that started it.
"""

import argparse
import ctypes
import json
import os
import shutil
import signal
import sys
import tempfile

import control
from api import Api
from certificates import Authority
from document import BadDocument
from faults import Faults
from journal import Journal
from server import Server
from world import World

PR_SET_PDEATHSIG = 1


def options():
    parser = argparse.ArgumentParser(prog="aws", description="a strict local stand-in for AWS")
    parser.add_argument("--state", metavar="FILE", help="state document (JSON) merged over the defaults")
    parser.add_argument("--ca-dir", metavar="DIR", help="where ca.pem and the leaf certificates go")
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--https-port", type=int, default=0)
    parser.add_argument("--proxy-port", type=int, default=0)
    parser.add_argument("--delay-ms", type=int, metavar="N", help="added to every answer")
    return parser.parse_args()


def die_with_parent():
    parent = os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)


def load(path, delay_ms):
    patch = {}
    if path:
        with open(path, encoding="utf-8") as file:
            patch = json.load(file)
    if delay_ms is not None:
        patch["delay_ms"] = delay_ms
    return World(patch)


def run(args, folder):
    world = load(args.state, args.delay_ms)
    faults, journal = Faults(), Journal()
    authority = Authority(folder)
    server = Server(Api(world, faults), faults, journal, authority)
    control.say({
        "http": f"http://127.0.0.1:{server.listen('http', args.http_port)}",
        "https": f"https://127.0.0.1:{server.listen('https', args.https_port)}",
        "proxy": f"http://127.0.0.1:{server.listen('proxy', args.proxy_port)}",
        "ca": authority.path,
        "pid": os.getpid(),
    })
    control.run(world, faults, journal)


def main():
    args = options()
    die_with_parent()
    folder = args.ca_dir or tempfile.mkdtemp(prefix="aws-double-")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    try:
        run(args, folder)
    except (BadDocument, OSError, ValueError) as error:
        sys.exit(f"aws double: {error}")
    finally:
        if not args.ca_dir:
            shutil.rmtree(folder, ignore_errors=True)


main()
