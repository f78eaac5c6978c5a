# SPDX-License-Identifier: MIT
"""A Consul agent as the only server, on loopback at free ports. It denies by default: each test creates its tokens.

`tests/real/prepare consul` builds it; if that has not run, the tests are skipped.
"""

import http.client
import json
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.parse

from prepared_server_paths import prepared
from waiting import HOST, free_port, wait_until

ROOT_TOKEN = "11111111-2222-3333-4444-555555555555"  # of this agent, which lives as long as its test


def there():
    return prepared("consul") is not None


class Consul:
    def __init__(self, log_level="warn"):
        home = prepared("consul")
        if home is None:
            raise unittest.SkipTest("no consul is prepared (tests/real/prepare consul builds it)")
        self.version = home.name.removeprefix("consul-")
        self._program = home / "consul"
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kith-consul."))
        self.port = free_port()
        self.config = {
            "node_name": "n1", "data_dir": str(self.dir / "data"), "server": True, "bootstrap_expect": 1, "datacenter": "dc1",
            "bind_addr": HOST, "client_addr": HOST, "log_level": log_level, "disable_update_check": True,
            "leave_on_terminate": False, "raft_protocol": 3, "performance": {"raft_multiplier": 1},
            "ports": {"http": self.port, "dns": -1, "grpc": -1, "grpc_tls": -1, "serf_wan": -1, "serf_lan": free_port(), "server": free_port()},
            "acl": {"enabled": True, "default_policy": "deny", "enable_token_persistence": True,
                    "tokens": {"initial_management": ROOT_TOKEN, "agent": ROOT_TOKEN}}}
        (self.dir / "consul.json").write_text(json.dumps(self.config))
        self._output = open(self.dir / "log", "wb")
        self._process = None
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def start(self):
        self._process = subprocess.Popen([self._program, "agent", "-config-file", self.dir / "consul.json"],
                                         stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output)
        wait_until(self._leads, "consul to lead", 120, self.tail)

    def _leads(self):
        if self._process.poll() is not None:
            raise AssertionError(f"consul ended with {self._process.returncode}\n{self.tail()}")
        try:
            return self.ask("GET", "/v1/catalog/node/n1")[1] is not None and self.ask("GET", "/v1/acl/token/self")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def log(self):
        return (self.dir / "log").read_text(errors="replace")

    def tail(self):
        return self.log()[-3000:]

    def signal(self, number):
        self._process.send_signal(number)

    def kill(self):
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
        if self._process is not None:
            self._process.wait()

    def close(self):
        self.kill()
        self._output.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    # -- what is asked of it, as its administrator --

    def ask(self, method, path, body=None, token=ROOT_TOKEN):
        """Returns (status code, decoded body)."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"X-Consul-Token": token})
            answer = connection.getresponse()
            content = answer.read().decode()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(content)
        except ValueError:
            return answer.status, content

    def done(self, method, path, body=None):
        code, answer = self.ask(method, path, body)
        if code != 200:
            raise AssertionError(f"consul answered {code} to {method} {path}: {answer}")
        return answer

    def register(self, service, identity, address, ttl="60s", **more):
        self.done("PUT", "/v1/agent/service/register", {
            "ID": identity, "Name": service, "Address": address,
            "Check": {"CheckID": f"service:{identity}", "TTL": ttl, "Status": "passing"}, **more})

    def deregister(self, identity):
        self.done("PUT", f"/v1/agent/service/deregister/{urllib.parse.quote(identity)}")

    def check(self, identity, how):
        """how: pass, warn or fail"""
        self.done("PUT", f"/v1/agent/check/{how}/service:{urllib.parse.quote(identity)}")

    def policy(self, name, rules):
        self.done("PUT", "/v1/acl/policy", {"Name": name, "Rules": rules})

    def token(self, *policies):
        """A token with these policies: (accessor, secret)."""
        made = self.done("PUT", "/v1/acl/token", {"Policies": [{"Name": name} for name in policies]})
        return made["AccessorID"], made["SecretID"]

    def revoke(self, accessor):
        self.done("DELETE", f"/v1/acl/token/{accessor}")
