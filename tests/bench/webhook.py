# SPDX-License-Identifier: MIT
"""sink_webhook: how fast events that wait in the spool are delivered over one connection, to a receiver in Python that checks each signature."""

import re
import subprocess
import sys

from measure import report
from waiting import PLUGINS, ROOT, free_port, wait_until
from webhook_receiver import accepted

EVENTS = 100_000
SECRET = "only for this benchmark"


def spooled(state):
    """The last event that is in the spool."""
    newest = sorted((state / "sinks.hook.spool").glob("*.records"))[-2:]
    return max((int(end) for path in newest for end in re.findall(rb"kith-webhook-1 [0-9a-f]{16} \d+ (\d+) \d+\n", path.read_bytes())), default=0)


def webhook(lab, runs):
    rates = []
    for run in range(runs):
        port, file, go = free_port(), lab.dir / f"accepted-{run}", lab.dir / f"go-{run}"
        receiver = subprocess.Popen([sys.executable, "-B", ROOT / "tests/integration/webhook_receiver.py", str(port), file, SECRET, go],
                                    stdin=subprocess.DEVNULL)
        lab.own(receiver.kill)
        peers = lab.dir / "peers"
        peers.write_text("")
        kith = lab.kith({
            "plugins": {"dir": PLUGINS}, "state_dir": str(lab.dir / f"state-{run}"), "events": {"ring": 100_000, "queue": 100_000},
            "topologies": {"t": {"strategy": "exec", "config": {"command": ["/bin/cat", str(peers)], "polling_interval": 100},
                                 "connector": "log", "connector_config": {"node": "me@here"},
                                 "policy": {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}}},
            "sinks": {"hook": {"plugin": "webhook", "config": {"url": f"http://127.0.0.1:{port}/", "secret": SECRET, "timeout": 600_000,
                                                               "spool": 256 << 20}}}}, level="warning")
        number = 0
        while kith.last() < EVENTS:
            number += 1
            fresh = lab.dir / "peers.new"
            fresh.write_text("".join(f"p{number}-{one}@10.0.0.1\n" for one in range(1000)))
            fresh.rename(peers)
            kith.wait("link.up", peer=f"p{number}-999@10.0.0.1")
            last = kith.last()
            # A sink that is slower than the changes would lose events, which is not what is measured.
            wait_until(lambda: spooled(lab.dir / f"state-{run}") >= last, "the events are in the spool", describe=kith.tail)
        last = kith.last()
        go.touch()  # the receiver answers the first request now
        wait_until(lambda: accepted(file) and accepted(file)[-1]["seqs"][-1] >= last, "all events are accepted", 120, kith.tail)
        batches = accepted(file)
        assert len({batch["client"] for batch in batches}) == 1, "several connections"
        lost = [event for batch in batches for event in batch["lost"]]
        assert not lost, f"the daemon dropped events before the sink took them: {lost[:3]}"
        seqs = [seq for batch in batches for seq in batch["seqs"]]
        assert seqs == list(range(seqs[0], seqs[-1] + 1)), "events are missing or out of order"
        rates.append((len(seqs) - len(batches[0]["seqs"])) / (batches[-1]["at"] - batches[0]["at"]))
        kith.kill()
        receiver.kill()
        receiver.wait()
    report(f"webhook: events delivered over one connection, of {EVENTS} in the spool", rates, "/s", ">= 20000")


FIGURES = {"webhook": (webhook, 3)}
