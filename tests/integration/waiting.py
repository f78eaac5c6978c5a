# SPDX-License-Identifier: MIT
"""The path of the build, and functions that wait for a condition, with a time limit.

The limit only ends a test that hangs and is not a measurement; it is large because the tests run in parallel on a busy machine.
"""

import os
import pathlib
import random
import socket
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("KITH_BUILD", ROOT / "build"))
KITH = str(BUILD / "kith")
PLUGINS = str(BUILD / "plugins")
TEST_PLUGINS = str(BUILD / "test_plugins")
HOST = "127.0.0.1"
PATIENCE = float(os.environ.get("KITH_PATIENCE", "60"))


def wait_until(condition, what, timeout=None, describe=None):
    """Returns the first true result of `condition`; raises AssertionError after `timeout` seconds."""
    timeout = PATIENCE if timeout is None else timeout
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            there = f"\n{describe()}" if describe else ""
            raise AssertionError(f"after {timeout:g} s still not so: {what}{there}")
        time.sleep(0.01)


_reserved = []


def reserve(port):
    """Reserves this port for this process until it ends, and returns whether no other process of the tests has reserved it. The
    reservation is the name of an abstract socket."""
    mine = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mine.bind(f"\0kith-test-port-{port}")
    except OSError:
        mine.close()
        return False
    _reserved.append(mine)
    return True


def free_port():
    """Returns a port that is free for TCP and UDP, not reserved by another running test, and not in the range of outgoing connections,
    which could use it before the server is started."""
    while True:
        port = random.randrange(16384, 32768)
        if not reserve(port):
            continue
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            try:
                stream.bind((HOST, port))
                datagrams.bind((HOST, port))
                return port
            except OSError:
                continue
