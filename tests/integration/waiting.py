# SPDX-License-Identifier: MIT
"""Where the build is, and how a test waits: for a condition, with a bound."""

import os
import pathlib
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


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
