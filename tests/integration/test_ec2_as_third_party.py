# SPDX-License-Identifier: MIT
"""plugins/strategy_ec2 built like a third party's plugin, used by the installed kith."""

from ec2_lab import HASTY, KEYS, moto
from moto import REGION, there
from prepared_server_paths import used
from built_as_third_party import BuiltAsThirdParty, Daemon, granted, main


class Ec2Alone(BuiltAsThirdParty):
    def test_built_tested_installed_and_run(self):
        home = self.installed_with("strategy", "ec2")
        if not there():
            self.skipTest("it was built and tested, not run: no moto is prepared (tests/real/prepare moto installs it)")
        ((_, one), (_, two)) = moto().run(2, cluster="shop")
        address = moto().url.removeprefix("http://")
        rights = granted("libstrategy_ec2.so", f"tcp:{address}", *(f"env:{name}" for name in [*KEYS, "AWS_SESSION_TOKEN"]))
        daemon = Daemon(home, {"plugins": rights, "topologies": {"t": {
            "strategy": "ec2", "connector": "log", "connector_config": {"node": "app@127.0.0.1"}, "policy": HASTY,
            "config": {"ec2_tagname": "cluster", "ec2_tagvalue": "shop", "region": REGION, "endpoint": moto().url}}}}, **KEYS)
        self.addCleanup(daemon.kill)
        daemon.wait("link.up", peer=f"app@{one}")
        daemon.wait("link.up", peer=f"app@{two}")
        daemon.end()
        used(f"moto {moto().version}")


if __name__ == "__main__":
    main()
