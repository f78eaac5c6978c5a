# SPDX-License-Identifier: MIT
"""Isolated plugins that send messages without end, and that promise messages which do not follow: the daemon goes on, holds little of it, and ends
them. With KITH_LAG the delay of its answers meanwhile is bounded: milliseconds, 99 %."""

import os
import re
import sys
import time

from api_client import ask
from figures import percentile
from lab import main
from test_isolation import Isolated
from test_isolation_moments import Probe

HELD = 16 << 10  # KiB: what the daemon may hold of such messages


class Floods(Isolated):
    def flooded(self, kith):
        counts = re.findall(r"(?m)^kith_mortal_starts_total\{[^}]*\} (\d+)", ask(self.api(kith), "/metrics").body.decode())
        return sum(map(int, counts))

    def start(self, kind, death, answer):
        config = self.config(kind, death, "timer")
        config["plugins"]["limits"]["answer"] = answer
        return self.lab.kith(config)

    def flood(self, kind):
        kith = self.start(kind, "flood", 4000)
        kith.wait("link.up", topology="healthy")
        held, asked, begun = kith.memory()["Private_Dirty"], Probe(self.api(kith)), time.monotonic()
        before = self.flooded(kith)
        time.sleep(2)
        rate = (self.flooded(kith) - before) / (time.monotonic() - begun)
        more = kith.memory()["Private_Dirty"] - held
        event = kith.wait("plugin.crashed", **self.field_of(kind, "flood"))
        times = asked.times()
        print(f"{kind}: {rate:.0f} messages/s; {more} KiB more memory; answers of the daemon meanwhile: {len(times)}, 50 % {percentile(times, 0.5):.2f} ms, "
              f"99 % {percentile(times, 0.99):.2f} ms", file=sys.stderr)
        self.assertRegex(event["reason"], "was ended: (it has not answered for 4 s|it has sent messages without a pause for )")
        self.assertGreater(rate, 0)
        self.assertLess(more, HELD)
        self.assertEqual(kith.found("topology.stale", topology="healthy"), [])
        if "KITH_LAG" in os.environ:
            self.assertLessEqual(percentile(times, 0.99), float(os.environ["KITH_LAG"]))

    def test_of_a_strategy(self):
        self.flood("strategy")

    def test_of_a_connector(self):
        self.flood("connector")

    def test_of_a_sink(self):
        self.flood("sink")

    def test_a_message_that_is_promised_and_never_finished(self):
        for kind in ("strategy", "connector", "sink"):
            with self.subTest(kind):
                kith = self.start(kind, "promise", 500)
                held = kith.memory()["Private_Dirty"]
                event = kith.wait("plugin.crashed", **self.field_of(kind, "promise"))
                self.assertRegex(event["reason"], "was ended: it has not (finished a message within|answered for) 500 ms")
                self.assertLess(kith.memory()["Private_Dirty"] - held, HELD)
                self.assertEqual(kith.found("topology.stale", topology="healthy"), [])
                self.assertEqual(kith.terminate(), 0)


if __name__ == "__main__":
    main()
