# SPDX-License-Identifier: MIT
"""RabbitMQ nodes of Debian's package, each in its own directory on free ports, driven by a hidden BEAM node."""

import os
import pathlib
import re
import signal
import subprocess
import time

from prepared_server_paths import used
from waiting import HOST, PATIENCE, ROOT, free_port, wait_until

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
CTL = "/usr/lib/rabbitmq/bin/rabbitmqctl"


def is_missing(root=None):
    """Whether there is no RabbitMQ in this root directory, or on this machine."""
    return not os.path.exists(f"{root or ''}{SERVER}")


class Rabbits:
    """The RabbitMQ nodes of one laboratory. host: the host part of the name of the node that drives them. labs: of nodes that are elsewhere, by
    name. root: a folder of prepared_server_paths.otp that contains RabbitMQ; None: the installed one."""

    def __init__(self, lab, host=HOST, short_names=False, labs=None, root=None):
        self.lab, self.short_names, self.labs = lab, short_names, labs or {}
        self.entered = [ROOT / "tests/real/in_otp", root] if root else []
        self.edition = f"rabbitmq-server of {root.name}" if root else "rabbitmq-server"
        self.probe = lab.beam(f"look{os.getpid()}@{host}", hidden=True, short_names=short_names).ready()

    def node(self, name):
        return Rabbit(self, name)

    def nodes(self, *names):
        """Starts nodes at the same time and waits until each is ready."""
        started = [self.node(name) for name in names]
        for one in started:
            one.ready()
        return started

    def reset(self, nodes):
        """Stops RabbitMQ and makes the nodes fresh: no data, no cluster, no links. A join that has not ended would start it again."""
        for node in nodes:
            wait_until(lambda n=node: n.rpc("erlang:whereis(kith_application_join)") == "undefined", f"the join has ended in {node.name}")
        for call in ("rabbit, stop, []", "rabbit_mnesia, force_reset, []", "lists, foreach, [fun erlang:disconnect_node/1, nodes()]"):
            self.everywhere(nodes, call)

    def everywhere(self, nodes, call):
        """Calls the function, given as `module, function, [arguments]`, in all of these nodes at the same time."""
        names = ", ".join(f"'{node.name}'" for node in nodes)
        answer = self.probe.ask(f"[rpc:yield(K) || K <- [rpc:async_call(N, {call}) || N <- [{names}]]]")
        assert "badrpc" not in answer and "error" not in answer, f"{call}: {answer}"


class Rabbit:
    def __init__(self, family, name):
        self.family, self.lab = family, family.labs.get(name, family.lab)
        self.short, self.name = name, self.lab.full(name)
        self.home = self.lab.directory(f"rabbit-{name}")
        self.port, self.distribution_port = free_port(), free_port()
        self._process = None
        self.lab.own(self.kill)
        self.start()

    def environment(self):
        (self.home / "enabled_plugins").write_text("[].\n")
        (self.home / "rabbitmq.conf").write_text("loopback_users.guest = true\n")
        # Two schedulers: the nodes of a test share the machine with others.
        return self.lab.environment(
            RABBITMQ_NODENAME=self.name, RABBITMQ_USE_LONGNAME=str(not self.family.short_names).lower(), RABBITMQ_MNESIA_BASE=str(self.home / "mnesia"),
            RABBITMQ_LOG_BASE=str(self.home), RABBITMQ_CONFIG_FILE=str(self.home / "rabbitmq.conf"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(self.home / "enabled_plugins"), RABBITMQ_PID_FILE=str(self.home / "pid"),
            RABBITMQ_NODE_IP_ADDRESS=self.lab.host, RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(self.distribution_port), RABBITMQ_CONF_ENV_FILE="/dev/null",
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=f"+S 2:2 -kernel inet_dist_use_interface {{{self.lab.host.replace('.', ',')}}}")

    def start(self):
        with self.lab.inside(), open(self.home / "out", "ab") as out:
            self._process = subprocess.Popen([*self.family.entered, SERVER], env=self.environment(), stdin=subprocess.DEVNULL, stdout=out,
                                             stderr=subprocess.STDOUT, start_new_session=True)
        used(self.family.edition)

    def ready(self, timeout=None):
        wait_until(lambda: self.rpc("rabbit:is_running()", fail=False) == "true" and self.rpc("init:get_status()").startswith("{started,"),
                   f"{self.name} is running", timeout, describe=lambda: (self.home / "out").read_text()[-2000:])
        return self

    def rpc(self, call, fail=True):
        """Evaluates `module:function(arguments)` in the node. fail: the answer must not be {badrpc, _}."""
        module, function, arguments = re.fullmatch(r"(\w+):(\w+)\((.*)\)", call, re.S).groups()
        answer = self.family.probe.ask(f"rpc:call('{self.name}', {module}, {function}, [{arguments}], {int(PATIENCE * 1000) - 1000})")
        if fail and answer.startswith("{badrpc"):
            raise AssertionError(f"{self.name}, {call}: {answer}\n{(self.home / 'out').read_text()[-2000:]}")
        return answer

    def members(self):
        """All members of its cluster, running or not."""
        return set(re.findall(r"'([^']+@[^']+)'", self.rpc("rabbit_mnesia:cluster_nodes(all)", fail=False)))

    def running(self):
        return set(re.findall(r"'([^']+@[^']+)'", self.rpc("rabbit_mnesia:cluster_nodes(running)", fail=False)))

    def ctl(self, *arguments):
        done = subprocess.run([*self.family.entered, CTL, "--longnames", "-n", self.name, *arguments], env=self.environment(), capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def kill(self):
        """SIGKILL of the server and all that it started."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._process:
            self._process.wait()

    def wait_members(self, *others, timeout=None):
        wanted = {self.name, *(other if isinstance(other, str) else other.name for other in others)}
        wait_until(lambda: self.members() == wanted and self.running() == wanted, f"{self.name} is a member of {sorted(wanted)}",
                   timeout, lambda: f"members {sorted(self.members())}, running {sorted(self.running())}")
