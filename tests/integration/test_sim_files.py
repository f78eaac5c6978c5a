# SPDX-License-Identifier: MIT
"""The files that `kith sim` is ordered to write and cannot: nothing is simulated, and the error has the option, the path and the reason."""

from lab import Lab, Scenario, main
from waiting import ROOT

SCENARIO = ROOT / "tests/sim/scenarios/fixed_list.json"


class FilesOfSim(Scenario):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)

    def refused(self, *words):
        done = self.lab.command("sim", SCENARIO, *words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        return done.stderr

    def test_a_path_that_cannot_be_written(self):
        for option in ("--page", "--trace"):
            missing = self.lab.dir / "missing" / "file"
            self.assertIn(f"kith sim: {option}: cannot write {missing}: No such file or directory\n", self.refused(option, missing))
            self.assertIn(f"kith sim: {option}: cannot write {self.lab.dir}: Is a directory\n", self.refused(option, self.lab.dir))
            self.assertIn(f"kith sim: {option}: the path of a file is expected\n", self.refused(option, ""))
            self.assertIn(f"the required argument for option '{option}' is missing\n", self.refused(option))

    def test_a_full_disk_is_reported(self):
        done = self.lab.command("sim", SCENARIO, "--page", "/dev/full")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/dev/full could not be written completely; is its disk full?", done.stderr)

    def test_the_page_is_written(self):
        page = self.lab.dir / "page.html"
        self.assertEqual(self.lab.command("sim", SCENARIO, "--page", page).returncode, 0)
        self.assertTrue(page.read_text().startswith("<!doctype html>"))


if __name__ == "__main__":
    main()
