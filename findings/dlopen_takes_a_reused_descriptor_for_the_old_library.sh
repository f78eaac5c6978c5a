#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# dlopen("/proc/self/fd/N") returns the library that was loaded under that name before, when the descriptor N has been closed and given to
# another file: glibc compares the name before it looks at the file. A host that loads plugins from sealed copies in memory (memfd_create) and
# closes the descriptor after loading, as nothing seems to need it, gets the first plugin again under the name of the second, without an
# error. The descriptor has to stay open as long as the library is loaded.
#
# Seen with glibc 2.36 (Debian 12), gcc 12.2:
#   descriptor closed: first, first
#   descriptor kept:   first, second
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v gcc >/dev/null || { echo "gcc is missing: apt-get install gcc libc6-dev" >&2; exit 1; }
for name in first second; do
    echo "const char *name(void) { return \"$name\"; }" >"$work/$name.c"
    gcc -shared -fPIC -o "$work/$name.so" "$work/$name.c"
done
cat >"$work/host.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *load(const char *file, int keep) {
    char path[64];
    struct stat size;
    const int from = open(file, O_RDONLY), copy = memfd_create("plugin", MFD_CLOEXEC);
    if (from < 0 || copy < 0 || fstat(from, &size) != 0 || sendfile(copy, from, NULL, size.st_size) != size.st_size) exit(2);
    close(from);
    snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) exit(3);
    if (!keep) close(copy);
    return ((const char *(*)(void))dlsym(library, "name"))();
}

int main(int argc, char **argv) {
    const int keep = argc > 3 && strcmp(argv[3], "keep") == 0;
    const char *one = load(argv[1], keep);
    printf("%s, %s\n", one, load(argv[2], keep));
}
C
gcc -o "$work/host" "$work/host.c" -ldl
{
    echo "descriptor closed: $("$work/host" "$work/first.so" "$work/second.so" close)"
    echo "descriptor kept:   $("$work/host" "$work/first.so" "$work/second.so" keep)"
} | tee "$work/seen"
diff "$work/seen" - <<'EXPECTED'
descriptor closed: first, first
descriptor kept:   first, second
EXPECTED
