#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A firewall with the usual rule "ct state established,related accept" lets in no unicast answer to one's own question to a multicast group or a broadcast
# address: conntrack expects the answer from the group's address, so one from a member's is new, and dropped. The same question by unicast is answered. So
# discovery by question and answer (mDNS, SSDP, gossip that answers newcomers directly) finds nobody behind such a rule, while heartbeats
# to the group, for which a port has to be open anyway, work. Gossip has to answer to the group.
#
# Seen with Linux 6.18, nftables 1.0.6-2+deb12u2 (Debian 12):
#   without firewall: unicast answered, multicast answered, broadcast answered
#   established only: unicast answered, multicast silent, broadcast silent
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v ip >/dev/null || { echo "ip is missing: apt-get install iproute2" >&2; exit 1; }
version=1.0.6-2+deb12u2
(cd "$work" && chmod 755 . && apt-get download -q "nftables=$version" "libnftables1=$version" libnftnl11=1.2.4-2 libmnl0 libjansson4 libedit2 libbsd0 \
    libxtables12 >/dev/null 2>&1 && for package in *.deb; do dpkg -x "$package" root; done)
cat >"$work/ask.py" <<'PY'
import socket, subprocess, sys, threading

PORT, GROUP, US, MEMBER = 45892, "233.252.1.32", "127.0.0.1", "127.0.0.2"
RULES = f"""table inet trial {{
    chain input {{
        type filter hook input priority 0; policy drop;
        udp dport {PORT} accept
        ct state established,related accept
    }}
}}
"""


def udp(address, port):
    new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    new.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    new.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(US))
    new.settimeout(0.5)
    new.bind((address, port))
    return new


def answer(heard_by):
    while True:
        try:
            member.sendto(b"here", heard_by.recvfrom(100)[1])
        except TimeoutError:
            pass


def ask(address):
    with udp(US, 0) as asker:
        for _ in range(4):
            asker.sendto(b"who?", (address, PORT))
            try:
                return "answered" if asker.recvfrom(100) == (b"here", (MEMBER, PORT)) else "another answer"
            except TimeoutError:
                pass
        return "silent"


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
member, group, broadcast = udp(MEMBER, PORT), udp(GROUP, PORT), udp("127.255.255.255", PORT)
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + socket.inet_aton(US))
for heard_by in (member, group, broadcast):
    threading.Thread(target=answer, args=(heard_by,), daemon=True).start()
for label in ("without firewall", "established only"):
    print(f"{label}: unicast {ask(MEMBER)}, multicast {ask(GROUP)}, broadcast {ask('127.255.255.255')}")
    subprocess.run([sys.argv[1], "-f", "-"], check=True, input=RULES, text=True)
PY
libraries=$(dirname "$(find "$work/root" -name 'libnftables.so.1')")
LD_LIBRARY_PATH=$libraries unshare --user --map-root-user --net python3 "$work/ask.py" "$work/root/usr/sbin/nft" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
