#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Erlang/OTP 25: inet_dist_listen_min without inet_dist_listen_max, which reads like "from this port on", allows this one port only: a second node on the
# machine does not start (eaddrinuse). inet_dist_listen_max alone is ignored without a word: the node listens on any port, also one above it. Both have to be
# set, and a firewall's rule must be tested with a second node.
#
# Seen with Debian 12's erlang-base 1:25.2.3+dfsg-1+deb12u4, P a free port below 32768:
#   min P: listens on P
#   min P, a second node: does not start, eaddrinuse
#   min P, max P + 9, a second node: listens on P + 1 to P + 9
#   max 1024: listens above 1024
set -euo pipefail
version=1:25.2.3+dfsg-1+deb12u4
work=$(mktemp -d)
pids=()
cleanup() {
    kill "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
sed -n 's/^#   //p' "$0" >"$work/expected"
cd "$work"
chmod 755 .
apt-get download -q "erlang-base=$version" >/dev/null 2>&1
dpkg -x erlang-base_*.deb root
export ROOTDIR=$work/root/usr/lib/erlang EMU=beam PROGNAME=erl HOME=$work ERL_EPMD_ADDRESS=127.0.0.1
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
# The first of ten free ports below those that the system gives away.
P=$(python3 -c 'import random, socket
def free(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0
print(next(p for p in random.sample(range(20000, 32000, 10), 1200) if all(free(p + i) for i in range(10))))')
ERL_EPMD_PORT=$((P + 9))
export BINDIR ERL_EPMD_PORT
"$BINDIR/epmd" &
pids+=($!)
# listens NAME ARGUMENT...: starts a node, and prints its port or why it has none.
listens() {
    local name=$1
    shift
    "$BINDIR/erlexec" -boot start_clean -noinput -sname "$name@localhost" -setcookie findings "$@" \
        -eval '{port, Port, _} = erl_epmd:port_please("'"$name"'", "localhost"), file:write_file("'"$name"'", integer_to_list(Port))' >"$name.output" 2>&1 &
    pids+=($!)
    for _ in {1..200}; do [[ -s $name ]] || ! kill -0 $! 2>/dev/null && break || sleep 0.1; done
    if [[ -s $name ]]; then port=$(<"$name"); else port="does not start, $(grep -o eaddrinuse "$name.output" | head -n 1)"; fi
}
{
    listens a -kernel inet_dist_listen_min "$P"
    echo "min P: $([[ $port == "$P" ]] && echo "listens on P" || echo "$port")"
    listens b -kernel inet_dist_listen_min "$P"
    echo "min P, a second node: $port"
    listens c -kernel inet_dist_listen_min "$P" inet_dist_listen_max $((P + 9))
    echo "min P, max P + 9, a second node: $( ((port > P && port <= P + 9)) && echo "listens on P + 1 to P + 9" || echo "$port")"
    listens d -kernel inet_dist_listen_max 1024
    echo "max 1024: $( ((port > 1024)) && echo "listens above 1024" || echo "$port")"
} >seen
cat seen
diff seen expected
