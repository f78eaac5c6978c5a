# SPDX-License-Identifier: MIT
"""without_system_calls.py NAME... -- COMMAND...: executes the command as on a kernel that does not have these mechanisms: `landlock`, or
`seccomp` for further filters. A filter of system calls answers ENOSYS, and EINVAL to prctl(PR_SET_SECCOMP)."""

import ctypes
import os
import platform
import struct
import sys

AUDIT_ARCH, SECCOMP, PRCTL = {"x86_64": (0xC000003E, 317, 157), "aarch64": (0xC00000B7, 277, 167)}[platform.machine()]
CALLS = {"landlock": [444, 445, 446], "seccomp": [SECCOMP]}
ENOSYS, EINVAL, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 38, 22, 22, 38, 2
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # of BPF: a word, a jump, the end


def program(names):
    instructions = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, AUDIT_ARCH), (RETURN, 0, 0, ALLOW), (LOAD, 0, 0, 0)]
    for number in (number for name in names for number in CALLS[name]):
        instructions += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | ENOSYS)]
    if "seccomp" in names:
        instructions += [(EQUAL, 0, 3, PRCTL), (LOAD, 0, 0, 16), (EQUAL, 0, 1, PR_SET_SECCOMP), (RETURN, 0, 0, ERRNO | EINVAL)]
    return instructions + [(RETURN, 0, 0, ALLOW)]


def main(names, command):
    text = b"".join(struct.pack("=HBBI", *one) for one in program(names))
    buffer = ctypes.create_string_buffer(text, len(text))

    class Filter(ctypes.Structure):
        _fields_ = [("size", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]

    prctl = ctypes.CDLL(None, use_errno=True).prctl
    filtered = Filter(len(text) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filtered), 0, 0) != 0:
        sys.exit(f"no filter of system calls: {os.strerror(ctypes.get_errno())}")
    os.execvp(command[0], command)


if __name__ == "__main__":
    at = sys.argv.index("--")
    main(sys.argv[1:at], sys.argv[at + 1:])
