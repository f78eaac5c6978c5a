#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A library that Go has built with -buildmode=c-shared never leaves the process that loads it, also when none of its functions was called:
# dlclose succeeds, and the library is still mapped (DF_1_NODELETE), its threads run, and the host's own signal handlers have been installed
# anew with SA_ONSTACK. A host that opens each file of a plugin directory to see what it is, and closes those that it does not want, keeps the
# runtime of every Go library in the directory.
#
# Seen with Go 1.26.8 and glibc 2.36 (Debian 12), on any C host:
#   before dlopen: mapped no, threads 1, handler of SIGHUP on an alternate stack no
#   after dlclose: mapped yes, threads more than 1, handler of SIGHUP on an alternate stack yes
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
for tool in go gcc; do command -v $tool >/dev/null || { echo "$tool is missing" >&2; exit 1; }; done
mkdir "$work/library"
cat >"$work/library/main.go" <<'GO'
package main

import "C"

//export never_called
func never_called() {}

func main() {}
GO
printf 'module library\n\ngo 1.20\n' >"$work/library/go.mod"
(cd "$work/library" && GOCACHE="$work/cache" GOTOOLCHAIN=local CGO_ENABLED=1 go build -buildmode=c-shared -o ../library.so .)
cat >"$work/host.c" <<'C'
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void nothing(int signal) { (void)signal; }

static int threads(void) {
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

static const char *mapped(void) {
    char line[4096];
    const char *found = "no";
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "library.so") != NULL) found = "yes";
    fclose(maps);
    return found;
}

static void show(const char *when) {
    struct sigaction action;
    sigaction(SIGHUP, NULL, &action);
    printf("%s: mapped %s, threads %s, handler of SIGHUP on an alternate stack %s\n", when, mapped(), threads() == 1 ? "1" : "more than 1",
           (action.sa_flags & SA_ONSTACK) != 0 ? "yes" : "no");
}

int main(int argc, char **argv) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = nothing;
    sigaction(SIGHUP, &action, NULL);
    show("before dlopen");
    void *library = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL || dlclose(library) != 0) return 1;
    for (int i = 0; i < 500 && threads() == 1; ++i) usleep(10000);
    show("after dlclose");
    return 0;
}
C
gcc -o "$work/host" "$work/host.c" -ldl
"$work/host" "$work/library.so" | tee "$work/seen"
diff "$work/seen" - <<'EXPECTED'
before dlopen: mapped no, threads 1, handler of SIGHUP on an alternate stack no
after dlclose: mapped yes, threads more than 1, handler of SIGHUP on an alternate stack yes
EXPECTED
