#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# qemu-user accepts setrlimit(RLIMIT_AS) of the emulated program, answers 0, and neither applies nor remembers it: getrlimit still answers
# "unlimited", and the memory can be mapped. Other limits are applied (RLIMIT_NOFILE), and calls that it cannot emulate are refused with an error, as
# prctl(PR_SET_SECCOMP) is. So a sandbox that checks each return value reports itself complete there, and a test of its
# memory limit in a cross build fails, or passes for another reason. Whoever needs the limit has to read it back.
#
# Seen with qemu-user-static 1:7.2+dfsg-7+deb12u18+b3 (Debian 12), gcc 12.2:
#   on the machine: RLIMIT_AS set, read back as set, 256 MiB refused; RLIMIT_NOFILE set, 20 open; seccomp set
#   under qemu: RLIMIT_AS set, read back as unlimited, 256 MiB mapped; RLIMIT_NOFILE set, 20 open; seccomp Invalid argument
set -euo pipefail
version=1:7.2+dfsg-7+deb12u18+b3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . && apt-get download -q "qemu-user-static=$version" >/dev/null 2>&1 && dpkg -x qemu-user-static_*.deb root)
cat >"$work/limits.c" <<'C'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int main(void) {
    const struct rlimit memory = {64 << 20, 64 << 20}, files = {20, 20};
    struct rlimit now;
    const char *set = setrlimit(RLIMIT_AS, &memory) == 0 ? "set" : strerror(errno);
    getrlimit(RLIMIT_AS, &now);
    void *large = mmap(NULL, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const char *read_back = now.rlim_cur == memory.rlim_cur ? "set" : now.rlim_cur == RLIM_INFINITY ? "unlimited" : "another";
    printf("RLIMIT_AS %s, read back as %s, 256 MiB %s; ", set, read_back, large == MAP_FAILED ? "refused" : "mapped");
    for (int i = 3; i < 64; ++i) close(i);
    printf("RLIMIT_NOFILE %s, ", setrlimit(RLIMIT_NOFILE, &files) == 0 ? "set" : strerror(errno));
    int open = 3;
    while (open < 64 && dup(1) >= 0) ++open;
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {1, allow};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    printf("%d open; seccomp %s\n", open, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0 ? "set" : strerror(errno));
}
C
gcc -static -o "$work/limits" "$work/limits.c"
{
    echo "on the machine: $("$work/limits")"
    echo "under qemu: $("$work/root/usr/bin/qemu-$(uname -m)-static" "$work/limits")"
} | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
