#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Erlang/OTP 25, TLS distribution (-proto_dist inet_tls), nodes that are named by an IP address (n1@127.0.0.1): the address is compared with the
# DNS names of the other side's certificate, not with its IP addresses. A certificate with the address as iPAddress, as RFC 6125 and every
# TLS client ask for, is refused (hostname_check_failed, and connect_node answers false); one with the address as a DNS name, which
# RFC 5280 does not foresee, is accepted. OTP 27 accepts the first. Certificates for a cluster of both releases need the address twice.
#
# Seen with Debian 12's erlang 1:25.2.3+dfsg-1+deb12u4:
#   the address as iPAddress: false
#   the address as dNSName: true
#   the address as both: true
set -euo pipefail
version=1:25.2.3+dfsg-1+deb12u4
work=$(mktemp -d)
pids=()
cleanup() {
    kill "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
for package in erlang-base erlang-crypto erlang-ssl erlang-public-key erlang-asn1; do
    apt-get download -q "$package=$version" >/dev/null 2>&1
    dpkg -x "$package"_*.deb root
done
export ROOTDIR=$work/root/usr/lib/erlang EMU=beam PROGNAME=erl HOME=$work
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
export BINDIR ERL_EPMD_ADDRESS=127.0.0.1
ERL_EPMD_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export ERL_EPMD_PORT
"$BINDIR/epmd" &
pids+=($!)

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt 2>/dev/null
# node NAME CERTIFICATE ARGUMENT...: replaces the shell.
node() {
    local name=$1 certificate=$2
    shift 2
    exec "$BINDIR/erlexec" -boot start_clean -noinput -name "$name@127.0.0.1" -setcookie findings -proto_dist inet_tls -ssl_dist_optfile "$work/$certificate.conf" "$@"
}
for kind in iPAddress=IP:127.0.0.1 dNSName=DNS:127.0.0.1 both=IP:127.0.0.1,DNS:127.0.0.1; do
    name=${kind%%=*}
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out "$name.crt" \
        -extfile <(echo "subjectAltName=${kind#*=}") 2>/dev/null
    options="{certfile,\"$work/$name.crt\"},{keyfile,\"$work/$name.key\"},{cacertfile,\"$work/ca.crt\"},{verify,verify_peer}"
    echo "[{server,[$options,{fail_if_no_peer_cert,true}]},{client,[$options]}]." >"$name.conf"
    node "first-$name" "$name" -eval 'file:write_file("'"$name.up"'", "")' >/dev/null 2>&1 &
    pids+=($!)
    for _ in {1..200}; do [[ -e $name.up ]] && break || sleep 0.1; done
    (node "second-$name" "$name" -eval 'ok = file:write_file("'"$name.answer"'", atom_to_list(net_kernel:connect_node('"'first-$name@127.0.0.1'"'))), halt().') >/dev/null 2>&1
    echo "the address as $name: $(cat "$name.answer")"
done >seen
cat seen
diff seen - <<'EXPECTED'
the address as iPAddress: false
the address as dNSName: true
the address as both: true
EXPECTED
