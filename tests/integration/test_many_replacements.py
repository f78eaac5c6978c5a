# SPDX-License-Identifier: MIT
"""Many replacements of a strategy, a connector and a sink under 1,000 links and 1,000 events per second lose none of them, and leave no memory and no
descriptor behind: 30 here, or the value of KITH_REPLACEMENTS (tests/long/run: 1,000)."""

import os

from figures import stamp
from helper_processes import helpers
from lab import Scenario, main
from versions import LOSSES, Versions, events_of_sinks, replace
from waiting import wait_until

REPLACEMENTS = int(os.environ.get("KITH_REPLACEMENTS", "30"))
WARM_UP = 20  # replacements after which the allocator and the caches have their size
GROWTH = 1024  # KiB that may be added afterwards
PEERS = 1000
RING = 4096  # events that kith keeps


class ManyReplacements(Scenario):
    def test_nothing_is_lost_and_nothing_is_left(self):
        versions = Versions(self.lab)
        kith, socket = versions.start(versions.config(PEERS, 20, 20), PEERS)  # 20 changes each 20 ms

        def many(count):
            for number in range(count):
                replace(versions, kith, socket, number)
                wait_until(lambda: len(helpers(kith.pid)) == 3, "the former helpers are gone", None, kith.tail)

        many(WARM_UP)
        wait_until(lambda: kith.last() > 2 * RING, "the ring of events is full", 60, kith.tail)
        wait_until(lambda: "anon_inode:inotify" in kith.kinds_of_descriptors(), "the file of the plugin is watched", None, kith.tail)
        memory, open_files = kith.memory()["Anonymous"], kith.kinds_of_descriptors()
        many(REPLACEMENTS)
        wait_until(lambda: len(kith.kinds_of_descriptors()) == len(open_files), f"as many descriptors as before: {open_files}",
                   describe=lambda: f"{kith.kinds_of_descriptors()}\n{kith.tail()}")
        grown = kith.memory()["Anonymous"] - memory
        for kind in LOSSES:
            self.assertEqual(kith.found(kind), [], kind)
        self.assertEqual(kith.terminate(), 0)
        got, again = events_of_sinks(kith)
        looks = [stamp(event) for event in kith.found("observation.ok", topology="t")]
        gaps = sorted(later - earlier for earlier, later in zip(looks, looks[1:]))
        took = sorted(event["duration_ms"] for event in kith.found("plugin.replaced"))
        print(f"{REPLACEMENTS} replacements in {looks[-1] - looks[0]:.0f} s: {took[len(took) // 2]:.0f} ms each, the longest {took[-1]:.0f} ms; "
              f"{got} events to the sinks, {again} of them again; between two observations {gaps[len(gaps) // 2] * 1e3:.0f} ms, "
              f"in 99.9 % at most {gaps[len(gaps) * 999 // 1000] * 1e3:.0f} ms, the longest {gaps[-1] * 1e3:.0f} ms; {memory} KiB of its own before, {grown:+} KiB; {len(open_files)} descriptors")
        self.assertLessEqual(grown, GROWTH)


if __name__ == "__main__":
    main()
