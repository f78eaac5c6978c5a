# SPDX-License-Identifier: MIT
"""What a library tries in the sandbox of kith-plugin-host: each attempt of host/isolation/sandbox/test/trials.c in a process of its own,
with the mechanisms that this kernel has."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from waiting import BUILD, PATIENCE, ROOT

PROGRAM = BUILD / "bin/sandbox_trials"
LIBRARY = BUILD / "host/isolation/sandbox/test/libsandbox_trials.so"
NOBODY = 65534


@unittest.skipUnless(PROGRAM.exists(), "the build has a sanitizer, whose runtime makes calls that the sandbox refuses")
class Sandbox(unittest.TestCase):
    def run_trials(self, *arguments, **more):
        result = subprocess.run([PROGRAM, LIBRARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=PATIENCE, **more)
        if result.returncode == 77:
            self.skipTest(result.stdout.strip())
        return result

    def test_every_attempt_gets_its_answer(self):
        result = self.run_trials()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_the_same_for_a_user_without_privileges(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            program, library = (shutil.copy(file, directory) for file in (PROGRAM, LIBRARY))
            result = subprocess.run([program, library], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
                                    user=NOBODY, group=NOBODY, extra_groups=[])
            if result.returncode == 77:
                self.skipTest(result.stdout.strip())
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_readme_has_these_answers(self):
        table = self.run_trials("--table").stdout
        readme = (pathlib.Path(ROOT) / "host/isolation/sandbox/README.md").read_text()
        self.assertIn(table, readme, "replace the table of the README by the output of sandbox_trials LIBRARY --table")


if __name__ == "__main__":
    unittest.main(verbosity=2)
