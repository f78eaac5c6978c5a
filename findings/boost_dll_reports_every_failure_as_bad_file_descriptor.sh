#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# boost::dll::shared_library::load(path, error_code) reports "Bad file descriptor" whatever is wrong: a file that does not exist, one that is no
# library, and a library with an undefined symbol look the same, so that error == errc::no_such_file_or_directory never holds. The reason is in
# dlerror(), which this overload leaves unread: it must be called before anything else that uses the dynamic linker. The overload that throws
# has the text of dlerror() inside what(), and the same code.
#
# Seen with libboost1.81-dev 1.81.0-5+deb12u1, g++ 12.2, glibc 2.36 (Debian 12):
#   missing:   Bad file descriptor | cannot open shared object file: No such file or directory
#   no ELF:    Bad file descriptor | file too short
#   undefined: Bad file descriptor | undefined symbol: nobody_has_this
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . && apt-get download -q libboost1.81-dev=1.81.0-5+deb12u1 >/dev/null 2>&1 && dpkg -x libboost1.81-dev_*.deb root)
cat >"$work/load.cpp" <<'CPP'
#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <dlfcn.h>
#include <iostream>
#include <string>

int main(int argc, char **argv) {
    boost::dll::shared_library library;
    boost::dll::fs::error_code error;
    library.load(argv[argc - 1], error, boost::dll::load_mode::rtld_now);
    std::string text = ::dlerror();
    std::cout << error.message() << " |" << text.substr(text.find(": ") + 1) << '\n';
}
CPP
echo 'extern int nobody_has_this(void); int call(void) { return nobody_has_this(); }' >"$work/undefined.c"
printf 'x' >"$work/short.so"
gcc -shared -fPIC -o "$work/undefined.so" "$work/undefined.c"
g++ -std=c++17 -I"$work/root/usr/include" -o "$work/load" "$work/load.cpp" -ldl
{
    echo "missing:   $("$work/load" "$work/missing.so")"
    echo "no ELF:    $("$work/load" "$work/short.so")"
    echo "undefined: $("$work/load" "$work/undefined.so")"
} | tee "$work/seen"
diff "$work/seen" - <<'EXPECTED'
missing:   Bad file descriptor | cannot open shared object file: No such file or directory
no ELF:    Bad file descriptor | file too short
undefined: Bad file descriptor | undefined symbol: nobody_has_this
EXPECTED
