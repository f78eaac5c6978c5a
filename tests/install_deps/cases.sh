#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/install_deps/cases.sh INSTALL_DEPS: tests that script with simulated machines. PATH contains only simulated dpkg and apt
# programs, which read the installed and the available packages from two files, and write the arguments of apt-get to a third.
set -uo pipefail
script=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/packaging"
cp "$script" "$work/packaging/install-deps"
for tool in bash env cat sed awk tr tail rm mktemp dirname grep; do ln -s "$(type -P "$tool")" "$work/bin/$tool"; done

fake() { printf '#!/bin/bash\ncd %q\n%s\n' "$work" "$2" >"$work/bin/$1" && chmod +x "$work/bin/$1"; }
fake dpkg 'echo amd64'
fake dpkg-query 'cat installed'
fake id 'cat uid'
# For a name that only other packages mention apt prints that it has no candidate; for an unknown name it prints nothing.
fake apt-cache '[[ $1 == policy ]] || exit 0
shift
for name; do
    if grep -qx "$name" candidates; then printf "%s:\n  Installed: (none)\n  Candidate: 1.0\n" "$name"
    elif grep -qx "$name mentioned" candidates; then printf "%s:\n  Installed: (none)\n  Candidate: (none)\n" "$name"; fi
done'
fake apt-get 'for word; do case "$word" in install) echo "$*" | sed "s/.*--no-remove //" >asked ;; update) echo update >>updated ;; esac; done
[[ ! -e apt_fails ]] || { echo "E: no room"; exit 100; }'

failures=0
# machine UID: a machine without packages. Each case writes packages, installed (status, name, architecture, provides) and candidates.
machine() {
    rm -f "$work/asked" "$work/updated" "$work/apt_fails" "$work/bin/sudo"
    echo "$1" >"$work/uid"
    : >"$work/installed" && : >"$work/candidates"
}
# expect CASE STATUS ASKED TEXT GOAL: apt-get install got ASKED (empty: it was not called), standard error contains TEXT.
expect() {
    local name=$1 status=$2 asked=$3 text=$4 goal=$5 got said
    said=$(PATH=$work/bin "$work/packaging/install-deps" "$goal" 2>&1)
    got=$?
    [[ $got -eq $status ]] || { echo "$name: status $got instead of $status"; failures=1; }
    [[ "$(cat "$work/asked" 2>/dev/null)" == "$asked" ]] ||
        { echo "$name: apt-get was asked to install '$(cat "$work/asked" 2>/dev/null)' instead of '$asked'"; failures=1; }
    if [[ -z "$text" ]]; then
        [[ -z "$said" ]] || { echo "$name: it printed '$said' instead of nothing"; failures=1; }
    else
        [[ "$said" == *"$text"* ]] || { echo "$name: it printed '$said', which lacks '$text'"; failures=1; }
    fi
}

cat >"$work/packaging/packages.txt" <<'TXT'
# A comment.
cmake                    build,arm64  a tool
libx1.81-dev|libx1.83-dev build   a library
libssl3|libssl3t64       run    virtual in one release
libx1.83-dev:arm64       arm64        of another architecture
libx-tool                real,test    for two of them
TXT

machine 1000
printf '%s\n' 'installed cmake amd64 ' 'installed libx1.81-dev amd64 ' 'installed libssl3 amd64 ' >"$work/installed"
expect "nothing is missing, Debian 12" 0 "" "" quickstart
[[ ! -e "$work/updated" ]] || { echo "apt-get update was called though nothing is missing"; failures=1; }

machine 1000
printf '%s\n' 'installed cmake amd64 ' 'installed libx1.83-dev amd64 libx-dev (= 1.83), libx-abi' \
    'installed libssl3t64 amd64 libssl3 (= 3.5.9)' >"$work/installed"
expect "nothing is missing, Debian 13, no sudo" 0 "" "" quickstart
sed -i 's/libssl3|libssl3t64/libssl3/' "$work/packaging/packages.txt"
expect "what is provided is there" 0 "" "" quickstart

machine 0
printf '%s\n' 'installed cmake amd64 ' 'config-files libx1.81-dev amd64 ' 'installed libx1.83-dev arm64 libssl3' >"$work/installed"
printf '%s\n' 'libx1.81-dev mentioned' libx1.83-dev libssl3 >"$work/candidates"
expect "the alternative that apt has; removed ones and those of another architecture are missing" 0 \
    "libx1.83-dev libssl3" "installing libx1.81-dev|libx1.83-dev" quickstart
expect "of another architecture by name" 0 "libx1.83-dev libssl3" "" arm64

machine 0
printf '%s\n' cmake libx1.81-dev libx1.83-dev libssl3 >"$work/candidates"
expect "the first alternative when apt has both" 0 "cmake libx1.81-dev" "installing cmake" build

machine 0
printf '%s\n' cmake libssl3 'libx1.81-dev mentioned' >"$work/candidates"
expect "no alternative has a candidate" 1 "" "apt knows no such package. Debian 12 (bookworm) and 13 (trixie) have them" build
expect "it is named" 1 "" "libx1.81-dev|libx1.83-dev" build

machine 1000
printf '%s\n' cmake libx1.83-dev libx-tool >"$work/candidates"
expect "no root, no sudo" 1 "" "As root run: apt-get install cmake libx1.83-dev" build
[[ ! -e "$work/updated" ]] || { echo "apt-get update was called without root"; failures=1; }
expect "a line of several groups" 1 "" "As root run: apt-get install libx-tool" real

fake sudo 'exec "$@"'
expect "sudo" 0 "cmake libx1.83-dev" "installing cmake" build

machine 0
printf '%s\n' cmake libx1.83-dev >"$work/candidates"
: >"$work/apt_fails"
expect "apt-get fails" 1 "cmake libx1.83-dev" "E: no room" build

[[ $failures -eq 0 ]] && echo "install_deps: all cases passed"
exit $failures
