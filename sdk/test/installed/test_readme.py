# SPDX-License-Identifier: MIT
"""The tutorial of sdk/README.md: its files are written and its commands are run in order."""

import re
import socket
import unittest

from installed import BUILD, Home, blocks


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


class Readme(unittest.TestCase):
    def setUp(self):
        self.home = Home(parts=("sdk",))  # to have the README; its own first step installs the rest
        self.addCleanup(self.home.close)
        (self.home.dir / "build").symlink_to(BUILD)
        self.text = next(self.home.kith.rglob("doc/kith/sdk/README.md")).read_text()

    def test_the_walk(self):
        script, files = ["set -e", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"], {}
        for language, name, text in blocks(self.text):
            if name:
                files[name] = text
                script.append(f"cat >{name}.said <<'END_OF_BLOCK'\n{text}END_OF_BLOCK")
                # A file of the template must be identical to the README's.
                script.append(f"test ! -e {name} || diff -u {name} {name}.said && mv {name}.said {name}")
            else:
                self.assertEqual(language, "sh", f"a block that is neither a file nor commands: {text}")
                script.append(f"echo '== step'\n{text}")
        self.assertEqual(set(files), {"CMakeLists.txt", "strategy.cpp", "kith.json"})
        script = "\n".join(script).replace("8000", free_port())
        said = self.home.run(["bash", "-c", script], HOME=str(self.home.dir), CMAKE_GENERATOR="Ninja")
        steps = said.split("== step\n")
        self.assertRegex(steps[3], r"100% tests passed, 0 tests failed out of 5")
        self.assertRegex(steps[4], r"(?m)^registry +strategy +1\.0\.0 ")
        self.assertRegex(steps[5], r"app@10\.0\.0\.7[^$]*app@10\.0\.0\.8")

    def test_every_header_of_the_layer_is_in_its_table(self):
        layer = {path.name for path in (self.home.kith / "include/kith").glob("*.hpp")}
        inside = {"address.hpp", "connector.hpp", "context.hpp", "discovery.hpp", "handle.hpp", "host.hpp", "instance.hpp", "json_syntax.hpp", "operation.hpp",
                  "packed_peers.hpp", "peer.hpp", "plugin.hpp", "reading.hpp", "result.hpp", "sink.hpp", "task.hpp"}
        self.assertEqual(layer - inside - set(re.findall(r"`(\w+\.hpp)`", self.text)), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
