#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Erlang/OTP 25, TLS distribution (-proto_dist inet_tls): the nodes negotiate TLS 1.2 although both, and OTP's ssl by default, know TLS 1.3. So nodes with
# Ed25519 certificates, which OTP has for TLS 1.3 only, never connect: connect_node answers false, and the log of the other node has "malformed_handshake_data",
# which hints at neither the version nor the certificate. With {versions, ['tlsv1.3']} on both sides the same certificates work.
#
# Seen with Debian 12's erlang 1:25.2.3+dfsg-1+deb12u4:
#   P-256, default versions: connect_node true, openssl s_client TLSv1.2
#   Ed25519, default versions: connect_node false, openssl s_client (NONE), log malformed_handshake_data
#   Ed25519, only tlsv1.3: connect_node true, openssl s_client TLSv1.3
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
for package in erlang-base erlang-crypto erlang-ssl erlang-public-key erlang-asn1; do
    apt-get download -q "$package=$version" >/dev/null 2>&1
    dpkg -x "$package"_*.deb root
done
export ROOTDIR=$work/root/usr/lib/erlang EMU=beam PROGNAME=erl HOME=$work ERL_EPMD_ADDRESS=127.0.0.1
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
ERL_EPMD_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export BINDIR ERL_EPMD_PORT
"$BINDIR/epmd" &
pids+=($!)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt 2>/dev/null
# node NAME OPTIONS ARGUMENT...: replaces the shell.
node() {
    local name=$1 options=$2
    shift 2
    exec "$BINDIR/erlexec" -boot start_clean -noinput -sname "$name@localhost" -setcookie findings -proto_dist inet_tls \
        -ssl_dist_optfile "$work/$options.conf" "$@"
}
# trial LABEL NAME VERSIONS KEY...: two nodes, then openssl s_client at the first one's port.
trial() {
    local label=$1 name=$2 versions=$3
    shift 3
    openssl req -newkey "$@" -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out "$name.crt" \
        -extfile <(echo subjectAltName=DNS:localhost) 2>/dev/null
    local both="{certfile,\"$work/$name.crt\"},{keyfile,\"$work/$name.key\"},{cacertfile,\"$work/ca.crt\"},{verify,verify_peer}$versions"
    echo "[{server,[$both,{fail_if_no_peer_cert,true}]},{client,[$both]}]." >"$name.conf"
    node "first-$name" "$name" -eval 'file:write_file("'"$name.up"'", "")' >"$name.log" 2>&1 &
    pids+=($!)
    for _ in {1..200}; do [[ -e $name.up ]] && break || sleep 0.1; done
    (node "second-$name" "$name" \
        -eval 'ok = file:write_file("'"$name.answer"'", atom_to_list(net_kernel:connect_node('"'first-$name@localhost'"'))), halt().') >/dev/null 2>&1
    port=$("$BINDIR/epmd" -names | sed -n "s/^name first-$name at port //p")
    protocol=$(openssl s_client -connect "127.0.0.1:$port" -cert "$name.crt" -key "$name.key" -CAfile ca.crt </dev/null 2>/dev/null |
        sed -nE 's/^New, (TLSv[0-9.]+|\(NONE\)),.*/\1/p' || true)
    reason=$(grep -o malformed_handshake_data "$name.log" | sed '1!d; s/^/, log /' || true)
    echo "$label: connect_node $(cat "$name.answer"), openssl s_client $protocol$reason"
}
{
    trial 'P-256, default versions' ec '' ec -pkeyopt ec_paramgen_curve:prime256v1
    trial 'Ed25519, default versions' ed '' ed25519
    trial 'Ed25519, only tlsv1.3' ed13 ",{versions,['tlsv1.3']}" ed25519
} >seen
cat seen
diff seen expected
