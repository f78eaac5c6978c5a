#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# abidiff 2.2 with a suppression for structs that may grow at their end (has_data_member_inserted_at = end) hides nearly every other change of these
# structs, too, also when nothing was inserted: another type of the first member, members that changed places, a member that was replaced by two others.
# The exit status is 0, and no line reports it. Only an insertion before the last member, and a struct that shrinks, are still
# reported. A library whose structs begin with their size, so that they can grow, cannot be compared this way.
#
# Seen with abigail-tools 2.2-2 (Debian 12), gcc 12.2:
#   struct { uint32_t size; uint64_t last; uint64_t more; }: exit 4, with the suppression 0
#   struct { uint32_t size; double last; }: exit 4, with the suppression 0
#   struct { float size; uint64_t last; }: exit 4, with the suppression 0
#   struct { uint64_t last; uint32_t size; }: exit 4, with the suppression 0
#   struct { uint32_t size; uint64_t other; uint64_t another; }: exit 4, with the suppression 0
#   struct { uint32_t size; uint64_t more; uint64_t last; }: exit 4, with the suppression 4
#   struct { uint32_t size; }: exit 4, with the suppression 4
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n "s/^#   //p" "$0" >"$work/expected"
cd "$work"
chmod 755 .
apt-get download -q abigail-tools=2.2-2 libabigail0=2.2-2 libdw1 libelf1 libxml2 libicu72 libctf0 libbinutils >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$work/root/usr/lib/$(gcc -print-multiarch)
export LD_LIBRARY_PATH
printf '[suppress_type]\ntype_kind = struct\nhas_data_member_inserted_at = end\n' >may_grow.abignore
# library FILE MEMBERS
library() {
    printf '#include <stdint.h>\nstruct service { %s };\nint use(const struct service *service) { return (int)sizeof *service; }\n' "$2" >"$1.c"
    gcc -g -shared -fPIC -o "$1.so" "$1.c"
}
compare() {
    local status=0
    root/usr/bin/abidiff "$@" before.so after.so >/dev/null || status=$?
    echo $status
}
library before 'uint32_t size; uint64_t last;'
for members in 'uint32_t size; uint64_t last; uint64_t more;' 'uint32_t size; double last;' 'float size; uint64_t last;' 'uint64_t last; uint32_t size;' \
    'uint32_t size; uint64_t other; uint64_t another;' 'uint32_t size; uint64_t more; uint64_t last;' 'uint32_t size;'; do
    library after "$members"
    echo "struct { $members }: exit $(compare), with the suppression $(compare --suppressions may_grow.abignore)"
done | tee seen
diff seen expected
