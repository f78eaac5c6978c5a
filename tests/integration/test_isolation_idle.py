# SPDX-License-Identifier: MIT
"""An isolated plugin to which nothing is sent: what happens to its process is noticed all the same."""

import os
import signal
import time

from helper_processes import helpers
from lab import main
from test_isolation_refusals import Refusals


class Idle(Refusals):
    def test_one_that_is_stopped_is_ended_and_started_again(self):
        config = self.topology("mortal", config={"death": "none"})
        config["plugins"]["limits"] = {"answer": 1000}
        kith = self.lab.kith(config)
        kith.wait("link.up", topology="t")
        before, = helpers(kith.pid)
        time.sleep(1.5)  # what was sent is answered
        os.kill(before, signal.SIGSTOP)
        self.assertIn("it has not answered for 1 s", kith.wait("plugin.crashed", timeout=90)["reason"])
        kith.wait("topology.fresh", topology="t")
        self.assertNotEqual(helpers(kith.pid), [before])


if __name__ == "__main__":
    main()
