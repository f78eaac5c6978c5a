# SPDX-License-Identifier: MIT
"""Which real servers the tests drove kith against: a line for each, for tests/run to print."""

import os

from waiting import BUILD


def used(name, how=""):
    """Called once a test is done with a server that kith really asked."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "real-servers", "a") as file:
        file.write(f"{name}\t{how}\n")
        file.flush()
        os.fsync(file.fileno())
