# SPDX-License-Identifier: MIT
"""`kith page`: who gets an answer through it, and when it ends. test_page_browser.py opens the page in a browser."""

import json
import os
import pathlib
import pty
import stat
import subprocess

from api_case import ApiCase
from lab import main
from page_process import PageProcess
from waiting import KITH, wait_until


class PageProxy(ApiCase):
    def test_nothing_but_the_page_is_answered_without_the_secret(self):
        self.kith()
        page = PageProcess(self.lab, self.socket)
        self.assertEqual(len(bytes.fromhex(page.secret)), 32)
        document = page.ask("/", secret="")
        self.assertEqual((document.status, document.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("default-src 'none'", document.headers["Content-Security-Policy"])
        self.assertEqual(document.body, self.ask("/").body)  # the daemon serves the same
        self.assertLess(len(document.body), 60_000)
        self.assertEqual(page.ask("/", "HEAD", secret="").body, b"")
        other = PageProcess(self.lab, self.socket)
        self.assertNotEqual(page.secret, other.secret)
        for secret in ("", "x", page.secret[:-1], page.secret + "0", other.secret):
            for method, target in (("GET", "/v1/status"), ("GET", "/?"), ("GET", "/livez"), ("POST", "/v1/refresh"), ("POST", "/"),
                                   ("OPTIONS", "/v1/status")):
                self.assertEqual(page.ask(target, method, secret=secret).code(), "401 unauthorized", (secret, method, target))
        self.assertEqual(page.ask("/v1/status").json()["version"], self.ask("/v1/status").json()["version"])
        self.assertEqual(page.ask("/v1/refresh", "POST").status, 202)

    def test_other_origins_and_other_names_are_refused(self):
        kith = self.kith()
        page = PageProcess(self.lab, self.socket)
        for host in ("rebound.example", f"rebound.example:{page.port}", "127.0.0.1", f"127.0.0.1:{page.port + 1}", f"127.0.0.2:{page.port}",
                     f"localhost:{page.port}.rebound.example"):
            self.assertEqual(page.ask("/", Host=host).code(), "421 host_not_allowed", host)
            self.assertEqual(page.ask("/v1/status", Host=host).code(), "421 host_not_allowed", host)
        self.assertEqual(page.ask("/v1/status", Host=f"localhost:{page.port}").status, 200)
        for origin in ("http://rebound.example", "null", "http://127.0.0.1:1", f"https://127.0.0.1:{page.port}", f"http://localhost:{page.port}"):
            self.assertEqual(page.ask("/v1/topologies/t/pause", "POST", Origin=origin).code(), "403 foreign_origin", origin)
        self.assertEqual(kith.found("topology.paused"), [])
        self.assertEqual(page.ask("/v1/topologies/t/pause", "POST", Origin=page.origin).status, 200)
        kith.wait("topology.paused", topology="t")

    def test_events_pass_and_end_with_the_client(self):
        kith = self.kith()
        page = PageProcess(self.lab, self.socket, "--idle", "1s")
        connection = page.connection()
        connection.request("GET", "/v1/events", headers={"Authorization": f"Bearer {page.secret}", "Accept": "application/x-ndjson"})
        answer = connection.getresponse()
        self.see("a@h", "b@h", "c@h", "d@h")
        while json.loads(answer.readline()).get("peer") != "d@h":
            pass
        self.assertIsNone(page.ended(2))  # it has a client
        answer.close()
        connection.close()
        self.assertEqual(page.ended(), 0)
        self.assertTrue(kith.running())

    def test_the_daemon_may_come_and_go(self):
        kith = self.kith()
        page = PageProcess(self.lab, self.socket)
        kith.kill()
        self.assertEqual(page.ask("/v1/status").code(), "502 no_daemon")
        self.assertEqual(page.ask("/", secret="").status, 200)
        again = self.kith()
        wait_until(lambda: page.ask("/v1/status").json()["pid"] == again.pid, "the new daemon answers")
        page.interrupt()
        self.assertEqual(page.ended(), 0)

    def test_a_desktop_opens_the_address_and_no_argument_contains_the_secret(self):
        self.kith()
        programs, runtime, seen = self.lab.directory("bin"), self.lab.directory("runtime"), self.lab.dir / "seen"
        opener = self.lab.write("bin/xdg-open", f'#!/bin/sh\ncp -p "$1" {seen}.html\necho "$@" > {seen}.new\nmv {seen}.new {seen}\n')
        opener.chmod(0o755)
        environment = self.lab.environment(PATH=f"{programs}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(runtime), DISPLAY=":0")
        terminal, child = pty.openpty()
        process = subprocess.Popen([KITH, "page", "--socket", str(self.socket)], env=environment, stdin=child, stdout=subprocess.PIPE, text=True)
        os.close(child)
        self.lab.own(lambda: (process.kill(), process.wait(), process.stdout.close(), os.close(terminal)))
        url = process.stdout.readline().strip()
        wait_until(seen.exists, "the browser is opened")
        file = pathlib.Path(seen.read_text().strip())
        self.assertEqual(file.parent, runtime)
        copy = pathlib.Path(f"{seen}.html")
        self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o600)
        self.assertIn(f"url={url}", copy.read_text())
        process.terminate()
        self.assertEqual(process.wait(30), 0)
        self.assertFalse(file.exists())
        self.assertIn("(=10m)", self.command("page", "--help").stdout)  # the time after which it ends by itself

    def test_without_a_daemon_it_says_what_to_do(self):
        for path, cause in ((self.socket, "No such file or directory"), (self.lab.write("file", ""), "Connection refused")):
            done = self.command("page", socket_path=path)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertEqual(done.stderr, f"kith page: nobody answers at {path}: {cause}\n"
                                          "Start the daemon by `kith run`, or name another socket with --socket.\n")

    def test_bad_usage_and_bad_requests(self):
        self.assertEqual(self.command("page").returncode, 3)
        self.kith()
        for idle in ("0", "8d", "soon"):
            self.assertEqual(self.command("page", "--idle", idle).returncode, 2)
        page = PageProcess(self.lab, self.socket)
        self.assertEqual(page.ask("/v1/refresh", "POST", body=b"x" * 70_000).code(), "413 body_too_large")
        self.assertEqual(page.ask("/v1/status", X_Long="x" * 20_000).code(), "413 head_too_large")
        silent = [page.connection() for _ in range(70)]
        for connection in silent:
            connection.connect()
        for connection in silent:
            connection.close()

        def answers():
            try:
                return page.ask("/v1/status").status == 200
            except OSError:  # as many connections as it takes have not been closed yet
                return False
        wait_until(answers, "the others do not hold it")


if __name__ == "__main__":
    main()
