# SPDX-License-Identifier: MIT
"""Where the build is, and how a test waits: for a condition, with a bound.

The bound only ends a test that hangs; it measures nothing, and is generous: the tests run beside others on a busy machine.
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
    """The first true answer of `condition`; an AssertionError after `timeout` seconds."""
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
    """Whether no other process of these tests has been given this port. It stays this one's until the process ends: the reservation is
    the name of a socket that nobody connects to."""
    mine = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mine.bind(f"\0kith-test-port-{port}")
    except OSError:
        mine.close()
        return False
    _reserved.append(mine)
    return True


def free_port():
    """Free for TCP and UDP, of no other test that runs at the same time, and not among those that outgoing connections get, or one of
    them would be there before the server is."""
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
