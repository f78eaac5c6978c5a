# SPDX-License-Identifier: MIT
"""Which real servers the tests drove kith against: a line for each use, for tests/run to print."""

from waiting import BUILD


def used(name):
    """Said of a server that kith, or a node that it joins, has asked."""
    with open(BUILD / "real-servers", "a") as file:
        file.write(name + "\n")
