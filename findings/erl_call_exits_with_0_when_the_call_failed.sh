#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# erl_call, the command with which scripts and health checks call a function of an Erlang node, exits with 0 when the call failed in the node: the function
# raised, does not exist, or (-e) the text is no Erlang. The failure is only in the printed term: {badrpc, ...} or {error, ...}. Even a thrown value
# is printed like a result. The exit status is 1 only when the node cannot be reached. A check or a command of a connector has to compare the printed term.
#
# Seen with Debian 12's erlang-base 1:25.2.3+dfsg-1+deb12u4:
#   erlang node: exit 0, n1@localhost
#   erlang error [down]: exit 0, {badrpc, {'EXIT', {down, [{erlang, error, [down], []}]}}}
#   erlang throw [down]: exit 0, down
#   no_module no_function: exit 0, {badrpc, {'EXIT', {undef, [{no_module, no_function, [], []}]}}}
#   no Erlang: exit 0, {error, "*** syntax error before: '.'"}
#   no such node: exit 1, nothing
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
ERL_EPMD_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export BINDIR ERL_EPMD_PORT
"$BINDIR/epmd" &
pids+=($!)
"$BINDIR/erlexec" -boot start_clean -noinput -sname n1@localhost -setcookie findings -eval 'file:write_file("up", "")' >/dev/null 2>&1 &
pids+=($!)
for _ in {1..200}; do [[ -e up ]] && break || sleep 0.1; done
# call LABEL NODE ARGUMENT...
call() {
    local label=$1 node=$2 status=0
    shift 2
    "$ROOTDIR"/lib/erl_interface-*/bin/erl_call -sname "$node@localhost" -c findings "$@" >answer 2>/dev/null || status=$?
    echo "$label: exit $status, $(grep . answer || echo nothing)"
}
{
    for function in 'erlang node' 'erlang error [down]' 'erlang throw [down]' 'no_module no_function'; do call "$function" n1 -a "$function"; done
    call 'no Erlang' n1 -e <<<'1 + .'
    call 'no such node' n2 -a 'erlang node'
} | tee seen
diff seen expected
