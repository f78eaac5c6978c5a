# SPDX-License-Identifier: MIT
"""plugins/strategy_consul built like a third party's plugin, used by the installed kith."""

from consul_server import there
from consul_lab import HASTY, consul
from prepared_server_paths import used
from built_as_third_party import BuiltAsThirdParty, Daemon, granted, main


class ConsulAlone(BuiltAsThirdParty):
    def test_built_tested_installed_and_run(self):
        home = self.installed_with("strategy", "consul")
        if not there():
            self.skipTest("it was built and tested, not run: no consul is prepared (tests/real/prepare consul builds it)")
        server = consul()
        token = home.dir / "token"
        token.write_text(server.token("write")[1])
        server.register("shop", "s1", "10.1.0.1")
        address = server.url.removeprefix("http://")
        daemon = Daemon(home, {"plugins": granted("libstrategy_consul.so", f"tcp:{address}"), "topologies": {"t": {
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
    main()
