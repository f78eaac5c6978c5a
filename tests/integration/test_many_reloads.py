# SPDX-License-Identifier: MIT
"""Many reloads leave no memory and no descriptor behind: 400 here, or the value of KITH_RELOADS (tests/long/run: 10,000)."""

import json
import os

from api_case import ApiCase
from lab import main
from waiting import free_port, wait_until

RELOADS = int(os.environ.get("KITH_RELOADS", "400"))
WARM_UP = 100  # reloads after which the allocator, the ring of events and the caches have their size
GROWTH = 1024  # KiB that may be added afterwards


class ManyReloads(ApiCase):
    def configurations(self):
        """Four, of which each differs from the next one in other parts: options of strategies, topologies, sockets, connectors, policies,
        sinks."""
        base = {**self.config(), "events": {"ring": 64}}
        base["topologies"]["t"]["config"]["interval"] = 1000
        port = free_port()
        gossip = {"strategy": "gossip", "connector": "node", "config": {"port": port, "multicast_if": "127.0.0.1", "secret": "one"}}
        restarted = json.loads(json.dumps(base))
        restarted["topologies"]["t"]["config"]["interval"] = 1001
        restarted["topologies"]["g"] = gossip
        rebuilt = json.loads(json.dumps(restarted))
        rebuilt["connectors"]["second"] = {"plugin": "log", "config": {"node": "second@h"}}
        rebuilt["topologies"]["g"] = {**gossip, "connector": "second", "config": {**gossip["config"], "secret": "two"}}
        policies = json.loads(json.dumps(base))
        policies["topologies"]["t"]["policy"]["exclude"] = ["c@*"]
        policies["sinks"] = {"out": {"plugin": "exec", "config": {"command": ["/bin/cat"]}, "filter": ["topology.ready"]}}
        return [base, restarted, rebuilt, policies]

    def reload(self, kith, config):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(config))
        fresh.rename(self.file)
        answer = self.ask("/v1/reload?confirm=true", "POST")
        self.assertEqual((answer.status, answer.json().get("verdict")), (200, "applied"), f"{answer.body}\n{kith.log()[-3000:]}")

    def test_memory_and_descriptors_stay(self):
        self.file = self.lab.dir / "live.json"
        configurations = self.configurations()
        self.file.write_text(json.dumps(configurations[0]))
        kith = self.lab.kith(self.file)
        kith.wait("topology.ready")

        def many(count):
            for number in range(1, count + 1):
                self.reload(kith, configurations[number % len(configurations)])

        many(WARM_UP)
        wait_until(lambda: "anon_inode:inotify" in kith.kinds_of_descriptors(), "the file of peers is watched, which opens the descriptors that all watches share",
                   describe=kith.tail)
        memory, open_files = kith.memory()["Anonymous"], kith.kinds_of_descriptors()
        many(RELOADS - RELOADS % len(configurations))
        wait_until(lambda: kith.kinds_of_descriptors() == open_files, f"the same descriptors as before: {open_files}",
                   describe=lambda: f"{kith.kinds_of_descriptors()}\n{kith.tail()}")
        grown = kith.memory()["Anonymous"] - memory
        print(f"{RELOADS} reloads: {len(open_files)} descriptors, {memory} KiB of its own before, {grown:+} KiB")
        self.assertLessEqual(grown, GROWTH)


if __name__ == "__main__":
    main()
