# SPDX-License-Identifier: MIT
"""Real servers: those that tests/real/prepare makes, and which of all the tests drove kith against, a line for each use, for tests/run
to print."""

import pathlib
import subprocess

from waiting import BUILD, ROOT


def prepared(part):
    """The folder of a part of tests/real/prepare, or None."""
    found = subprocess.run([ROOT / "tests/real/prepare", "--where", part], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(found.stdout.strip()) if found.returncode == 0 else None


def otp(release):
    """The root directory with the Erlang of a release of Debian (trixie, sid), or None."""
    return prepared(f"otp-{release}")


def used(name):
    """Said of a server that kith, or a node that it joins, has asked."""
    with open(BUILD / "real-servers", "a") as file:
        file.write(name + "\n")
