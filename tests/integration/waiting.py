# SPDX-License-Identifier: MIT
"""Where the build is, and how a test waits: for a condition, with a bound."""

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
PATIENCE = float(os.environ.get("KITH_PATIENCE", "15"))


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


def free_port():
    """Free for TCP and UDP, and not among those that outgoing connections get, or one of them would be there before the server is."""
    while True:
        port = random.randrange(16384, 32768)
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            try:
                stream.bind((HOST, port))
                datagrams.bind((HOST, port))
                return port
            except OSError:
                continue
