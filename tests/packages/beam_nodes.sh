# SPDX-License-Identifier: MIT
#
# Sourced: BEAM nodes on loopback whose visible links are recorded. `dir` is a directory that everybody may enter, `cookie` their cookie.
export ERL_EPMD_ADDRESS=127.0.0.1

# start_nodes NAME...: starts an epmd and the nodes; each writes its own node events into $dir/NAME.links, one in a line.
start_nodes() {
    local name
    mkdir -p "$dir/home"
    (umask 077 && printf %s "$cookie" >"$dir/home/.erlang.cookie")
    epmd -daemon
    for name; do
        HOME=$dir/home setsid erl -noinput -boot no_dot_erlang -start_epmd false -name "$name@127.0.0.1" -kernel inet_dist_use_interface '{127,0,0,1}' \
            -eval "ok = net_kernel:monitor_nodes(true), {ok, F} = file:open(\"$dir/$name.links\", [append]), L = fun(L) -> receive {K, N} -> io:format(F, \"~p ~p~n\", [K, N]) end, L(L) end, L(L)." \
            </dev/null >"$dir/$name.log" 2>&1 &
    done
    for name; do await 60 "node $name answers" nodes_of "$name" >/dev/null; done
}
nodes_of() { HOME=$dir/home erl_call -name "$1@127.0.0.1" -a 'erlang nodes []' 2>/dev/null; }
linked() { [[ "$(nodes_of "$1")" == *"'$2@127.0.0.1'"* ]]; }

# await SECONDS WHAT COMMAND...
await() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [[ $SECONDS -lt $end ]] || { echo "it is not so that $what" >&2; return 1; }
        sleep 0.1
    done
}
