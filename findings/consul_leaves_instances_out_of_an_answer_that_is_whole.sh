#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Consul's DNS answers over UDP with a part of a service's instances, others each time, and does not set TC (RFC 2181, 9), so that no resolver asks again by
# TCP, and the answer looks whole: 3 instances to a query without EDNS, although more would fit, and as many as fit to one with EDNS. Only TCP, or a
# payload that holds them all, returns everyone. `dns_config.enable_truncate`, which sets TC, is off by default. A program that follows a service by
# this DNS sees peers come and go; it has to ask by TCP at once.
#
# Seen with Consul 1.22.0, as tests/real/prepare builds it (4 minutes, once), 40 instances of a service, defaults of `consul agent -dev`:
#   A by UDP: 3 records, TC 0, not always the same
#   SRV by UDP, payload 1232: 19 records, TC 0, not always the same
#   SRV by UDP, payload 4096: 40 records, TC 0, always the same
#   A by TCP: 40 records, TC 0, always the same
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
"$here/../tests/real/prepare" consul
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check dnspython==2.6.1
"$work/python/bin/python" - "$("$here/../tests/real/prepare" --where consul)/consul" <<'PY' | tee "$work/seen"
import json, socket, subprocess, sys, time, urllib.request

import dns.exception, dns.flags, dns.message, dns.query


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


http, names = free_port(), free_port(socket.SOCK_DGRAM)


def request(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{http}/v1/{path}", data, method=method), timeout=5).read()


def ask(kind, query=dns.query.udp, **settings):
    """Returns the number of records, the bit TC, and the records."""
    answer = query(dns.message.make_query("web.service.consul", kind, **settings), "127.0.0.1", timeout=5, port=names)
    records = {record.to_text() for records in answer.answer for record in records}
    return len(records), int(bool(answer.flags & dns.flags.TC)), records


agent = subprocess.Popen([sys.argv[1], "agent", "-dev", "-bind=127.0.0.1", "-client=127.0.0.1", f"-http-port={http}", f"-dns-port={names}", "-grpc-port=-1",
                          "-grpc-tls-port=-1", f"-server-port={free_port()}", f"-serf-lan-port={free_port()}", "-serf-wan-port=-1",
                          "-hcl=disable_update_check=true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    deadline = time.monotonic() + 60
    while True:
        try:
            for i in range(40):
                request("PUT", "agent/service/register", {"ID": f"web-{i}", "Name": "web", "Address": f"10.0.0.{i + 1}", "Port": 8000 + i})
            if ask("SRV", dns.query.tcp)[0] == 40:
                break
        except (OSError, dns.exception.DNSException):
            pass
        assert time.monotonic() < deadline and agent.poll() is None, "consul does not answer"
        time.sleep(0.2)
    for label, settings in (("A by UDP", {"kind": "A"}), ("SRV by UDP, payload 1232", {"kind": "SRV", "payload": 1232}),
                            ("SRV by UDP, payload 4096", {"kind": "SRV", "payload": 4096}), ("A by TCP", {"kind": "A", "query": dns.query.tcp})):
        answers = [ask(**settings) for _ in range(20)]
        same = "always" if all(answer[2] == answers[0][2] for answer in answers) else "not always"
        print(f"{label}: {answers[0][0]} records, TC {max(answer[1] for answer in answers)}, {same} the same")
finally:
    agent.terminate()
    agent.wait()
PY
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
