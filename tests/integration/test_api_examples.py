# SPDX-License-Identifier: MIT
"""The examples that follow events: each receives them, and goes on behind the last one when the daemon is started anew."""

import itertools
import os
import shutil
import signal
import subprocess
import threading

from api_case import ApiCase
from lab import main
from waiting import PATIENCE, ROOT, wait_until

EXAMPLES = ROOT / "host/api/examples"


class Examples(ApiCase):
    def follow(self, program, *command):
        if shutil.which(program) is None:
            self.skipTest(f"{program} is missing")
        kith = self.kith()
        environment = dict(os.environ, GO111MODULE="off", LC_ALL="C.UTF-8")
        child = subprocess.Popen([program, *command, str(self.socket)], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
        read = []
        reader = threading.Thread(target=lambda: [read.append(line.strip()) for line in iter(child.stdout.readline, "")])
        reader.start()

        def end():  # `go run` has a child of its own
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            reader.join()
            child.stdout.close()
        self.addCleanup(end)

        def discovered(name):
            self.see("a@h", name)
            return any(line.startswith("peer.discovered new") for line in read)
        numbers = itertools.count()
        wait_until(lambda: discovered(f"new{next(numbers)}@h"), "events arrive", PATIENCE * 2)
        self.assertEqual(kith.terminate(), 0)
        self.kith()
        wait_until(lambda: any(line.startswith("events.lost") for line in read), "it resumes, and hears what it missed")

    def test_each_has_twenty_lines(self):
        for file in EXAMPLES.iterdir():
            code = [line for line in file.read_text().splitlines() if line.strip() and "SPDX" not in line]
            self.assertLessEqual(len(code), 25, file)

    def test_python(self):
        self.follow("python3", str(EXAMPLES / "follow.py"))

    def test_node(self):
        self.follow("node", str(EXAMPLES / "follow.mjs"))

    def test_go(self):
        self.follow("go", "run", str(EXAMPLES / "follow.go"))

    def test_elixir(self):
        self.follow("elixir", str(EXAMPLES / "follow.exs"))


if __name__ == "__main__":
    main()
