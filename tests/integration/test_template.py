# SPDX-License-Identifier: MIT
"""sink_template in a real daemon: each ready-made template is used by the real program (Debian's prometheus, haproxy, nginx-light,
nats-server; glibc for the hosts file), peers come and go, and names that try to break out of each file are left out."""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time
import unittest
import urllib.request

from lab import PLUGINS, Lab, Scenario, main
from prepared_server_paths import used
from waiting import PATIENCE, free_port, wait_until

HOSTILE = ['a"; }', "a\nserver evil 127.0.0.66:1;", "a b", "a{b", "a}b", "a#b", "${HOME}", "a$b", "`id`", "a\\", "a'b", "a,b", "a]", "{{name}}",
           "../a", '"]},{"targets":["evil:1"]}', "a;b", "a|b", "a\u2028b", "\u00e4"]

LEFT_OUT = re.compile("^sinks.file leaves it out: ")


def program(name, package):
    return unittest.skipUnless(shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin"), f"{name} is missing (Debian package {package})")


def path_of(name):
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


class Backend:
    """An HTTP server that answers with its address."""

    def __init__(self, address, port):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = address.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer((address, port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def answer(url):
    """The body of an answer with 200, or an empty text."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.read().decode()
    return ""


class Template(Scenario):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.file = self.lab.directory("out") / "peers"
        self.number = 0

    def peers(self, *names, attributes=None):
        """The peers are these from now on; attributes: of each."""
        listed = [{"name": name, "attributes": attributes or {}} for name in names]
        self.lab.write("peers.json", json.dumps(listed) + "\n")

    def script(self, name, text):
        path = self.lab.write(name, "#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)
        return str(path)

    def daemon(self, template, **options):
        strategy = {"command": ["/bin/cat", str(self.lab.dir / "peers.json")], "polling_interval": 100}
        policy = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}
        return self.lab.kith({
            "plugins": {"dir": PLUGINS},
            "topologies": {"web": {"strategy": "exec", "config": strategy, "connector": "log", "connector_config": {"node": "me@here"},
                                   "policy": policy}},
            "sinks": {"file": {"plugin": "template",
                               "config": {"template": template, "file": str(self.file), "interval": 100, **options}}}})

    def run_server(self, *command, cwd=None):
        """Starts a program, which is ended with the test. Returns its process; its output is in the file `server-N`."""
        self.number += 1
        log = self.lab.dir / f"server-{self.number}"
        with open(log, "wb") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd or self.lab.dir)

        def end():
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
        self.lab.own(end)
        used(pathlib.Path(command[0]).name)
        return process

    def server_logs(self):
        return "\n".join(f"-- {path.name}\n{path.read_text(errors='replace')[-2000:]}" for path in sorted(self.lab.dir.glob("server-*")))

    def text(self):
        return self.file.read_text() if self.file.exists() else ""

    def until(self, condition, what, kith):
        return wait_until(condition, what, None, lambda: f"{self.text()}\n{self.server_logs()}\n{kith.tail()}")

    def left_out(self, kith, good, contains):
        """Hostile names do not get into the file, and the good one stays."""
        self.peers(good, *HOSTILE, *(f"app@{name}" for name in HOSTILE), attributes={})
        kith.wait("security.warning", reason=LEFT_OUT)
        self.until(lambda: contains in self.text() and "127.0.0.3" not in self.text(), "only the good one", kith)
        self.assertNotIn("evil", self.text())
        self.assertEqual(len(kith.found("security.warning", topology="web", reason=LEFT_OUT)), 1)


class Programs(Template):
    def odd_names(self, address):
        """Those that try to break out of the file before the @, with a host that is good."""
        return [f"{one}@{address}" for one in HOSTILE]

    def balanced(self, start, url, backend_port, good, kith):
        """Through a balancer: the answers come from the peers, and from no other."""
        backends = [Backend(f"127.0.0.{n}", backend_port) for n in (2, 3, 4)]
        for backend in backends:
            self.lab.own(backend.close)
        start()
        answers = set()

        def all_seen(wanted):
            answers.add(answer(url))
            return wanted <= answers
        self.until(lambda: all_seen({"127.0.0.2", "127.0.0.3"}), "both peers answer", kith)
        self.assertNotIn("127.0.0.4", answers)
        self.peers("web@127.0.0.2", "web@127.0.0.4")
        answers.clear()
        self.until(lambda: all_seen({"127.0.0.2", "127.0.0.4"}), "the new peer answers", kith)

        def without_the_old():
            return all(answer(url) in ("127.0.0.2", "127.0.0.4") for _ in range(20))
        self.until(without_the_old, "the peer that is gone does not answer any more", kith)
        self.left_out(kith, good, "127.0.0.2:")

    @program("haproxy", "haproxy")
    def test_haproxy(self):
        backend_port, port = free_port(), free_port()
        pid = self.lab.dir / "haproxy.pid"
        main_file = self.lab.write("haproxy.cfg", f"""global
    maxconn 100
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
frontend front
    bind 127.0.0.1:{port}
    default_backend kith_web
""")
        self.peers("web@127.0.0.2", "web@127.0.0.3")
        reload = self.script("reload", f"test ! -e {pid} || kill -USR2 $(cat {pid})")
        kith = self.daemon("haproxy", port=backend_port, check=[path_of("haproxy"), "-c", "-q", "-f", str(main_file), "-f", "{file}"],
                           command=[reload])
        self.until(lambda: "127.0.0.3" in self.text(), "the file", kith)

        def start():
            # Runs in the foreground as the master of its workers; SIGUSR2 reloads.
            self.run_server(path_of("haproxy"), "-W", "-p", str(pid), "-f", str(main_file), "-f", str(self.file))
            self.until(lambda: pid.exists() and answer(f"http://127.0.0.1:{port}/"), "haproxy answers", kith)
        self.balanced(start, f"http://127.0.0.1:{port}/", backend_port, "web@127.0.0.2", kith)
        self.peers("web@127.0.0.2", *self.odd_names("127.0.0.4"))
        line = re.compile(rf"    server [A-Za-z0-9._-]+ 127\.0\.0\.[24]:{backend_port} check")
        self.until(lambda: len(list(filter(line.fullmatch, self.text().splitlines()))) == 1 + len(HOSTILE), "each name is a server", kith)
        self.assertEqual(len([one for one in self.text().splitlines() if "server" in one]), 1 + len(HOSTILE))
        self.peers()
        self.until(lambda: "server" not in self.text(), "a backend without servers is accepted", kith)
        self.peers("web@::1")
        self.until(lambda: f"[::1]:{backend_port}" in self.text(), "an IPv6 address is accepted", kith)

    @program("nginx", "nginx-light")
    def test_nginx(self):
        backend_port, port = free_port(), free_port()
        prefix = self.lab.directory("nginx")

        def configuration(name, included):
            return self.lab.write(name, f"""daemon off; master_process on; worker_processes 1; pid {prefix}/{name}.pid; error_log {prefix}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path {prefix}/b; proxy_temp_path {prefix}/p; fastcgi_temp_path {prefix}/f; uwsgi_temp_path {prefix}/u;
    scgi_temp_path {prefix}/s; proxy_connect_timeout 2s;
    include {included};
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://kith_web; }} }}
}}
""")
        main_file = configuration("nginx.conf", self.file)
        check_file = configuration("check.conf", f"{self.file}.new")
        self.peers("web@127.0.0.2", "web@127.0.0.3")
        reload = self.script("reload", f"test ! -s {prefix}/nginx.conf.pid || kill -HUP $(cat {prefix}/nginx.conf.pid)")
        kith = self.daemon("nginx", port=backend_port, check=[path_of("nginx"), "-t", "-q", "-c", str(check_file)], command=[reload])
        self.until(lambda: "127.0.0.3" in self.text(), "the file", kith)

        def start():
            self.run_server(path_of("nginx"), "-c", str(main_file))
            self.until(lambda: answer(f"http://127.0.0.1:{port}/"), "nginx answers", kith)
        self.balanced(start, f"http://127.0.0.1:{port}/", backend_port, "web@127.0.0.2", kith)
        self.peers()
        self.until(lambda: "down;" in self.text(), "an upstream without peers is accepted", kith)
        self.peers("web@::1")
        self.until(lambda: f"[::1]:{backend_port}" in self.text(), "an IPv6 address is accepted", kith)

    @program("nats-server", "nats-server")
    def test_nats(self):
        route_port, monitor, client = free_port(), free_port(), free_port()

        def server(address, routes=""):
            path = self.lab.write(f"nats-{address}.conf", f"""listen: "{address}:{client}"
http: "{address}:{monitor}"
pid_file: "{self.lab.dir}/nats-{address}.pid"
server_name: "n{address}"
cluster {{
  name: kith
  listen: "{address}:{route_port}"
  {routes}
}}
""")
            return path
        self.peers("nats@127.0.0.2")
        main_file = server("127.0.0.1", f'include "{self.file.name}"')
        shutil.move(main_file, self.file.parent / "main.conf")  # nats-server includes what is beside the file
        main_file = self.file.parent / "main.conf"
        check_file = self.file.parent / "check.conf"
        check_file.write_text(main_file.read_text().replace(f'"{self.file.name}"', f'"{self.file.name}.new"'))
        pid = self.lab.dir / "nats-127.0.0.1.pid"
        reload = self.script("reload", f"test ! -e {pid} || exec {path_of('nats-server')} --signal reload={pid}")
        kith = self.daemon("nats", port=route_port, check=[path_of("nats-server"), "-t", "-c", str(check_file)], command=[reload])
        self.until(lambda: "127.0.0.2" in self.text(), "the file", kith)
        for address in ("127.0.0.2", "127.0.0.3"):
            self.run_server(path_of("nats-server"), "-c", str(server(address)))
        self.run_server(path_of("nats-server"), "-c", str(main_file))

        def routes():
            body = answer(f"http://127.0.0.1:{monitor}/routez")
            return {one["ip"] for one in json.loads(body).get("routes") or []} if body else set()
        self.until(lambda: routes() == {"127.0.0.2"}, "one route", kith)
        self.peers("nats@127.0.0.2", "nats@127.0.0.3")
        self.until(lambda: routes() == {"127.0.0.2", "127.0.0.3"}, "the second route, after a reload", kith)
        self.left_out(kith, "nats@127.0.0.2", "127.0.0.2:")

    @program("prometheus", "prometheus")
    def test_prometheus(self):
        self.file = self.file.with_suffix(".json")
        port = free_port()
        config = self.lab.write("prometheus.yml", json.dumps({
            "global": {"scrape_interval": "1h"},
            "scrape_configs": [{"job_name": "kith", "file_sd_configs": [{"files": [str(self.file)]}]}]}))
        self.peers("web@127.0.0.2", "web@127.0.0.3")
        kith = self.daemon("prometheus", port=9100)
        self.until(lambda: "127.0.0.3" in self.text(), "the file", kith)
        self.run_server(path_of("prometheus"), f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}",
                        f"--storage.tsdb.path={self.lab.directory('tsdb')}")

        def targets():
            body = answer(f"http://127.0.0.1:{port}/api/v1/targets?state=active")
            found = json.loads(body)["data"]["activeTargets"] if body else []
            return {(one["labels"]["instance"], one["labels"].get("kith_topology"), one["labels"].get("kith_peer")) for one in found}
        two = {(f"127.0.0.{n}:9100", "web", f"web@127.0.0.{n}") for n in (2, 3)}
        self.until(lambda: targets() == two, "two targets", kith)
        self.peers("web@127.0.0.2", "web@::1")
        three = {("127.0.0.2:9100", "web", "web@127.0.0.2"), ("[::1]:9100", "web", "web@::1")}
        self.until(lambda: targets() == three, "a target less and one more, without a reload", kith)
        self.left_out(kith, "web@127.0.0.2", "127.0.0.2:9100")
        json.loads(self.text())
        names = self.odd_names("127.0.0.5")
        self.peers("web@127.0.0.2", *names)
        whole = {("127.0.0.2:9100", "web", "web@127.0.0.2"), *(("127.0.0.5:9100", "web", name) for name in names)}
        self.until(lambda: targets() == whole, "each name is a label as it is", kith)
        self.peers()
        self.until(lambda: json.loads(self.text()) == [], "an empty list", kith)

    @program("getent", "libc-bin")
    def test_hosts(self):
        self.peers("web1", "web2.example", attributes={"ip": "127.0.0.9"})
        kith = self.daemon("hosts")
        self.until(lambda: "web2.example" in self.text(), "the file", kith)

        def asked(name):
            return subprocess.run(["unshare", "--mount", "sh", "-c", f'mount --bind "{self.file}" /etc/hosts && getent ahostsv4 "$0"', name],
                                  capture_output=True, text=True, timeout=PATIENCE, check=False)
        first = asked("localhost")
        if first.returncode != 0:
            self.skipTest(f"no mount namespace can be made here: {first.stderr.strip()}")
        for name in ("web1", "web2.example"):
            self.assertRegex(asked(name).stdout, r"^127\.0\.0\.9 ")
        used("glibc")
        for number, attributes in enumerate(({"ip": "127.0.0.7\n127.0.0.66"}, {"ip": "127.0.0.7", "hostname": "web3\n127.0.0.66 evil"},
                                             {"ip": "127.0.0.7", "hostname": "web3 evil"}, {"ip": "127.0.0.7#", "hostname": "evil"})):
            self.lab.write("peers.json", json.dumps([{"name": f"odd{number}", "attributes": attributes},
                                                     {"name": f"good{number}", "attributes": {"ip": "127.0.0.9"}}]) + "\n")
            self.until(lambda number=number: f"good{number}" in self.text(), "the good one", kith)
            kith.wait("security.warning", reason=LEFT_OUT, peer=f"odd{number}")
            self.assertRegex(asked(f"good{number}").stdout, r"^127\.0\.0\.9 ")
            for name in ("evil", "web3"):
                self.assertNotIn("127.0.0", asked(name).stdout)
        self.peers("web1", "a b", attributes={"ip": "127.0.0.8"})
        self.until(lambda: "127.0.0.8 web1" in self.text(), "the new address", kith)
        self.assertRegex(asked("web1").stdout, r"^127\.0\.0\.8 ")
        self.assertNotEqual(asked("web2.example").returncode, 0)
        kith.wait("security.warning", reason=LEFT_OUT, peer="a b")


class BadDays(Template):
    def test_programs_that_are_missing(self):
        self.peers("a@h")
        template = self.lab.write("t", "{{each}}{{name}}\n{{end}}")
        check, command, ran = self.lab.dir / "check", self.lab.dir / "command", self.lab.dir / "ran"
        kith = self.daemon(str(template), check=[str(check), "{file}"], command=[str(command)])
        kith.wait_log(f"the check: {check}: No such file or directory")
        self.assertEqual(self.text(), "")
        self.script("check", "exit 0")
        self.until(lambda: self.text() == "a@h\n", "the file", kith)
        kith.wait_log(f"the command: {command}: No such file or directory")
        self.script("command", f"touch {ran}")
        self.until(ran.exists, "the command is run when it is there", kith)
        kith.wait_log("the file is up to date again")

    def test_a_template_that_disappears_or_becomes_a_directory(self):
        self.peers("a@h")
        template = self.lab.write("t", "{{each}}{{name}}\n{{end}}")
        kith = self.daemon(str(template))
        self.until(lambda: self.text() == "a@h\n", "the file", kith)
        template.unlink()
        kith.wait_log("the template cannot be used; the one before is used.*No such file or directory")
        self.peers("b@h")
        self.until(lambda: self.text() == "b@h\n", "the template before is used", kith)
        template.mkdir()
        kith.wait_log("the template cannot be used; the one before is used.*it is no regular file")
        self.peers("c@h")
        self.until(lambda: self.text() == "c@h\n", "the template before is used", kith)
        template.rmdir()
        self.lab.write("t", "{{each}}<{{name}}>{{end}}")
        self.until(lambda: self.text() == "<c@h>", "the new template is used", kith)

    def test_a_directory_in_place_of_the_file(self):
        self.peers("a@h")
        template = self.lab.write("t", "{{each}}{{name}}\n{{end}}")
        self.file.mkdir()
        kith = self.daemon(str(template))
        kith.wait_log(f"the file cannot be replaced: {self.file}: Is a directory")
        self.file.rmdir()
        self.until(lambda: self.file.is_file() and self.text() == "a@h\n", "the file", kith)

    def test_a_thousand_changes_a_second(self):
        sets, count = self.lab.dir / "sets", self.lab.dir / "count"
        os.mkfifo(sets)
        template = self.lab.write("t", "{{each}}{{name}}\n{{end}}")
        check = self.script("check", f"echo >> {count}")
        policy = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}
        kith = self.lab.kith({
            "plugins": {"dir": PLUGINS},
            "topologies": {"web": {"strategy": "exec", "config": {"command": ["/bin/cat", str(sets)], "watch": True, "timeout": 60_000},
                                   "connector": "log", "connector_config": {"node": "me@here"}, "policy": policy}},
            "sinks": {"file": {"plugin": "template", "config": {"template": str(template), "file": str(self.file), "check": [check]}}}})
        with open(sets, "w", encoding="utf-8") as writer:
            begun = time.monotonic()
            for number in range(5000):
                writer.write(json.dumps([f"n{number}@h"]) + "\n")
                writer.flush()
                time.sleep(max(0.0, begun + number / 1000 - time.monotonic()))
            self.until(lambda: self.text() == "n4999@h\n", "the last set", kith)
            most = time.monotonic() - begun + 2  # one a second
            written = count.read_text().count("\n")
        self.assertLessEqual(written, most)
        self.assertGreater(written, 1)

    def test_a_check_that_hangs_and_one_that_refuses(self):
        self.peers("a@h")
        template = self.lab.write("t", "{{each}}{{name}}\n{{end}}")
        mode = self.lab.write("mode", "good")
        check = self.script("check", f"""case $(cat {mode}) in
hang) trap '' TERM; while :; do sleep 1; done;;
bad) echo 'line 7: no such thing' >&2; echo more >&2; exit 3;;
esac""")
        kith = self.daemon(str(template), check=[check, "{file}"], timeout=1000)
        self.until(lambda: self.text() == "a@h\n", "the file", kith)
        self.lab.write("mode", "bad")
        self.peers("b@h")
        kith.wait_log(r"it exited with 3: line 7: no such thing")
        self.assertEqual(self.text(), "a@h\n")
        self.lab.write("mode", "hang")
        kith.wait_log(rf"the check: {check}: not done within 1 s, so it was ended")
        self.assertEqual(self.text(), "a@h\n")
        self.lab.write("mode", "good")
        self.until(lambda: self.text() == "b@h\n", "the file, after the check is well again", kith)

    def test_the_file_stays_when_kith_or_the_strategy_ends(self):
        self.peers("a@h")
        template = self.lab.write("t", "{{each}}{{name}}\n{{end}}")
        kith = self.daemon(str(template))
        self.until(lambda: self.text() == "a@h\n", "the file", kith)
        self.assertEqual(kith.terminate(), 0)
        self.assertEqual(self.text(), "a@h\n")
        (self.lab.dir / "peers.json").unlink()
        kith = self.daemon(str(template))
        kith.wait_log("not all peers are known: the source `exec` has not reported yet")
        self.assertEqual(self.text(), "a@h\n")
        self.peers("a@h", "b@h")
        self.until(lambda: self.text() == "a@h\nb@h\n", "the file", kith)

    def test_a_directory_that_is_missing(self):
        self.peers("a@h")
        template = self.lab.write("t", "{{each}}{{name}}\n{{end}}")
        self.file = self.lab.dir / "missing" / "peers"
        kith = self.daemon(str(template))
        kith.wait_log("the file cannot be replaced: .*No such file or directory")
        self.lab.directory("missing")
        self.until(lambda: self.text() == "a@h\n", "the file", kith)


if __name__ == "__main__":
    main()
