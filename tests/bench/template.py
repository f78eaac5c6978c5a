# SPDX-License-Identifier: MIT
"""sink_template: the time from a change of one of 10,000 peers, as the event reports it, to the renamed file."""

import json
import os
import time

from figures import stamp
from measure import report
from waiting import PATIENCE, PLUGINS, wait_until

COUNT = 10_000


def template(lab, runs):
    sets, file = lab.dir / "sets", lab.dir / "targets.json"
    os.mkfifo(sets, 0o600)
    kith = lab.kith({
        "plugins": {"dir": PLUGINS},
        "topologies": {"t": {"strategy": "exec", "config": {"command": ["/bin/cat", str(sets)], "watch": True, "timeout": 60_000},
                             "connector": "log", "connector_config": {"node": "me@here"},
                             "policy": {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}}},
        "sinks": {"targets": {"plugin": "template", "config": {"template": "prometheus", "file": str(file), "port": 9100, "interval": 0}}}},
        level="warning")
    names = [f"p{number}@10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in range(COUNT)]
    with open(sets, "w", encoding="utf-8") as writer:
        def write():
            writer.write(json.dumps(names) + "\n")
            writer.flush()

        write()
        wait_until(lambda: file.exists() and file.read_text().count("kith_peer") == COUNT, "all peers are in the file")
        times = []
        for run in range(runs):
            kith.events()  # of before, so that little is read later
            time.sleep(0.5)
            inode = os.stat(file).st_ino
            names[run] = f"n{run}@10.9.0.{run}"
            write()
            deadline = time.monotonic() + PATIENCE
            while os.stat(file).st_ino == inode:
                assert time.monotonic() < deadline, kith.tail()
                time.sleep(0.0002)
            replaced = time.time()
            assert names[run] in file.read_text()
            times.append((replaced - stamp(kith.wait("peer.discovered", peer=names[run]))) * 1e3)
    report(f"template: a change of one of {COUNT} peers to the renamed file", times, "ms", "<= 30")


FIGURES = {"template": (template, 21)}
