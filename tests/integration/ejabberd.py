# SPDX-License-Identifier: MIT
"""ejabberd of Debian's package in BEAM nodes, each with a Mnesia directory of its own."""

import os
import pathlib
import shutil

from beam import atoms
from prepared_server_paths import used
from waiting import wait_until

CONFIG = """
hosts: [localhost]
listen: []
loglevel: warning
auth_method: internal
modules: {mod_roster: {}, mod_private: {}%s}
"""

# A module of ejabberd, with which it does not finish starting before it is told.
SLOW = r"""
-module(mod_slow).
-behaviour(gen_mod).
-export([start/2, stop/1, depends/2, mod_options/1, mod_doc/0]).
start(_, _) ->
    Starter = self(),
    register(mod_slow, spawn(fun() -> receive finish -> Starter ! finish end end)),
    receive finish -> ok end.
stop(_) -> ok.
depends(_, _) -> [].
mod_options(_) -> [].
mod_doc() -> #{}.
"""


def code_path(root=None):
    """The directory of ejabberd's modules in this root directory, or on this machine; None if there is none."""
    top = pathlib.Path(root or "/")
    found = sorted(top.glob("usr/lib/*/ejabberd-*/ebin"))
    return f"/{found[-1].relative_to(top)}" if found else None


class Servers:
    """The nodes of one laboratory. slow: each of them waits for `finish` while it starts. root: a folder of prepared_server_paths.otp that
    contains ejabberd; None: the installed one."""

    def __init__(self, lab, slow=False, root=None):
        self.lab, self.nodes, self.slow, self.root = lab, [], slow, root
        os.environ["EJABBERD_CONFIG_PATH"] = str(lab.write("ejabberd.yml", CONFIG % (", mod_slow: {}" if slow else "")))
        os.environ["EJABBERD_LOG_PATH"] = str(lab.dir / "ejabberd.log")

    def directory(self, name):
        return self.lab.dir / f"mnesia-{name}"

    def node(self, name):
        node = self.lab.beam(name, root=self.root, flags=["-pa", code_path(self.root), str(self.lab.dir), "-mnesia", "dir",
                                                          f'"{self.directory(name)}"', "core_dir", f'"{self.lab.dir}"'])
        self.nodes.append(node)
        if self.slow:
            source = self.lab.write("mod_slow.erl", SLOW)
            node.ask(f'{{ok, _}} = compile:file("{source}", [{{outdir, "{self.lab.dir}"}}])')
        return node

    def serve(self, nodes):
        for node in nodes:
            node.ready()
            answer = node.ask("application:ensure_all_started(ejabberd)")
            assert answer.startswith("{ok,"), answer
        used(f"ejabberd of {self.root.name}" if self.root else "ejabberd")

    def begin(self, node):
        """Has it start, and does not wait."""
        node.ask("spawn(fun() -> application:ensure_all_started(ejabberd) end)")

    def finish(self, node):
        wait_until(lambda: node.ask("whereis(mod_slow)") != "undefined", f"ejabberd is starting in {node.name}")
        node.ask("mod_slow ! finish")

    def halt(self, node):
        node.ask("application:stop(ejabberd), application:stop(mnesia)")

    def reset(self, nodes):
        """Stops it, and makes the nodes fresh: no records, no cluster, no links."""
        for node in nodes:
            node.ready()
            self.halt(node)
        for node in nodes:
            node.ask("[erlang:disconnect_node(N) || N <- nodes()]")
            shutil.rmtree(self.directory(node.short), ignore_errors=True)

    def is_serving(self, node):
        return node.ask("lists:keymember(ejabberd, 1, application:which_applications())") == "true"

    def wait_cluster(self, nodes):
        wanted = sorted(node.name for node in nodes)
        for node in nodes:
            wait_until(lambda n=node: sorted(atoms(n.ask("ejabberd_cluster:get_nodes()"))) == wanted and self.is_serving(n),
                       f"{node.name} is a member of {wanted}", describe=lambda n=node: n.ask("ejabberd_cluster:get_nodes()"))
