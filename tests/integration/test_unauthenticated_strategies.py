# SPDX-License-Identifier: MIT
"""A sender that can announce a peer can take control of a node that trusts its peers: `check` and the start of kith warn about it, and
an option refuses it."""

import json

from lab import Scenario, main
from waiting import PLUGINS, TEST_PLUGINS


class Unauthenticated(Scenario):
    def config(self, **policy):
        peers = self.lab.write("peers", "b@127.0.0.1\n")
        return self.lab.config("a", strategy="lines", strategy_config={"file": str(peers)}, dirs=[PLUGINS, TEST_PLUGINS],
                               policy=policy)

    def test_check_warns(self):
        result = self.lab.command("check", self.lab.write("config.json", self.config()), "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        messages = [warning["message"] for warning in json.loads(result.stdout)["warnings"]]
        self.assertTrue(any("authenticat" in message and "lines" in message for message in messages), messages)

    def test_run_warns_once_and_goes_on(self):
        a, b = self.lab.beams("a", "b")
        kith = self.lab.kith(self.config())
        warning = kith.wait("security.warning", topology="t")
        self.reason_is_told(kith, warning, "authenticat")
        kith.wait("link.up", peer=b.name)
        self.assertEqual(len(kith.found("security.warning")), 1)

    def test_require_authenticated_refuses(self):
        config = self.lab.write("config.json", self.config(require_authenticated=True))
        result = self.lab.command("run", config)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, "authenticat")
        self.assertEqual(self.lab.command("check", config).returncode, 2)

    def test_a_static_list_is_not_warned_of(self):
        self.lab.beams("a", "b")
        kith = self.lab.kith(self.lab.config("a", ["b"], policy={"require_authenticated": True}))
        kith.wait("link.up")
        self.assertEqual(kith.found("security.warning"), [])


if __name__ == "__main__":
    main()
