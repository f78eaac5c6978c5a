#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# dnsmasq, asked for the AAAA record of a name that its hosts file gives an IPv4 address, answers REFUSED when it has no upstream server, and
# not NOERROR without records (NODATA), as it does with --local=/DOMAIN/. A resolver that asks for both families and takes REFUSED for a
# failure of the server loses the IPv4 addresses, which were answered well. The same answers have TTL 0 by default, so that a program which
# looks again when the TTL is over looks without a pause.
#
# Seen with dnsmasq-base 2.90-4~deb12u2 (Debian 12):
#   no upstream: A NOERROR, 1 records, TTL 0; AAAA REFUSED, 0 records
#   --local:     A NOERROR, 1 records, TTL 0; AAAA NOERROR, 0 records
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . && apt-get download -q dnsmasq-base=2.90-4~deb12u2 >/dev/null 2>&1 && dpkg -x dnsmasq-base_*.deb root)
cat >"$work/ask.py" <<'PY'
import socket, struct, subprocess, sys, time

program, hosts, *options = sys.argv[1:]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = subprocess.Popen([program, "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv", "--no-hosts",
                           f"--addn-hosts={hosts}", "--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}", *options],
                          stderr=subprocess.DEVNULL)


def ask(kind):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.2)
        client.connect(("127.0.0.1", port))
        query = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\4node\7example\0" + struct.pack("!HH", kind, 1)
        deadline = time.monotonic() + 20
        while True:
            try:
                client.send(query)
                answer = client.recv(4096)
                break
            except OSError:
                assert time.monotonic() < deadline, "dnsmasq does not answer"
                time.sleep(0.05)
    code, records = answer[3] & 15, struct.unpack("!H", answer[6:8])[0]
    text = f"{ {0: 'NOERROR', 5: 'REFUSED'}.get(code, code) }, {records} records"
    if records:
        text += f", TTL {struct.unpack('!I', answer[len(query) + 6:len(query) + 10])[0]}"
    return text


try:
    print(f"A {ask(1)}; AAAA {ask(28)}")
finally:
    server.terminate()
    server.wait()
PY
echo "10.0.0.7 node.example" >"$work/hosts"
{
    echo "no upstream: $(python3 "$work/ask.py" "$work/root/usr/sbin/dnsmasq" "$work/hosts")"
    echo "--local:     $(python3 "$work/ask.py" "$work/root/usr/sbin/dnsmasq" "$work/hosts" --local=/example/)"
} | tee "$work/seen"
diff "$work/seen" - <<'EXPECTED'
no upstream: A NOERROR, 1 records, TTL 0; AAAA REFUSED, 0 records
--local:     A NOERROR, 1 records, TTL 0; AAAA NOERROR, 0 records
EXPECTED
