# SPDX-License-Identifier: MIT
"""plugins/strategy_ec2 as a third party's: a copy of the folder, built and tested with nothing but what is installed, dropped into the
plugins of an installed kith, and found at work there."""

import os
import shutil
import sys
import unittest

from ec2_lab import HASTY, KEYS, moto
from moto import REGION, there
from real_servers import used
from waiting import ROOT

sys.path.insert(0, str(ROOT / "sdk/test/installed"))
from installed import Daemon, Home  # noqa: E402


class Alone(unittest.TestCase):
    def test_built_tested_installed_and_run(self):
        home = Home()
        self.addCleanup(home.close)
        plugin = next(home.kith.rglob("libstrategy_ec2.so"))
        plugin.unlink()  # ours goes where that was
        source = home.dir / "strategy_ec2"
        shutil.copytree(ROOT / "plugins/strategy_ec2", source)
        # What one run has compiled serves the next, wherever that lies. Debug compiles in half the time.
        os.environ.update(CCACHE_BASEDIR=str(home.dir), CCACHE_NOHASHDIR="1")
        ccache = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        build = home.build(source, "ec2", "-G", "Ninja", "-DBUILD_TESTING=ON", "-DCMAKE_BUILD_TYPE=Debug", *ccache)
        self.assertIn("100% tests passed", home.run(["ctest", "--test-dir", str(build), "--output-on-failure", "--no-tests=error"]))
        included = home.run(["ninja", "-C", str(build), "-t", "deps"])
        self.assertTrue("/kith/include/kith/plugin.hpp" in included and str(ROOT) not in included, "what it includes is not what is installed")
        home.run(["cmake", "--install", str(build), "--prefix", str(home.kith)])
        self.assertTrue(plugin.exists())
        self.assertRegex(home.run([str(home.kith / "bin/kith"), "plugins"]), r"(?m)^ec2 +strategy +1\.0\.0 ")

        if not there():
            self.skipTest("it was built and tested, not run: no moto is prepared (tests/real/prepare moto installs it)")
        ((_, one), (_, two)) = moto().run(2, cluster="shop")
        daemon = Daemon(home, {"topologies": {"t": {
            "strategy": "ec2", "connector": "log", "connector_config": {"node": "app@127.0.0.1"}, "policy": HASTY,
            "config": {"ec2_tagname": "cluster", "ec2_tagvalue": "shop", "region": REGION, "endpoint": moto().url}}}}, **KEYS)
        self.addCleanup(daemon.kill)
        daemon.wait("link.up", peer=f"app@{one}")
        daemon.wait("link.up", peer=f"app@{two}")
        daemon.end()
        used(f"moto {moto().version}")


if __name__ == "__main__":
    result = unittest.main(verbosity=2, exit=False).result
    for _, why in result.skipped:
        print("skipped:", why)
    sys.exit(77 if result.skipped and result.wasSuccessful() else not result.wasSuccessful())
