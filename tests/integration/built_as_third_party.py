# SPDX-License-Identifier: MIT
"""Builds a first-party plugin like a third party: a copy of its folder, built and tested only with the installed files, and copied to the
plugins directory of an installed kith. There it is a stranger's, so it runs in a process of its own, with the rights that it is granted."""

import os
import shutil
import sys
import unittest

from waiting import ROOT

sys.path.insert(0, str(ROOT / "sdk/test/installed"))
from installed import Daemon, Home, mentions  # noqa: E402, F401


def granted(file, *grants):
    """The configuration's `plugins` that grants this to the plugin file."""
    return {"grants": {file: list(grants)}}


class BuiltAsThirdParty(unittest.TestCase):
    def installed_with(self, kind, name):
        """Does that and returns the home directory of the installation."""
        home = Home()
        self.addCleanup(home.close)
        plugin = next(home.kith.rglob(f"lib{kind}_{name}.so"))
        plugin.unlink()  # ours goes where that was
        source = home.dir / f"{kind}_{name}"
        shutil.copytree(ROOT / f"plugins/{kind}_{name}", source)
        # Debug compiles in half the time.
        build = home.build(source, name, "-G", "Ninja", "-DBUILD_TESTING=ON", "-DCMAKE_BUILD_TYPE=Debug")
        self.assertIn("100% tests passed", home.run(["ctest", "--test-dir", str(build), "--output-on-failure", "--no-tests=error"]))
        included = home.run(["ninja", "-C", str(build), "-t", "deps"])
        self.assertTrue("/kith/include/kith/plugin.hpp" in included and not mentions(included, ROOT), "what it includes is not what is installed")
        home.run(["cmake", "--install", str(build), "--prefix", str(home.kith)])
        self.assertTrue(plugin.exists())
        self.assertRegex(home.run([str(home.kith / "bin/kith"), "plugins"]), rf"(?m)^{name} +{kind} +1\.0\.0 ")
        return home


def main():
    result = unittest.main(verbosity=2, exit=False).result
    for _, why in result.skipped:
        print("skipped:", why)
    sys.exit(77 if result.skipped and result.wasSuccessful() else not result.wasSuccessful())
