# SPDX-License-Identifier: MIT
"""plugins/sink_template built like a third party's plugin, used by the installed kith."""

from built_as_third_party import BuiltAsThirdParty, Daemon, main
from waiting import wait_until


class TemplateAlone(BuiltAsThirdParty):
    def test_built_tested_installed_and_run(self):
        home = self.installed_with("sink", "template")
        file = home.dir / "routes.conf"
        daemon = Daemon(home, {
            "topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["n@127.0.0.2"]}, "connector": "log",
                                 "connector_config": {"node": "me@127.0.0.1"}}},
            "sinks": {"routes": {"plugin": "template", "config": {"template": "nats", "file": str(file), "port": 6222}}}})
        self.addCleanup(daemon.kill)
        wait_until(lambda: file.exists() and "nats-route://127.0.0.2:6222" in file.read_text(), "the file has the peer")
        daemon.end()


if __name__ == "__main__":
    main()
