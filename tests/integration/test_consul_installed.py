# SPDX-License-Identifier: MIT
"""plugins/strategy_consul as a third party's: a copy of the folder, built and tested with nothing but what is installed, dropped into
the plugins of an installed kith, and found at work there."""

import shutil
import sys
import unittest

from consul import there
from consul_lab import HASTY, consul
from real_servers import used
from waiting import ROOT

sys.path.insert(0, str(ROOT / "sdk/test/installed"))
from installed import Daemon, Home  # noqa: E402


class Alone(unittest.TestCase):
    def test_built_tested_installed_and_run(self):
        home = Home()
        self.addCleanup(home.close)
        plugin = next(home.kith.rglob("libstrategy_consul.so"))
        plugin.unlink()  # ours goes where that was
        source = home.dir / "strategy_consul"
        shutil.copytree(ROOT / "plugins/strategy_consul", source)
        build = home.build(source, "consul", "-G", "Ninja", "-DBUILD_TESTING=ON")
        self.assertIn("100% tests passed", home.run(["ctest", "--test-dir", str(build), "--output-on-failure", "--no-tests=error"]))
        included = home.run(["ninja", "-C", str(build), "-t", "deps"])
        self.assertIn(str(home.kith / "include/kith/plugin.hpp"), included)
        self.assertNotIn(str(ROOT), included)
        home.run(["cmake", "--install", str(build), "--prefix", str(home.kith)])
        self.assertTrue(plugin.exists())
        self.assertRegex(home.run([str(home.kith / "bin/kith"), "plugins"]), r"(?m)^consul +strategy +1\.0\.0 ")

        if not there():
            self.skipTest("it was built and tested, not run: no consul is prepared (tests/real/prepare consul builds it)")
        server = consul()
        token = home.dir / "token"
        token.write_text(server.token("write")[1])
        server.register("shop", "s1", "10.1.0.1")
        daemon = Daemon(home, {"topologies": {"t": {
            "strategy": "consul", "connector": "log", "connector_config": {"node": "app@10.1.0.9"}, "policy": HASTY,
            "config": {"list_using": ["health"], "service": {"name": "shop"}, "base_url": server.url, "token_file": str(token),
                       "register": {}}}}})
        self.addCleanup(daemon.kill)
        daemon.wait("link.up", peer="app@10.1.0.1")
        server.register("shop", "s2", "10.1.0.2")
        daemon.wait("link.up", peer="app@10.1.0.2")
        addresses = {one["Service"]["Address"] for one in server.done("GET", "/v1/health/service/shop")}
        self.assertEqual(addresses, {"10.1.0.1", "10.1.0.2", "10.1.0.9"})
        daemon.end()
        used(f"consul {server.version}")


if __name__ == "__main__":
    result = unittest.main(verbosity=2, exit=False).result
    for _, why in result.skipped:
        print("skipped:", why)
    sys.exit(77 if result.skipped and result.wasSuccessful() else not result.wasSuccessful())
