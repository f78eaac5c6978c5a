# SPDX-License-Identifier: MIT
"""A hostile strategy in a whole daemon: what it attempts with the services of kith, and the answer to each attempt. In a network namespace, in which
10.77.0.1 is an address of this host that is no loopback address. The attempts of its own process are those of test_sandbox."""

import http.server
import re
import socket
import threading
import unittest

from lab import main
from namespaces import Host, Segment, skipped_without_namespaces
from waiting import PLUGINS, TEST_PLUGINS

OWN = "10.77.0.1"
STATUS = {"KITH_OK": 0, "KITH_DENIED": -4, "KITH_NOT_FOUND": -5}

# What, target, the status and a part of the text. {api}: the port of the daemon's own API at OWN; {web}: that of a server which redirects to loopback.
NO_GRANT = "which an isolated plugin may not use"
ATTEMPTS = [
    ("read", "{home}/.erlang.cookie", "KITH_DENIED", "/.erlang.cookie is not the value of an option"),
    ("read", "etc/passwd", "KITH_DENIED", "the file /etc/passwd is not the value of an option"),
    ("read", "proc/self/environ", "KITH_DENIED", "is not the value of an option"),
    ("read", "{allowed}/../secret", "KITH_DENIED", "is not the value of an option"),
    ("read", "{run}/kith.sock", "KITH_DENIED", "is not the value of an option"),
    ("write", "{home}/.erlang.cookie", "KITH_DENIED", "is not the value of an option"),
    ("write", "etc/cron.d/kith", "KITH_DENIED", "is not the value of an option"),
    ("connect", "169.254.169.254:80", "KITH_DENIED", "169.254.169.254:80 is a link-local address, " + NO_GRANT),
    ("connect", "100.100.100.200:80", "KITH_DENIED", "100.100.100.200:80 is the address of a metadata service, " + NO_GRANT),
    ("connect", "fd00:ec2::254:80", "KITH_DENIED", "[fd00:ec2::254]:80 is the address of a metadata service, " + NO_GRANT),
    ("get", "http://169.254.169.254/latest/meta-data/", "KITH_DENIED", "169.254.169.254:80 is a link-local address"),
    ("connect", "127.0.0.1:{web}", "KITH_DENIED", "is a loopback address, " + NO_GRANT),
    ("connect", "localhost:{web}", "KITH_DENIED", "is a loopback address, " + NO_GRANT),
    ("connect", "::1:{web}", "KITH_DENIED", "is a loopback address, " + NO_GRANT),
    ("connect", "::ffff:127.0.0.1:{web}", "KITH_DENIED", "is a loopback address, " + NO_GRANT),
    ("connect", "0.0.0.0:{web}", "KITH_DENIED", "is an address of this machine itself, " + NO_GRANT),
    ("connect", OWN + ":{api}", "KITH_DENIED", "is an address of kith's own API, " + NO_GRANT),
    ("get", "http://" + OWN + ":{api}/v1/status", "KITH_DENIED", "is an address of kith's own API, " + NO_GRANT),
    ("get", "http://" + OWN + ":{web}/to-loopback", "KITH_DENIED", "is a loopback address, " + NO_GRANT),
    ("get", "http://" + OWN + ":{web}/to-metadata", "KITH_DENIED", "is a link-local address"),
    ("get", "http://" + OWN + ":{web}/plain", "KITH_OK", ""),  # what it may
    ("connect", OWN + ":{web}", "KITH_OK", ""),
    ("listen", "127.0.0.1:0", "KITH_DENIED", "is a loopback address, " + NO_GRANT),
    ("bind", "127.0.0.1:0", "KITH_DENIED", "is a loopback address, " + NO_GRANT),
    ("run", "bin/true", "KITH_DENIED", "an isolated plugin may not run programs such as /bin/true"),
    ("variable", "HOME", "KITH_NOT_FOUND", ""),
    ("variable", "PATH", "KITH_DENIED", ""),  # its descriptor does not name it
    ("socket", "unix", "KITH_DENIED", ""),
    ("socket", "internet", "KITH_DENIED", ""),
]
# The same attempts with what they request granted.
GRANTS = ["file:/*/*/*/*", "process", "env:HOME", "tcp:127.0.0.0/8:*", "tcp:" + OWN + ":*", "udp:127.0.0.1:*"]
GRANTED = [
    ("read", "{home}/.erlang.cookie", "KITH_OK", ""),
    ("connect", "127.0.0.1:{web}", "KITH_OK", ""),
    ("connect", OWN + ":{api}", "KITH_OK", ""),
    ("get", "http://" + OWN + ":{web}/to-loopback", "KITH_OK", ""),
    ("listen", "127.0.0.1:0", "KITH_OK", ""),
    ("bind", "127.0.0.1:0", "KITH_OK", ""),
    ("run", "bin/true", "KITH_OK", ""),
    ("variable", "HOME", "KITH_OK", ""),
    ("connect", "169.254.169.254:80", "KITH_DENIED", "is a link-local address"),
    ("socket", "unix", "KITH_DENIED", ""),  # no grant gives a system call
]


