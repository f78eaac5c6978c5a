# SPDX-License-Identifier: MIT
"""A daemon with three peers and its local API, for the tests of the API."""

import json
import os
import shutil
import threading
import unittest

from api_client import ask
from lab import Lab
from waiting import BUILD, PLUGINS, ROOT, TEST_PLUGINS, wait_until

OPENAPI = json.loads((ROOT / "host/api/openapi.json").read_text())


class ApiCase(unittest.TestCase):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.lab.dir.chmod(0o755)
        self.peers = self.lab.dir / "peers"
        self.see("a@h", "b@h", "c@h")
        self.socket = self.lab.dir / "api.sock"

    def see(self, *names):
        fresh = self.peers.with_suffix(".new")
        fresh.write_text("".join(f"{name}\n" for name in names))
        fresh.rename(self.peers)

    def config(self, **more):
        return {"plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "api": {"socket": str(self.socket)},
                "connectors": {"node": {"plugin": "log", "config": {"node": "self@h"}}},
                "topologies": {"t": {"strategy": "lines", "config": {"file": str(self.peers), "interval": 20}, "connector": "node",
                                     "policy": {"min_peers": 1, "grace": 0, "confirm": 1, "guard": False}}}, **more}

    def bad_plugins(self, *names):
        """A directory with these plugins of tests/bad_plugins, each the only one of its kind and id."""
        folder = BUILD / f"bad-{os.getpid()}-{'-'.join(names)}"  # in a temporary directory, to which all can write, they would be refused
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, folder)
        for name in names:
            found, = (BUILD / "bad_plugins").glob(f"**/lib{name}.so")
            shutil.copy(found, folder)
        return str(folder)

    def kith(self, config=None, **settings):
        kith = self.lab.kith(config or self.config(), **settings)
        kith.wait("topology.ready")
        return kith

    def ask(self, target, method="GET", **more):
        return ask(self.socket, target, method, **more)

    def command(self, *arguments, socket_path=None, **more):
        return self.lab.command(*arguments, "--socket", socket_path or self.socket, **more)

    def busy(self, kith):
        """Makes events until the test ends: peers that come and go."""
        stop = threading.Event()
        def work():
            number = 0
            while not stop.is_set():
                number += 1
                self.see("a@h", *(f"x{number}-{i}@h" for i in range(40)))
                stop.wait(0.02)
        thread = threading.Thread(target=work)
        thread.start()
        self.addCleanup(lambda: (stop.set(), thread.join()))

    def check_stream(self, kith, received, after):
        """Every event behind `after` once, or counted by an events.lost; and as the file of events has it."""
        seq = after
        wait_until(lambda: kith.last() >= received[-1]["seq"], "the event file has them too")
        written = {event["seq"]: event for event in kith.events()}  # its reader may be slow too
        for event in received:
            if event["kind"] == "events.lost":
                seq += event["lost"]
                self.assertEqual(event["seq"], seq)
            else:
                seq += 1
                self.assertEqual(event, written.get(event["seq"], event))
                self.assertEqual(event["seq"], seq)
