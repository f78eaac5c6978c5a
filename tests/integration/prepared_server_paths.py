# SPDX-License-Identifier: MIT
"""Paths of the real servers that tests/real/prepare builds, and a record of the servers that the tests used, one line for each use, which
tests/run prints."""

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


def partisan():
    """The Erlang library directory with Partisan, or None."""
    return prepared("partisan")


def used(name):
    """Records a server that kith, or a node that kith connects, has used."""
    with open(BUILD / "real-servers", "a") as file:
        file.write(name + "\n")
