# SPDX-License-Identifier: MIT
"""The cost of a directory of many plugins: 200 files with distinct ids, all of which are checked and read; those in use are loaded."""

import subprocess
import time

from figures import stamp
from measure import report
from waiting import BUILD, KITH, PLUGINS, TEST_PLUGINS

COUNT = 200


def copies(lab):
    """Creates a directory of 200 copies of strategy_gossip, with another id of the same length in each file."""
    bytes_of_one = (BUILD / "plugins" / "libstrategy_gossip.so").read_bytes()
    folder = lab.dir / "many"
    folder.mkdir(mode=0o755)
    for number in range(COUNT):
        file = folder / f"libg{number:05}.so"
        file.write_bytes(bytes_of_one.replace(b"gossip", b"g%05d" % number))
        file.chmod(0o644)
    return folder


def many_plugins(lab, runs):
    folder = copies(lab)
    listed = []
    for _ in range(runs):
        begun = time.monotonic()
        table = subprocess.run([KITH, "plugins", folder], check=True, capture_output=True, text=True).stdout
        listed.append((time.monotonic() - begun) * 1e3)
        assert len(table.splitlines()) == COUNT + 1, table[:1000]

    lab.write("peers", "a@10.0.0.1\n")
    config = lab.config(strategy="lines", strategy_config={"file": str(lab.dir / "peers")}, dirs=[PLUGINS, TEST_PLUGINS, str(folder)])
    config["connectors"]["beam"] = {"plugin": "log", "config": {"node": "n@127.0.0.1"}}
    path = lab.write("many.json", config)
    started = []
    for _ in range(runs):
        begun = time.time()
        kith = lab.kith(path)
        started.append((stamp(kith.wait("observation.ok")) - begun) * 1e3)
        kith.kill()
    report(f"kith plugins, a directory of {COUNT}", listed, "ms", "<= 100")
    report(f"process start to observation.ok, a directory of {COUNT} plugins", started, "ms", "<= 100")


FIGURES = {"plugins": (many_plugins, 11)}
