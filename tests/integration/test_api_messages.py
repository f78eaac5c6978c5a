# SPDX-License-Identifier: MIT
"""Messages of applications by the local API and `kith mesh`, over connector_echo, which sends each message back; and the example clients."""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

from api_case import ApiCase
from api_client import ApiConnection
from lab import main
from waiting import KITH, PATIENCE, ROOT, wait_until

EXAMPLES = ROOT / "host/api/examples"


class Messages(ApiCase):
    def config(self, **more):
        config = super().config(**more)
        config["connectors"] = {"mesh": {"plugin": "echo", "config": {"node": "self@h"}}}
        config["topologies"]["t"]["connector"] = "mesh"
        return config

    def listen(self, query=""):
        """The messages that arrive from now on, as they come."""
        connection = ApiConnection(self.socket)
        connection.request("GET", f"/v1/messages/mesh{query}", headers={"Accept": "application/x-ndjson"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        read = []

        def follow():
            try:
                for line in iter(answer.readline, b""):
                    read.append(json.loads(line))
            except (OSError, ValueError, AttributeError):
                pass  # it was closed

        reader = threading.Thread(target=follow, daemon=True)
        reader.start()
        self.addCleanup(connection.close)
        return read

    def send(self, query, body=b""):
        return self.ask(f"/v1/messages/mesh?{query}", "POST", body=body)

    def test_a_message_is_accepted_and_arrives(self):
        self.kith()
        jobs, everything = self.listen("?channel=jobs"), self.listen()
        body = bytes(range(256))
        self.assertEqual(self.send("to=b@h&channel=jobs", body).status, 202)
        self.assertEqual(self.send("channel=other", b"to all").status, 202)
        wait_until(lambda: len(everything) == 2 and jobs, "both arrive, at both")
        self.assertEqual(jobs, [{"kind": "message", "from": "b@h", "channel": "jobs", "broadcast": False, "data": base64.b64encode(body).decode()}])
        self.assertEqual(everything[1], {"kind": "message", "from": "self@h", "channel": "other", "broadcast": True,
                                         "data": base64.b64encode(b"to all").decode()})

    def test_a_message_of_16_mib(self):
        self.kith()
        jobs = self.listen("?channel=jobs")
        body = os.urandom(16 * 1024 * 1024)
        self.assertEqual(self.send("to=b@h&channel=jobs", body).status, 202)
        wait_until(lambda: jobs, "it arrives")
        self.assertEqual(base64.b64decode(jobs[0]["data"]), body)
        self.assertEqual(self.send("to=b@h&channel=jobs", body + b"x").code(), "413 body_too_large")

    def test_what_cannot_be_sent(self):
        kith = self.kith()
        self.assertEqual(self.send("to=full@h&channel=jobs").code(), "429 queue_full")
        self.assertEqual(self.send("to=nobody@h&channel=jobs").code(), "404 no_receiver")
        self.assertEqual(self.send("to=b@h").code(), "400 malformed")
        begun = time.monotonic()
        self.assertEqual(self.send("to=mute@h&channel=jobs").code(), "504 timed_out")
        self.assertTrue(4.9 <= time.monotonic() - begun < 4.9 + PATIENCE)
        self.assertEqual(self.send("to=lossy@h&channel=jobs").status, 202)
        self.assertEqual(kith.wait("message.lost", peer="lossy@h")["messages"], 1)
        self.assertEqual(self.send("to=b@h&channel=jobs").status, 202)
        self.assertIn("nobody listens", kith.wait("message.lost", peer="b@h")["reason"])

    def test_a_client_that_leaves_while_it_waits_disturbs_nobody(self):
        self.kith()
        for _ in range(20):
            connection = ApiConnection(self.socket)
            connection.request("POST", "/v1/messages/mesh?to=slow@h&channel=jobs", b"x")
            connection.close()
        self.assertEqual(self.send("to=slow@h&channel=jobs").status, 202)

    def test_the_commands(self):
        self.kith()
        child = subprocess.Popen([KITH, "mesh", "listen", "jobs", "--socket", str(self.socket)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (child.kill(), child.wait(), child.stdout.close()))
        read = []
        threading.Thread(target=lambda: [read.append(line.strip()) for line in iter(child.stdout.readline, "")], daemon=True).start()

        def sent(text):
            done = self.command("mesh", "send", "jobs", text, "--to", "b@h")
            self.assertEqual((done.returncode, done.stdout), (0, "sent to b@h\n"), done.stderr)
            return any(line == f"b@h  jobs  {text}" for line in read)
        wait_until(lambda: sent("hello"), "the listener prints it")
        sent("\x1b[31mred")
        wait_until(lambda: any("base64 " in line for line in read), "control characters are not printed")
        self.assertFalse(any("\x1b" in line for line in read))
        refused = self.command("mesh", "send", "jobs", "x", "--to", "full@h")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("full", refused.stderr)
        left = self.command("leave")
        self.assertEqual((left.returncode, left.stdout), (0, "connector mesh has left\n"), left.stderr)

    def test_python(self):
        self.example("python3", str(EXAMPLES / "messages.py"))

    def test_node(self):
        self.example("node", str(EXAMPLES / "messages.mjs"))

    def test_go(self):
        self.example("go", "run", str(EXAMPLES / "messages.go"))

    def example(self, program, *command):
        if shutil.which(program) is None:
            self.skipTest(f"{program} is missing")
        kith = self.kith()
        done = self.listen("?channel=done")
        child = subprocess.Popen([program, *command, str(self.socket), "mesh"], stdout=subprocess.DEVNULL,
                                 env=dict(os.environ, GO111MODULE="off"), start_new_session=True)
        self.addCleanup(lambda: (os.killpg(child.pid, signal.SIGKILL), child.wait()))

        def answered(done):
            self.send("to=b@h&channel=jobs", b"\x00work")
            return any(one["from"] == "b@h" and base64.b64decode(one["data"]) == b"done: \x00work" for one in done)
        wait_until(lambda: answered(done), "it answers", PATIENCE * 2)
        self.assertEqual(kith.terminate(), 0)
        self.kith()
        again = self.listen("?channel=done")
        wait_until(lambda: answered(again), "it answers a new start of the daemon", PATIENCE * 2)


class Certificates(ApiCase):
    def mesh(self, *arguments):
        return subprocess.run([KITH, "mesh", *map(str, arguments)], text=True, capture_output=True, timeout=PATIENCE)

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *map(str, arguments)], text=True, capture_output=True, timeout=PATIENCE, check=True).stdout

    def test_an_authority_and_its_certificates(self):
        here = pathlib.Path(self.lab.dir)
        made = self.mesh("certs", "a@10.0.0.7", "b@10.0.0.8", "--cluster", "shop", "--dir", here)
        self.assertEqual(made.returncode, 0, made.stderr)
        for key in ("ca.key", "a@10.0.0.7.key", "b@10.0.0.8.key"):
            self.assertEqual((here / key).stat().st_mode & 0o777, 0o600)
        self.openssl("verify", "-x509_strict", "-CAfile", here / "ca.pem", here / "a@10.0.0.7.pem", here / "b@10.0.0.8.pem")
        text = self.openssl("x509", "-in", here / "a@10.0.0.7.pem", "-noout", "-text")
        self.assertIn("URI:kith://shop/a@10.0.0.7", text)
        self.assertIn("TLS Web Server Authentication, TLS Web Client Authentication", text)
        self.assertIn("CA:TRUE, pathlen:0", self.openssl("x509", "-in", here / "ca.pem", "-noout", "-text"))
        for file, days in (("a@10.0.0.7.pem", 365), ("ca.pem", 3650)):
            for seconds, holds in (((days - 1) * 86400, True), ((days + 1) * 86400, False)):
                ended = subprocess.run(["openssl", "x509", "-in", here / file, "-checkend", str(seconds)], capture_output=True).returncode
                self.assertEqual(ended == 0, holds, file)

    def test_nothing_is_overwritten(self):
        here = pathlib.Path(self.lab.dir)
        self.assertEqual(self.mesh("certs", "a@h", "--cluster", "shop", "--dir", here).returncode, 0)
        before = {name: (here / name).read_bytes() for name in ("ca.key", "ca.pem", "a@h.key", "a@h.pem")}
        refused = self.mesh("certs", "b@h", "a@h", "--cluster", "shop", "--dir", here)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("a@h.pem is there already", refused.stderr)
        self.assertFalse((here / "b@h.pem").exists())
        self.assertEqual(self.mesh("certs", "b@h", "--cluster", "shop", "--dir", here).returncode, 0)
        self.assertEqual(self.mesh("certs", "a@h", "--renew", "--cluster", "shop", "--dir", here).returncode, 0)
        after = {name: (here / name).read_bytes() for name in before}
        self.assertEqual({name for name in before if before[name] != after[name]}, {"a@h.key", "a@h.pem"})
        self.openssl("verify", "-CAfile", here / "ca.pem", here / "a@h.pem", here / "b@h.pem")
        (here / "ca.pem").unlink()
        self.assertEqual(self.mesh("certs", "c@h", "--cluster", "shop", "--dir", here).returncode, 3)

    def test_names_that_are_none(self):
        here = self.lab.dir
        for names in (["../a"], ["a,b"], [".a"], ["ca"], ["a b"], [], ["x" * 201]):
            self.assertEqual(self.mesh("certs", *names, "--cluster", "shop", "--dir", here).returncode, 2, names)
        self.assertEqual(self.mesh("certs", "a@h", "--dir", here).returncode, 2)
        self.assertEqual(self.mesh("certs", "a@h", "--cluster", "a/b", "--dir", here).returncode, 2)
        self.assertEqual(self.mesh("certs", "a@h", "--cluster", "shop", "--dir", str(here) + "/none").returncode, 3)

    def test_a_key(self):
        keys = {self.mesh("key").stdout for _ in range(5)}
        self.assertEqual(len(keys), 5)
        for key in keys:
            self.assertRegex(key, re.compile(r"\A[0-9a-f]{64}\n\Z"))


if __name__ == "__main__":
    main()
