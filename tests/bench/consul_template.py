# SPDX-License-Identifier: MIT
"""sink_template with strategy consul beside consul-template: the time from the beginning of Consul's answer, in which one of 10,000 instances has
changed, to the renamed file.

Consul itself needs most of the time of such a change and is the same for both. Its answers are therefore made before they are sent, by a server of
this file that holds blocking queries; they contain what a real agent's contain. The two programs run one after the other, and neither waits for
further changes. consul-template is a Go module, which is built in a temporary folder; without go, or without the module, it is left out."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from measure import line, report
from waiting import HOST, PATIENCE, PLUGINS, wait_until

VERSION = "v0.41.1"
COUNT = 10_000
PORT = 9100


def instance(number):
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    node = {"ID": f"00000000-0000-4000-8000-{number:012d}", "Node": f"n{number}", "Address": address, "Datacenter": "dc1",
            "TaggedAddresses": {kind: address for kind in ("lan", "lan_ipv4", "wan", "wan_ipv4")},
            "Meta": {"consul-network-segment": "", "consul-version": "1.22.0"}, "CreateIndex": 10, "ModifyIndex": 12}
    service = {"ID": f"shop-{number}", "Service": "shop", "Tags": ["blue"], "Address": address,
               "TaggedAddresses": {kind: {"Address": address, "Port": PORT} for kind in ("lan_ipv4", "wan_ipv4")}, "Meta": {"version": "3"},
               "Port": PORT, "Weights": {"Passing": 1, "Warning": 1}, "EnableTagOverride": False,
               "Proxy": {"Mode": "", "MeshGateway": {}, "Expose": {}}, "Connect": {}, "PeerName": "", "CreateIndex": 14, "ModifyIndex": 14}
    check = {"Node": f"n{number}", "CheckID": "serfHealth", "Name": "Serf Health Status", "Status": "passing", "Notes": "",
             "Output": "Agent alive and reachable", "ServiceID": "", "ServiceName": "", "ServiceTags": [], "Type": "", "Interval": "", "Timeout": "",
             "ExposedPort": 0, "Definition": {}, "CreateIndex": 12, "ModifyIndex": 12}
    return json.dumps({"Node": node, "Service": service, "Checks": [check]}, separators=(",", ":"))


class Answers(threading.Thread):
    """Answers queries for the instances: at once for another index than the last one, otherwise with the next change."""

    def __init__(self):
        super().__init__(daemon=True)
        self.entries = [instance(number) for number in range(COUNT)]
        self.index, self.began, self.waiting = 100, 0.0, 0
        self.changed = threading.Condition()
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.prepare()
        self.start()

    def prepare(self):
        body = ("[" + ",".join(self.entries) + "]").encode()
        self.answer = (f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Consul-Index: {self.index}\r\nX-Consul-Knownleader: true\r\n"
                       f"X-Consul-Lastcontact: 0\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body

    def change(self, number, address):
        """Gives the instance another address, and answers the query that waits."""
        with self.changed:
            entry = json.loads(self.entries[number])
            entry["Service"]["Address"] = address
            self.entries[number] = json.dumps(entry, separators=(",", ":"))
            self.index += 1
            self.prepare()
            self.began = time.time()
            self.changed.notify_all()

    def run(self):
        while True:
            threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, stream):
        with stream, stream.makefile("rb") as requests:
            while target := requests.readline().split(b" ", 2)[1:2]:
                while requests.readline().strip():
                    pass
                with self.changed:
                    if f"index={self.index}".encode() in target[0]:
                        self.waiting += 1
                        self.changed.wait()
                        self.waiting -= 1
                    answer = self.answer
                try:
                    stream.sendall(answer)
                except OSError:
                    return


def changes(answers, file, runs, first):
    """Returns the times of changes of one instance each, in ms."""
    times = []
    for run in range(first, first + runs):
        wait_until(lambda: answers.waiting == 1, "the next query waits")
        time.sleep(0.5)
        address, inode = f"10.9.{run >> 8}.{run & 255}", os.stat(file).st_ino
        answers.change(run, address)
        deadline = time.monotonic() + PATIENCE
        while os.stat(file).st_ino == inode:
            assert time.monotonic() < deadline, f"no change of {file}"
            time.sleep(0.0005)
        times.append((time.time() - answers.began) * 1e3)
        assert f'"{address}:{PORT}"' in file.read_text()
    return times


def complete(file):
    return file.exists() and file.read_text().count(f":{PORT}") == COUNT


def by_kith(lab, answers, runs):
    file = lab.dir / "by-kith.json"
    kith = lab.kith({
        "plugins": {"dir": PLUGINS},
        "topologies": {"t": {"strategy": "consul", "connector": "log", "connector_config": {"node": "app@127.0.0.1"},
                             "config": {"list_using": ["health"], "service": {"name": "shop"}, "base_url": f"http://{HOST}:{answers.port}"},
                             "policy": {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}}},
        "sinks": {"targets": {"plugin": "template", "config": {"template": "prometheus", "file": str(file), "port": PORT, "interval": 0}}}},
        level="warning")
    wait_until(lambda: complete(file), "all instances are in the file", None, kith.tail)
    times = changes(answers, file, runs, 0)
    kith.kill()
    wait_until(lambda: answers.waiting <= 1, "its query is gone")
    return times


TEMPLATE = """[{{range $i, $s := service "shop"}}{{if $i}},{{end}}
  {"targets": ["{{.Address}}:{{.Port}}"], "labels": {"kith_topology": "t", "kith_peer": "app@{{.Address}}"}}{{end}}
]
"""


def by_consul_template(lab, program, answers, runs):
    source, file = lab.write("targets.tpl", TEMPLATE), lab.dir / "by-consul-template.json"
    with open(lab.dir / "consul-template.log", "wb") as log:
        process = subprocess.Popen([program, "-consul-addr", f"{HOST}:{answers.port}", "-template", f"{source}:{file}", "-log-level", "warn"],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=lab.environment())
    lab.own(lambda: (process.kill(), process.wait()))
    wait_until(lambda: complete(file), "all instances are in consul-template's file", None, (lab.dir / "consul-template.log").read_text)
    times = changes(answers, file, runs, runs)
    process.kill()
    process.wait()
    return times


def build(folder):
    """The path of consul-template; None, with the reason on standard error."""
    go = shutil.which("go")
    done = go and subprocess.run([go, "install", f"github.com/hashicorp/consul-template@{VERSION}"], capture_output=True, text=True,
                                 stdin=subprocess.DEVNULL, env=dict(os.environ, GOBIN=str(folder)))
    if not done or done.returncode != 0:
        print(f"bench: consul_template is left out: {done.stderr.strip()[-300:] if done else 'no go'}", file=sys.stderr)
        return None
    return folder / "consul-template"


def consul_template(lab, runs):
    with tempfile.TemporaryDirectory() as folder:
        program = build(pathlib.Path(folder))
        if program is None:
            line("consul_template", "not built", "", 0, "")
            return
        theirs = by_consul_template(lab, program, Answers(), runs)
        ours = by_kith(lab, Answers(), runs)
    report(f"consul-template {VERSION}, from Consul's answer of {COUNT} to the renamed file", theirs, "ms", "")
    ratio = sorted(ours)[len(ours) // 2] / sorted(theirs)[len(theirs) // 2]
    report("strategy consul and sink template, the same", ours, "ms", "<= 0.33 x", ratio)


FIGURES = {"consul_template": (consul_template, 15)}
