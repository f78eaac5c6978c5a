# SPDX-License-Identifier: MIT
"""The examples: built as their README says, against what is installed, and each found at work by a real daemon."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import time
import unittest
import urllib.request

from installed import Installed, blocks

# What is seen is believed at once, both ways.
POLICY = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}


class Examples(Installed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = next(cls.home.kith.rglob("share/kith/examples"))
        cls.work = cls.home.dir / "examples"
        shutil.copytree(cls.source, cls.work)
        cls.blocks = [(language, text) for language, _, text in blocks((cls.work / "README.md").read_text())]

    def build(self, word):
        """Runs the commands of the README that are about this."""
        commands = "\n".join(line for language, text in self.blocks if language == "sh" for line in text.splitlines() if re.search(word, line))
        self.assertTrue(commands)
        return self.home.run(["bash", "-ec", f'PATH="{self.home.kith}/bin:$PATH"\nKITH={self.home.kith}\n' +
                              commands.replace("~/kith", "$KITH").replace("$HOME/kith", "$KITH")],
                             self.work, CMAKE_GENERATOR="Ninja", GOTOOLCHAIN="local", GOFLAGS="-mod=mod", GO111MODULE="on")

    def run_with(self, strategy, config, grants=()):
        """In a process of its own, as every plugin that was not built with kith."""
        return self.daemon({"plugins": {"grants": {f"libstrategy_{strategy}.so": list(grants)}},
                            "topologies": {"t": {"strategy": strategy, "config": config, "policy": POLICY,
                                                 "connector": "log", "connector_config": {"node": "me@here"}}}})

    def check(self, library, options):
        self.home.run([str(self.home.kith / "bin/kith-check-plugin"), str(library), "--options", json.dumps(options)])

    def test_c_names_in_a_file(self):
        self.assertIn("100% tests passed", self.build(r"build-c\b(?!pp)"))
        peers = self.work / "peers"
        self.check(self.work / "build-c/libstrategy_names_file.so", {"file": str(peers)})
        peers.write_text("# ours\n a@h \n\nb@h\r\n")
        kith = self.run_with("names_file", {"file": str(peers)})
        kith.wait("link.up", peer="a@h")
        kith.wait("link.up", peer="b@h")
        peers.write_text("b@h\nc@h")
        kith.wait("link.up", peer="c@h")
        kith.wait("link.down", peer="a@h")
        peers.unlink()
        self.assertIn(str(peers), kith.wait("observation.failed")["reason"])
        peers.write_text("c@h\n")
        kith.wait("link.down", peer="b@h")
        kith.end()

    def test_cpp_hosts_that_accept(self):
        self.assertIn("100% tests passed", self.build("build-cpp"))
        first, second = socket.create_server(("127.0.0.1", 0)), socket.socket()
        port = first.getsockname()[1]
        self.addCleanup(first.close)
        second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        second.bind(("127.0.0.2", port))
        second.listen()
        options = {"hosts": ["127.0.0.1", "127.0.0.2", "127.0.0.3"], "port": port}
        self.check(self.work / "build-cpp/libstrategy_probe.so", options)
        kith = self.run_with("probe", {**options, "interval": 100}, [f"tcp:{host}:{port}" for host in options["hosts"]])
        kith.wait("link.up", peer="app@127.0.0.1")
        kith.wait("link.up", peer="app@127.0.0.2")
        second.close()
        kith.wait("link.down", peer="app@127.0.0.2")
        kith.end()
        self.assertFalse([event for event in kith.events() if event.get("peer") == "app@127.0.0.3"])
        # A name that does not resolve says nothing of who is there.
        kith = self.run_with("probe", {"hosts": ["no-such-host.invalid"], "port": port})
        self.assertRegex(kith.wait("observation.failed")["reason"], "^none of the hosts accepts a connection; .*no-such-host.invalid")
        kith.end()

    def test_watch_keys_of_etcd(self):
        """With etcd itself, where it is installed: kill it, and what was changed meanwhile is found."""
        self.assertIn("100% tests passed", self.build("build-watch"))
        library = self.work / "build-watch/libstrategy_etcd.so"
        self.check(library, {"url": "http://etcd.example:2379", "prefix": "/cluster/"})
        if not shutil.which("etcd"):
            self.skipTest("no etcd; Debian: etcd-server")
        ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        client, peer = (f"http://127.0.0.1:{port.getsockname()[1]}" for port in ports)
        for port in ports:
            port.close()
        server = None

        def start():
            nonlocal server
            log = open(self.home.dir / "etcd.log", "ab")
            server = subprocess.Popen(["etcd", "--data-dir", str(self.home.dir / "etcd"), "--listen-client-urls", client, "--advertise-client-urls",
                                       client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster",
                                       f"default={peer}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                      env=dict(os.environ, ETCD_UNSUPPORTED_ARCH="arm64"))
            log.close()

        def stop():
            server.kill()
            server.wait()

        def ask(what, **body):
            """Until etcd answers."""
            body = {name: base64.b64encode(text.encode()).decode() for name, text in body.items()}
            request = urllib.request.Request(f"{client}/v3/kv/{what}", json.dumps(body).encode())
            deadline = time.monotonic() + 60
            while True:
                try:
                    return urllib.request.urlopen(request, timeout=10).read()
                except OSError:
                    if time.monotonic() > deadline:
                        raise AssertionError((self.home.dir / "etcd.log").read_text(errors="replace")[-3000:])
                    time.sleep(0.1)

        start()
        self.addCleanup(lambda: stop())
        ask("put", key="/cluster/a", value="app@a")
        ask("put", key="/elsewhere", value="app@not")
        kith = self.run_with("etcd", {"url": client, "prefix": "/cluster/"}, [f"tcp:{client.removeprefix('http://')}"])
        kith.wait("link.up", peer="app@a")
        ask("put", key="/cluster/b", value="app@b")
        kith.wait("link.up", peer="app@b")
        ask("deleterange", key="/cluster/a")
        kith.wait("link.down", peer="app@a")
        stop()
        self.assertIn("/v3/kv/range: ", kith.wait("observation.failed")["reason"])
        start()
        ask("put", key="/cluster/c", value="app@c")
        kith.wait("link.up", peer="app@c")
        kith.end()
        self.assertFalse([event for event in kith.events() if event.get("peer") == "app@not" or event["kind"] == "link.down" and event["peer"] != "app@a"])

    def test_rust_a_file_of_hosts(self):
        if not shutil.which("cargo"):
            self.skipTest("no cargo; Debian: cargo, rustc")
        self.build("build-rust")
        hosts = self.work / "hosts"
        options = {"file": str(hosts), "suffix": ".app"}
        self.check(self.work / "build-rust/release/libstrategy_hosts_file.so", options)
        hosts.write_text("127.0.0.1 localhost\n10.0.0.1 a.app a\n10.0.0.2 b.app # no: c.app\n")
        kith = self.run_with("hosts_file", options)
        kith.wait("link.up", peer="app@a.app")
        kith.wait("link.up", peer="app@b.app")
        hosts.write_text("10.0.0.3 c.app\n10.0.0.1 a.app\n")
        kith.wait("link.up", peer="app@c.app")
        kith.wait("link.down", peer="app@b.app")
        hosts.write_bytes(b"10.0.0.3 \xff.app\n")
        kith.wait("observation.failed", reason="the file of hosts is not UTF-8")
        kith.end()

    def test_rust_its_own_tests(self):
        if not shutil.which("cargo"):
            self.skipTest("no cargo; Debian: cargo, rustc")
        self.home.run(["cargo", "test", "--offline", "--manifest-path", "rust/Cargo.toml", "--target-dir", "build-rust"], self.work)

    def test_go_files_of_a_directory(self):
        if not shutil.which("go"):
            self.skipTest("no go; Debian: golang-go")
        self.build("build-go")
        peers = self.work / "peers.d"
        peers.mkdir()
        (peers / "a@h").write_text("zone=b\n")
        options = json.loads(next(text for language, text in self.blocks if language == "json"))["config"]
        self.assertEqual(len(options["command"]), 2)
        kith = self.run_with("exec", {**options, "command": [str(self.work / "build-go/peerdir"), str(peers)]})
        kith.wait("link.up", peer="a@h")
        (peers / "b@h").touch()
        kith.wait("link.up", peer="b@h")
        (peers / "a@h").unlink()
        kith.wait("link.down", peer="a@h")
        kith.end()


if __name__ == "__main__":
    unittest.main(verbosity=2)
