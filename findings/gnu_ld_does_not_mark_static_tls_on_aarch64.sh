#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A shared library that uses thread-local storage by the initial-exec model can be loaded by dlopen only while the space that libc has
# reserved lasts. GNU ld marks such a library with DF_STATIC_TLS, so a host that loads plugins can read the mark and refuse the file with a
# reason; but for aarch64 it does not set the mark, although it does for five other machines. There only the relocations of the library
# (R_AARCH64_TLS_TPREL) show it.
#
# Seen with GNU ld of binutils 2.40 (Debian 12): the lines at the end of this file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
version=2.40-2

# Each source returns the address of a variable by the initial-exec model.
access_i686_linux_gnu='call here
here: pop %ecx
    add $_GLOBAL_OFFSET_TABLE_+[.-here], %ecx
    mov state@gotntpoff(%ecx), %eax
    ret'
access_s390x_linux_gnu='larl %r1, state@indntpoff
    lg %r2, 0(%r1)
    br %r14'
access_arm_linux_gnueabihf='ldr r0, offset
at: add r0, pc, r0
    ldr r0, [r0]
    bx lr
offset: .word state(gottpoff) + (. - at - 8)'
access_aarch64_linux_gnu='adrp x0, :gottprel:state
    ldr x0, [x0, #:gottprel_lo12:state]
    ret'
access_riscv64_linux_gnu='la.tls.ie a0, state
    ret'
access_powerpc64le_linux_gnu='addis 3, 2, state@got@tprel@ha
    ld 3, state@got@tprel@l(3)
    blr'

for machine in i686-linux-gnu s390x-linux-gnu arm-linux-gnueabihf aarch64-linux-gnu riscv64-linux-gnu powerpc64le-linux-gnu; do
    apt-get download -q "binutils-$machine=$version" >apt.log 2>&1 || { cat apt.log >&2; exit 1; }
    dpkg -x "binutils-${machine}_${version}_$(dpkg --print-architecture).deb" .
done
LD_LIBRARY_PATH=$work/$(dirname "$(find usr -name 'libbfd-*-arm64.so')")
export LD_LIBRARY_PATH

for machine in i686-linux-gnu s390x-linux-gnu arm-linux-gnueabihf aarch64-linux-gnu riscv64-linux-gnu powerpc64le-linux-gnu; do
    access=access_${machine//-/_}
    printf '.text\n.globl place\nplace:\n    %s\n.section .tbss,"awT",%%nobits\n.globl state\n.hidden state\nstate: .zero 4096\n' "${!access}" >library.s
    "usr/bin/$machine-as" -o library.o library.s
    "usr/bin/$machine-ld.bfd" -shared -o library.so library.o
    relocations=$("usr/bin/$machine-readelf" -rW library.so | grep -cE 'TPREL|TPOFF')
    mark=$("usr/bin/$machine-readelf" -dW library.so | grep -o STATIC_TLS || true)
    printf '%-22s%s relocation of thread-local storage, %s\n' "$machine" "$relocations" "${mark:-no mark}"
done | tee seen
diff seen - <<'EXPECTED'
i686-linux-gnu        1 relocation of thread-local storage, STATIC_TLS
s390x-linux-gnu       1 relocation of thread-local storage, STATIC_TLS
arm-linux-gnueabihf   1 relocation of thread-local storage, STATIC_TLS
aarch64-linux-gnu     1 relocation of thread-local storage, no mark
riscv64-linux-gnu     1 relocation of thread-local storage, STATIC_TLS
powerpc64le-linux-gnu 1 relocation of thread-local storage, STATIC_TLS
EXPECTED
