#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# c-ares 1.34 answers a question from a cache of its own, although nobody has switched one on: a program that looks up a name every few
# seconds to notice changes sends one packet, and reads the same answer until its TTL is over. c-ares 1.18 (Debian 12) sends a packet for
# each look. A program that is built on the one and runs on the other (Debian 13) silently stops seeing changes; the option that restores the
# old behaviour, qcache_max_ttl = 0 (ARES_OPT_QUERY_CACHE), is unknown to the older header.
#
# Seen with pycares 4.2.2 (bundles c-ares 1.18) and pycares 4.9.0 (bundles c-ares 1.34), Python 3.11:
#   pycares 4.2.2: 3 looks, 3 packets
#   pycares 4.9.0: 3 looks, 1 packets
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/looks.py" <<'PY'
import select, socket, struct, sys, threading
import pycares

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
packets = 0


def serve():
    global packets
    while True:
        query, sender = server.recvfrom(4096)
        packets += 1
        end = 12
        while query[end]:
            end += 1 + query[end]
        question = query[12:end + 5]
        record = b"\xc0\x0c" + struct.pack("!HHIH4s", 1, 1, 300, 4, bytes([10, 0, 0, packets]))
        server.sendto(query[:2] + b"\x84\x00" + struct.pack("!HHHH", 1, 1, 0, 0) + question + record, sender)


threading.Thread(target=serve, daemon=True).start()
channel = pycares.Channel(servers=["127.0.0.1"], udp_port=server.getsockname()[1], tries=1, timeout=5)
for _ in range(3):
    answers = []
    channel.query("peers.example.", pycares.QUERY_TYPE_A, lambda result, error: answers.append((result, error)))
    while not answers:
        reading, writing = channel.getsock()
        if reading or writing:
            readable, writable, _ = select.select(reading, writing, [], 5)
            for fd in readable:
                channel.process_fd(fd, pycares.ARES_SOCKET_BAD)
            for fd in writable:
                channel.process_fd(pycares.ARES_SOCKET_BAD, fd)
    assert answers[0][1] is None, answers
print(f"pycares {pycares.__version__}: 3 looks, {packets} packets")
PY
for version in 4.2.2 4.9.0; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install --quiet --disable-pip-version-check "pycares==$version"
    "$work/$version/bin/python" "$work/looks.py"
done | tee "$work/seen"
diff "$work/seen" - <<'EXPECTED'
pycares 4.2.2: 3 looks, 3 packets
pycares 4.9.0: 3 looks, 1 packets
EXPECTED
