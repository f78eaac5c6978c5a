# SPDX-License-Identifier: MIT
"""The configurations of option `application` in config/ and in the connector's README, word by word: each node of a cluster is on a host of its
own, with a kith that runs the text as it is there, with the name of its own node. The names resolve by a hosts file that only this process
and its children see."""

import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile

from ejabberd import Servers, code_path
from lab import Scenario, main
from namespaces import Host, Segment, unavailable
from partisan import HYPARVIEW, PLUGGABLE, Overlay
from prepared_server_paths import partisan
from rabbitmq import Rabbits, is_missing
from waiting import ROOT, wait_until

CLONE_NEWNS = 0x00020000
NAMES = re.compile(r"[a-z]+@[a-z0-9.-]+")


def example(name):
    return (ROOT / "config" / f"{name}.json").read_text()


def of_readme(application):
    text = (ROOT / "plugins/connector_erlang/README.md").read_text()
    [block] = [block for block in re.findall(r"```json\n(.*?)```", text, re.S) if '"topologies"' in block and f'"{application}"' in block]
    return block


def nodes_of(text):
    return list(dict.fromkeys(NAMES.findall(text)))


def addresses():
    """Of the hosts of all configurations, by name; a host whose name is an address has that."""
    out = {}
    for text in (example("rabbitmq"), of_readme("rabbitmq"), example("ejabberd"), example("partisan"), example("partisan-hyparview")):
        for number, name in enumerate(nodes_of(text)):
            host = name.partition("@")[2]
            out[host] = host if re.fullmatch(r"[0-9.]+", host) else f"10.0.0.{7 + number}"
    return out


def bring_hosts_file():
    """Gives this process a hosts file of its own; returns why it cannot."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return f"no mount namespace: {os.strerror(ctypes.get_errno())}"
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("127.0.0.1 localhost\n" + "".join(f"{address} {host}\n" for host, address in addresses().items()))
        file.flush()
        for command in ("mount --make-rprivate /", f"mount --bind {file.name} /etc/hosts"):
            done = subprocess.run(command.split(), capture_output=True, text=True)
            if done.returncode != 0:
                return f"{command}: {done.stderr.strip()}"
    return None


class DocumentedApplications(Scenario):
    def setUp(self):
        self.segment = Segment()
        self.addCleanup(self.segment.close)

    def hosts(self, text):
        """A host for each node of a configuration, by the node's name."""
        out = {}
        for name in nodes_of(text):
            address = addresses()[name.partition("@")[2]]
            host = out[name] = Host(address, "documented", address)
            self.addCleanup(host.close)
            host.plug(self.segment, "eth0", f"{address}/24")
            host.start_epmd()
        return out

    def ready(self, text, hosts):
        own = re.search(r'"node": "([^"]+)"', text)[1]
        kiths = [host.kith(host.write("kith.json", text.replace(f'"node": "{own}"', f'"node": "{name}"'))) for name, host in hosts.items()]
        for kith in kiths:
            kith.wait("topology.ready")

    def rabbits(self, text, short_names=False):
        if is_missing():
            self.skipTest("RabbitMQ is missing (Debian package rabbitmq-server)")
        hosts = self.hosts(text)
        first = next(iter(hosts))
        nodes = Rabbits(hosts[first], first.partition("@")[2], short_names, hosts).nodes(*hosts)
        self.ready(text, hosts)
        for node in nodes:
            node.wait_members(*nodes)

    def test_rabbitmq(self):
        self.rabbits(example("rabbitmq"))

    def test_rabbitmq_of_the_readme(self):
        self.rabbits(of_readme("rabbitmq"), short_names=True)

    def test_ejabberd(self):
        if not code_path():
            self.skipTest("ejabberd is missing (Debian package ejabberd)")
        text = example("ejabberd")
        hosts = self.hosts(text)
        nodes = []
        for name, host in hosts.items():
            servers = Servers(host)
            nodes.append(servers.node(name))
            servers.serve(nodes[-1:])
        self.ready(text, hosts)
        servers.wait_cluster(nodes)

    def overlay(self, text, manager):
        if partisan() is None:
            self.skipTest("no Partisan is prepared (tests/real/prepare partisan)")
        hosts = self.hosts(text)
        overlay = Overlay(hosts, manager)
        self.ready(text, hosts)
        return overlay

    def test_partisan(self):
        self.overlay(example("partisan"), PLUGGABLE).wait_full_mesh()

    def test_partisan_hyparview(self):
        overlay = self.overlay(example("partisan-hyparview"), HYPARVIEW)
        for node in overlay.nodes:
            wait_until(lambda n=node: overlay.connected(n), f"{node.name} has an active view")

    def test_each_application_is_in_the_table_with_its_configuration(self):
        table = re.findall(r"^\| `(\w+)` \|.*\[([a-z-]+)\.json\]\(\.\./\.\./config/\2\.json\) \|$",
                           (ROOT / "plugins/connector_erlang/README.md").read_text(), re.M)
        options = (ROOT / "plugins/connector_erlang/schema.hpp").read_text()
        applications = json.loads(re.search(r'"application": \{\s*"enum": (\[[^]]*\])', options)[1])
        self.assertEqual([application for application, _ in table], applications[1:])
        for application, name in table:
            self.assertIn(f'"application": "{application}"', example(name))


if __name__ == "__main__":
    why = unavailable() or bring_hosts_file()
    if why:
        print("skipped:", why)
        sys.exit(77)
    main()
