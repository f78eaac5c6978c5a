#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The version file that CMake's write_basic_package_version_file makes without ARCH_INDEPENDENT is documented to be compatible "only if the
# architecture matches exactly". It compares the size of a pointer and nothing else: find_package takes a package made for x86-64 in a build for
# aarch64, riscv64, or s390x, whose byte order differs too. Then only the linker fails, or nothing does where the package has headers and
# generated constants. Only 32-bit targets are refused. A package that contains libraries has to compare CMAKE_SYSTEM_PROCESSOR itself.
#
# Seen with CMake 3.25.1 and clang 14.0.6 (Debian 12), on x86-64:
#   x86_64: found 1
#   aarch64: found 1
#   riscv64: found 1
#   s390x: found 1
#   i686: found 0
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in cmake clang; do command -v $tool >/dev/null || { echo "$tool is missing" >&2; exit 1; }; done
mkdir "$work/package" "$work/user"
cat >"$work/package/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(package LANGUAGES C)
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/nodes-config-version.cmake VERSION 1.0.0 COMPATIBILITY SameMajorVersion)
file(WRITE ${CMAKE_BINARY_DIR}/nodes-config.cmake "")
CMAKE
cat >"$work/user/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(user LANGUAGES C)
find_package(nodes 1.0 QUIET)
message(STATUS "${CMAKE_SYSTEM_PROCESSOR}: found ${nodes_FOUND}")
CMAKE
# configure FOLDER PROCESSOR ARGUMENT...: nothing is linked, so no libraries of the processor are needed.
configure() {
    cmake -S "$work/$1" -B "$work/build-$1-$2" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$2" -DCMAKE_C_COMPILER=clang \
        -DCMAKE_C_COMPILER_TARGET="$2-linux-gnu" -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY "${@:3}"
}
configure package x86_64 >/dev/null
for processor in x86_64 aarch64 riscv64 s390x i686; do
    configure user "$processor" -Dnodes_DIR="$work/build-package-x86_64" | sed -n 's/^-- \(.*: found .*\)/\1/p'
done | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
