# SPDX-License-Identifier: MIT
"""as_in_unit.py UNIT -- COMMAND...: executes the command with the filter of system calls that systemd makes of the unit's SystemCallFilter and
MemoryDenyWriteExecute, which processes of plugins inherit. systemd-analyze lists the calls of a group."""

import ctypes
import errno
import functools
import os
import re
import subprocess
import sys

PROT_WRITE, PROT_EXEC = 2, 4
ALLOW, ERRNO, MASKED_EQUAL = 0x7FFF0000, 0x00050000, 7  # SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(0), SCMP_CMP_MASKED_EQ


@functools.lru_cache
def members(name):
    """The system calls of a group such as @process; of a call, itself."""
    if not name.startswith("@"):
        return frozenset([name])
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    return frozenset().union(*(members(one) for one in re.findall(r"(?m)^ +([@\w-]+)$", listed)))


def permitted(unit):
    calls = members("@default")
    for line in re.findall(r"(?m)^SystemCallFilter=(.*)$", unit):
        named = frozenset().union(*(members(name) for name in line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operation", ctypes.c_int), ("mask", ctypes.c_uint64), ("value", ctypes.c_uint64)]


def main(file, command):
    with open(file) as opened:
        unit = opened.read()
    if not re.search(r"(?m)^MemoryDenyWriteExecute=yes$", unit) or not re.search(r"(?m)^SystemCallErrorNumber=EPERM$", unit):
        sys.exit(f"{file} does not have the settings that this program knows")
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    refuse = ERRNO | errno.EPERM

    def load(default, rules):
        context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(default)))
        for action, name, *comparisons in rules:
            number = seccomp.seccomp_syscall_resolve_name(name.encode())
            array = (Comparison * len(comparisons))(*comparisons)
            if number >= 0 and seccomp.seccomp_rule_add_array(context, ctypes.c_uint32(action), number, len(comparisons), array) != 0:
                sys.exit(f"no rule for {name}")
        if seccomp.seccomp_load(context) != 0:
            sys.exit("the filter cannot be loaded")

    executable = Comparison(2, MASKED_EQUAL, PROT_EXEC, PROT_EXEC)
    both = Comparison(2, MASKED_EQUAL, PROT_WRITE | PROT_EXEC, PROT_WRITE | PROT_EXEC)
    allowed = permitted(unit)  # before the filter, which would apply to systemd-analyze
    load(ALLOW, [(refuse, "mmap", both), (refuse, "mprotect", executable), (refuse, "pkey_mprotect", executable)])
    load(refuse, [(ALLOW, name) for name in sorted(allowed)])
    os.execvp(command[0], command)


if __name__ == "__main__":
    at = sys.argv.index("--")
    main(sys.argv[1], sys.argv[at + 1:])
