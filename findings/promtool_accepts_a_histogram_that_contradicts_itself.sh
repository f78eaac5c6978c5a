#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `promtool check metrics` accepts a histogram whose +Inf bucket is not its _count, whose buckets decrease, and one that has no +Inf bucket at all:
# exit status 0 and not a word, although it complains about a missing help text. A test of an exporter that relies on promtool does not notice
# wrong quantiles; the agreement of buckets and count has to be tested by oneself.
#
# Seen with prometheus 2.42.0+ds-5+deb12u1 (Debian 12):
#   good: exit 0
#   contradicts: exit 0
#   no +Inf: exit 0
#   no help: exit 3, a_total no help text
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . && apt-get download -q prometheus=2.42.0+ds-5+deb12u1 >/dev/null 2>&1 && dpkg -x prometheus_*.deb root)
check() {
    local status=0
    printf '%s\n' "${@:2}" | "$work/root/usr/bin/promtool" check metrics >"$work/out" 2>&1 || status=$?
    echo "$1: exit $status$(sed 's/^/, /' "$work/out" | head -n 1)"
}
head=('# HELP wait_seconds Time.' '# TYPE wait_seconds histogram')
{
    check good "${head[@]}" 'wait_seconds_bucket{le="0.1"} 2' 'wait_seconds_bucket{le="1"} 3' 'wait_seconds_bucket{le="+Inf"} 4' 'wait_seconds_sum 3' 'wait_seconds_count 4'
    check contradicts "${head[@]}" 'wait_seconds_bucket{le="0.1"} 9' 'wait_seconds_bucket{le="1"} 3' 'wait_seconds_bucket{le="+Inf"} 5' 'wait_seconds_sum 3' 'wait_seconds_count 4'
    check 'no +Inf' "${head[@]}" 'wait_seconds_bucket{le="0.1"} 2' 'wait_seconds_bucket{le="1"} 3' 'wait_seconds_sum 3' 'wait_seconds_count 4'
    check 'no help' '# TYPE a_total counter' 'a_total 1'
} | tee "$work/seen"
diff "$work/seen" - <<'EXPECTED'
good: exit 0
contradicts: exit 0
no +Inf: exit 0
no help: exit 3, a_total no help text
EXPECTED