class Redirects(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        there = {"/to-loopback": f"http://127.0.0.1:{self.server.server_port}/plain", "/to-metadata": "http://169.254.169.254/latest/"}.get(self.path)
        self.send_response(302 if there else 200)
        if there:
            self.send_header("Location", there)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@skipped_without_namespaces
class Hostile(unittest.TestCase):
    def setUp(self):
        segment = Segment()
        self.addCleanup(segment.close)
        self.lab = Host("here", None, "127.0.0.1")
        self.addCleanup(self.lab.close)
        self.lab.ip(f"address add {OWN}/32 dev lo")
        with self.lab.inside():
            self.web = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Redirects)
            with socket.create_server((OWN, 0)) as free:
                self.api = free.getsockname()[1]
        self.addCleanup(self.web.server_close)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        self.addCleanup(self.web.shutdown)

    def attempt(self, attempts, grants=()):
        """Runs a daemon with the strategy, which has a file as the value of an option, and compares each answer."""
        environment = self.lab.environment()
        names = {"home": environment["HOME"][1:], "run": environment["RUNTIME_DIRECTORY"][1:], "api": self.api, "web": self.web.server_port,
                 "allowed": str(self.lab.write("allowed", "")).lstrip("/")}
        table = [(what, target.format(**names), STATUS[status], text) for what, target, status, text in attempts]
        kith = self.lab.kith({
            "plugins": {"dir": [PLUGINS, TEST_PLUGINS], "grants": {"libstrategy_hostile.so": list(grants)}},
            "api": {"listen": [{"address": f"{OWN}:{self.api}", "serve": ["health"]}]},
            "topologies": {
                "hostile": {"strategy": "hostile", "config": {"allowed": "/" + names["allowed"],
                                                              "attempts": [{"what": what, "target": target} for what, target, _, _ in table]},
                            "connector": "log", "connector_config": {"node": "me@127.0.0.1"}},
                "healthy": {"strategy": "epmd", "config": {"hosts": ["a@127.0.0.1"]}, "connector": "log", "connector_config": {"node": "it@127.0.0.1"}}}})
        kith.wait("observation.ok", topology="hostile", timeout=30)
        log = kith.log()
        for what, target, status, text in table:
            with self.subTest(f"{what} {target}"):
                answer = re.search(rf"{re.escape(what)} {re.escape(target)}: (-?\d+) ?(.*)", log)
                self.assertIsNotNone(answer, log[-2000:])
                self.assertEqual(int(answer[1]), status, answer[0])
                self.assertIn(text, answer[2])
        self.assertEqual(kith.found("plugin.crashed"), [])
        self.assertEqual([event["topology"] for event in kith.found("link.up")], ["healthy"])
        return [event["reason"] for event in kith.found("security.warning", topology="hostile")]

    def test_every_attempt_gets_its_answer(self):
        warnings = self.attempt(ATTEMPTS)
        # One for each kind of right and for each system call, which names the grant.
        for part in ("is not the value of an option", "is a link-local address", "is a loopback address", "may not run programs",
                     "may not read the environment variable HOME", "the system call socket was refused by its sandbox"):
            self.assertEqual(len([one for one in warnings if part in one]), 1, (part, warnings))

    def test_what_is_granted_works_and_nothing_else(self):
        self.attempt(GRANTED, GRANTS)


if __name__ == "__main__":
    main()
