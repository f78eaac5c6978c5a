# SPDX-License-Identifier: MIT
"""kith init: what it finds of real servers on loopback, that it sends nothing elsewhere, and that `kith check` accepts what it writes."""

import http.server
import json
import os
import re
import socket
import threading
import time
import unittest

from consul_server import ROOT_TOKEN, Consul
from consul_server import there as consul_there
from lab import Scenario, main
from moto import REGION, Imds
from prepared_server_paths import used
from waiting import HOST, free_port

ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"


class Listener:
    """Accepts connections, records what comes, and never answers."""

    def __init__(self):
        self._socket = socket.create_server((HOST, 0))
        self.port = self._socket.getsockname()[1]
        self.accepted = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                self.accepted.append(self._socket.accept()[0])
        except OSError:
            pass

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
        for one in self.accepted:
            one.close()


class Init(Scenario):
    def setUp(self):
        super().setUp()
        self.root = self.lab.directory("root")
        self.nobody = f"{HOST}:{free_port()}"

    def init(self, *arguments, **environment):
        """Runs `kith init` with a root directory of its own; where nothing else is given, nobody listens."""
        return self.lab.command("init", *arguments, "--root", self.root, **{
            "CONSUL_HTTP_ADDR": self.nobody, "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{self.nobody}", **environment})

    def written(self, *arguments, **environment):
        """Returns the configuration and the report; `kith check` accepts the file without a word."""
        path = self.path = self.lab.dir / f"init-{self.lab.number()}.json"
        done = self.init(path, *arguments, **environment)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        text = path.read_text()
        checked = self.lab.command("check", path, **environment)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, f"{path}: valid\n", ""), text)
        report = done.stderr[:done.stderr.index("Written: ")]
        for line in report.splitlines():
            self.assertIn(f"//   {line}\n", text)
        config = json.loads(re.sub(r"(?m)(^|\s)//.*$", "", text))
        return config, report

    def place(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def on_kubernetes(self):
        self.place(f"{ACCOUNT}/token", "secret")
        self.place(f"{ACCOUNT}/namespace", "team")
        return {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}

    def test_nothing_is_there(self):
        self.lab.stop_epmd()
        config, report = self.written()
        self.assertEqual(re.findall(r"(?m)^found.*", report), [])
        self.assertRegex(report, r"not found +BEAM node +EPMD at 127\.0\.0\.1:\d+: Connection refused\n")
        self.assertRegex(report, r"not found +Kubernetes +KUBERNETES_SERVICE_HOST is not set; .*token cannot be read: No such file")
        self.assertRegex(report, r"not found +EC2 .*does not name Amazon EC2; nothing was sent to http")
        self.assertRegex(report, rf"not found +Consul +CONSUL_HTTP_ADDR, {self.nobody}: Connection refused\n")
        self.assertEqual(config["connectors"]["node"]["plugin"], "log")

    def test_a_node(self):
        self.lab.beams("shop")
        config, report = self.written()
        self.assertRegex(report, r"found +BEAM node +EPMD at 127\.0\.0\.1:\d+ lists shop\n")
        self.assertEqual(config["connectors"]["node"], {"plugin": "erlang", "config": {"node": "shop"}})
        self.assertEqual(config["topologies"]["cluster"]["config"], {"hosts": [f"shop@{socket.gethostname()}"]})

    def test_what_is_written_attaches_to_the_node(self):
        [a, b] = self.lab.beams("a", "b")
        config, _ = self.written(RELEASE_NODE=a.name, RELEASE_COOKIE=self.lab.cookie)
        self.assertEqual(config["topologies"]["cluster"]["config"]["hosts"], [a.name, b.name])
        kith = self.lab.kith(self.path, RELEASE_NODE=a.name, RELEASE_COOKIE=self.lab.cookie)
        kith.wait("topology.ready")
        a.sees(b.name)

    def test_a_service_account(self):
        config, report = self.written(**self.on_kubernetes())
        self.assertRegex(report, r"(?m)^found +Kubernetes +KUBERNETES_SERVICE_HOST is 10\.96\.0\.1; a service account .* namespace team$")
        self.assertEqual(config["topologies"]["cluster"]["strategy"], "k8s")
        (self.root / ACCOUNT / "token").unlink()
        _, report = self.written(KUBERNETES_SERVICE_HOST="10.96.0.1")
        self.assertRegex(report, r"(?m)^not found +Kubernetes .*token cannot be read: No such file")

    def test_ec2_is_asked_only_where_it_is(self):
        metadata = Imds(**{"tags/instance": "Name\nteam"})
        self.addCleanup(metadata.close)
        where = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url}
        for vendor in (None, "QEMU\n"):
            if vendor:
                self.place("sys/class/dmi/id/sys_vendor", vendor)
            _, report = self.written(**where)
            self.assertRegex(report, "(?m)^not found +EC2 ")
        self.assertEqual(metadata.asked, [])
        config, report = self.written("--ec2", **where)
        self.assertRegex(report, f"(?m)^found +EC2 .* names the region {REGION}; tags of the instance: Name, team$")
        self.assertEqual(config["topologies"]["cluster"]["config"], {"app_prefix": "app", "ec2_tagname": "team"})
        self.place("sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
        _, report = self.written(**where)
        self.assertRegex(report, "(?m)^found +EC2 +.*sys_vendor names Amazon EC2; the metadata service at .* names the region")
        config, report = self.written()  # it is EC2, but its metadata service is disabled
        self.assertRegex(report, "(?m)^found +EC2 .*: Connection refused$")
        self.assertEqual(config["topologies"]["cluster"]["config"]["ec2_tagname"], "cluster")

    @unittest.skipUnless(consul_there(), "no consul is prepared (tests/real/prepare consul builds it)")
    def test_a_consul_agent(self):
        agent = Consul()
        self.addCleanup(agent.close)
        used(f"consul {agent.version}")
        agent.register("web", "web-1", "10.0.0.1")
        place = f"{HOST}:{agent.port}"
        config, report = self.written(CONSUL_HTTP_ADDR=place, CONSUL_HTTP_TOKEN=ROOT_TOKEN)
        self.assertRegex(report, rf"(?m)^found +Consul +CONSUL_HTTP_ADDR, {place} is an agent of Consul; services registered there: web$")
        options = config["topologies"]["cluster"]["config"]
        self.assertEqual((options["service"], options["base_url"]), ({"name": "web"}, f"http://{place}"))
        _, report = self.written(CONSUL_HTTP_ADDR=f"http://{place}", CONSUL_HTTP_TOKEN="22222222-2222-3333-4444-555555555555")
        self.assertRegex(report, r"(?m)^found +Consul .*without a valid token \(403\)$")

    def test_every_environment_at_once(self):
        self.lab.beams("shop")
        self.place("sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
        config, report = self.written(CONSUL_HTTP_ADDR="https://consul.example:8501", **self.on_kubernetes())
        self.assertEqual(len(re.findall("(?m)^found ", report)), 4, report)
        self.assertIn("it was not asked, since it uses TLS", report)
        self.assertEqual(config["topologies"]["cluster"]["config"]["kubernetes_node_basename"], "shop")

    def test_servers_that_do_not_answer_cost_two_seconds(self):
        self.lab.stop_epmd()
        mute = Listener()
        self.addCleanup(mute.close)
        self.lab.epmd_port = mute.port
        begun = time.monotonic()
        done = self.init("-", "--ec2", CONSUL_HTTP_ADDR=f"{HOST}:{mute.port}",
                         AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://{HOST}:{mute.port}")
        spent = time.monotonic() - begun
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(re.findall("accepts connections but does not reply in time", done.stderr)), 3, done.stderr)
        self.assertGreaterEqual(spent, 1.9)
        self.assertLess(spent, 6)  # one after the other they would cost 6
        self.assertEqual(len(mute.accepted), 3)

    def test_an_http_server_is_no_consul_and_no_epmd(self):
        self.lab.stop_epmd()
        class Quiet(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer((HOST, 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(lambda: (server.shutdown(), server.server_close()))
        self.lab.epmd_port = server.server_port
        _, report = self.written(CONSUL_HTTP_ADDR=f"{HOST}:{server.server_port}")
        self.assertRegex(report, "(?m)^not found +BEAM node ")
        self.assertRegex(report, "(?m)^not found +Consul .*does not reply as an agent of Consul: status 501$")

    def test_no_file_is_replaced_without_force(self):
        path = self.lab.write("mine.json", "mine")
        done = self.init(path)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"mine\.json exists and was not changed; --force replaces it")
        self.assertEqual(path.read_text(), "mine")
        self.assertEqual(self.init(path, "--force").returncode, 0)
        self.assertIn("topologies", path.read_text())
        before = set(os.listdir(self.lab.dir))
        done = self.init(self.lab.dir / "missing/kith.json")
        self.assertEqual(done.returncode, 3)
        self.assertIn("kith.json cannot be written: No such file or directory", done.stderr)
        self.assertEqual(set(os.listdir(self.lab.dir)), before)

    def test_output(self):
        done = self.init("-")
        self.assertEqual(done.returncode, 0)
        self.assertIn('"topologies"', done.stdout)
        self.assertIn("not found  Kubernetes", done.stderr)
        self.assertEqual(self.init("one", "two").returncode, 2)


if __name__ == "__main__":
    main()
