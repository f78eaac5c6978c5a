# SPDX-License-Identifier: MIT
"""plugins/sink_webhook built like a third party's plugin, used by the installed kith."""

import subprocess
import sys

from built_as_third_party import BuiltAsThirdParty, Daemon, granted, main
from waiting import ROOT, free_port, wait_until
from webhook_receiver import accepted


class WebhookAlone(BuiltAsThirdParty):
    def test_built_tested_installed_and_run(self):
        home = self.installed_with("sink", "webhook")
        file, port = home.dir / "accepted", free_port()
        command = [sys.executable, "-B", ROOT / "tests/integration/webhook_receiver.py", str(port), file, "secret"]
        receiver = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.addCleanup(receiver.wait)
        self.addCleanup(receiver.kill)
        daemon = Daemon(home, {
            "plugins": granted("libsink_webhook.so", f"tcp:127.0.0.1:{port}"),
            "state_dir": str(home.dir / "state"),
            "topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["n@127.0.0.2"]}, "connector": "log",
                                 "connector_config": {"node": "me@127.0.0.1"}}},
            "sinks": {"hook": {"plugin": "webhook", "config": {"url": f"http://127.0.0.1:{port}/", "secret": "secret"}, "filter": ["peer.*"]}}})
        self.addCleanup(daemon.kill)
        wait_until(lambda: accepted(file), "an event was accepted", 60)
        daemon.end()


if __name__ == "__main__":
    main()
