# SPDX-License-Identifier: MIT
"""Benchmarks of strategy ec2: 1,000 instances in four pages in the format of moto, from a server that is faster than moto.

CPU and memory of a look are those of a whole `kith run` that does nothing else, less those of one that is told of nobody.
"""

import http.server
import sys
import threading
import time
import urllib.parse

from measure import line, report, running_of
from moto import REGION, Moto, there
from waiting import HOST, PLUGINS, wait_until

COUNT = 1000
QUIET = 60  # seconds
EMPTY = b"<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>"


class Pages:
    """Answers with prepared bodies, each of which contains the token of the next."""

    def __init__(self, bodies):
        self.looks = self.requests = 0
        pages = self

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                token = form.get("NextToken", "")
                pages.requests += 1
                pages.looks += not token
                self.send_response(200)
                self.send_header("Content-Length", str(len(bodies[token])))
                self.end_headers()
                self.wfile.write(bodies[token])

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((HOST, 0), Answer)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # kith is killed in between
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def recorded():
    """Returns the bodies by token."""
    moto = Moto()
    try:
        for _ in range(COUNT):
            moto.run(1, cluster="shop")
        bodies, token = {}, ""
        while True:
            form = {"Action": "DescribeInstances", "Version": "2016-11-15", "MaxResults": 250, **({"NextToken": token} if token else {})}
            bodies[token] = moto.post("/", urllib.parse.urlencode(form), **{
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/ec2/aws4_request, SignedHeaders=host, Signature=0"})
            _, found, rest = bodies[token].partition(b"<nextToken>")
            if not found:
                return bodies
            token = rest.split(b"<")[0].decode()
    finally:
        moto.close()


def daemon(lab, pages, **options):
    return lab.kith({
        "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@127.0.0.1"}}},
        "events": {"queue": 100000},
        "topologies": {"t": {"strategy": "ec2", "connector": "notes", "config": {
            "ec2_tagname": "cluster", "ec2_tagvalue": "shop", "region": REGION,
            "endpoint": f"http://{HOST}:{pages.server.server_port}", **options}}}},
        level="error", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")


def looks(lab, bodies, count):
    """Returns (ms of CPU for each query, MiB of Private_Dirty afterwards, maximum MiB)."""
    pages = Pages(bodies)
    kith = daemon(lab, pages, polling_interval=100)
    wait_until(lambda: pages.looks >= 5, "the first looks", 30, kith.tail)
    before, begun = running_of(kith.pid), pages.looks
    wait_until(lambda: pages.looks >= begun + count, "the looks", 60, kith.tail)
    used = (running_of(kith.pid) - before) / (pages.looks - begun)
    with open(f"/proc/{kith.pid}/status") as file:
        fields = dict(entry.split(":", 1) for entry in file.read().splitlines())
    memory = kith.memory()["Private_Dirty"] / 1024, int(fields["VmHWM"].split()[0]) / 1024
    kith.kill()
    pages.close()
    return (used * 1e3, *memory)


def an_hour(lab, bodies):
    """Counts the requests with the default interval."""
    pages = Pages(bodies)
    kith = daemon(lab, pages)
    wait_until(lambda: pages.looks >= 2, "the first looks", 30, kith.tail)
    before = pages.requests
    time.sleep(QUIET)
    kith.kill()
    pages.close()
    return (pages.requests - before) * 3600 / QUIET


def ec2(lab, runs):
    if not there():
        line("ec2", "not prepared", "", 0, "")
        return
    bodies = recorded()
    print(f"bench: {COUNT} instances, {len(bodies)} pages, {sum(map(len, bodies.values()))} bytes", file=sys.stderr)
    empty, full = [], []
    for _ in range(runs):
        empty.append(looks(lab, {"": EMPTY}, 30))
        full.append(looks(lab, bodies, 30))
        time.sleep(0.2)

    def less(part):
        return [this[part] - before[part] for this, before in zip(full, empty)]
    report("ec2, a query of 1,000 instances in 4 pages: CPU", less(0), "ms", "")
    report("ec2, a query without instances, 1 page: CPU", [this[0] for this in empty], "ms", "")
    report("ec2, 1,000 instances: growth of memory", less(1), "MiB", "")
    report("ec2, 1,000 instances: growth of memory, peak", less(2), "MiB", "")
    line(f"ec2, steady: requests an hour, of {len(bodies)} for each look", f"{an_hour(lab, bodies):.0f}", "", 1, "")


FIGURES = {"ec2": (ec2, 5)}
