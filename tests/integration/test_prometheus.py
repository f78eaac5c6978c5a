# SPDX-License-Identifier: MIT
"""Metrics of a real daemon, the alert rules and the dashboard, checked by promtool of Debian's package prometheus."""

import collections
import json
import re
import shutil
import subprocess
import unittest

from api_case import ApiCase
from lab import main
from waiting import PATIENCE, ROOT

FOLDER = ROOT / "packaging/prometheus"


def promtool(*arguments, **more):
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE, **more)


def metrics_of(expression):
    return set(re.findall(r"\b(?:kith|process)_[a-z_]+", expression))


class Prometheus(ApiCase):
    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing (Debian package prometheus)")
    def test_rules_fire_as_they_should(self):
        checked = promtool("check", "rules", FOLDER / "alerts.yml")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        tested = promtool("test", "rules", FOLDER / "alerts_test.yml")
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
        alerts = set(re.findall(r"- alert: (\w+)", (FOLDER / "alerts.yml").read_text()))
        fired = {name for name in alerts if re.search(rf"alertname: {name}\n\s+exp_alerts", (FOLDER / "alerts_test.yml").read_text())}
        self.assertEqual(fired, alerts)

    def test_rules_and_dashboard_use_metrics_that_there_are(self):
        self.kith()
        text = self.ask("/metrics").body.decode()
        exported = set(re.findall(r"^([a-z_]+)[{ ]", text, re.M))
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        exported |= {name + end for name, kind in types.items() if kind == "histogram" for end in ("_bucket", "_count", "_sum")}
        exported |= set(types)  # families that have no sample yet
        rules = (FOLDER / "alerts.yml").read_text()
        used = set().union(*(metrics_of(line) for line in re.findall(r"expr: (.*)", rules)))
        dashboard = json.loads((FOLDER / "dashboard.json").read_text())
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                used |= metrics_of(target["expr"])
        self.assertGreater(len(used), 15)
        self.assertEqual(used - exported, set())

    def test_histograms_agree_and_promtool_has_no_complaint(self):
        self.kith()
        text = self.ask("/metrics").body.decode()
        infinite, counts = {}, {}
        for name, labels, value in re.findall(r"^(\w+)_bucket\{(.*?),?le=\"\+Inf\"\} (\S+)$", text, re.M):
            infinite[name, labels] = value
        for name, labels, value in re.findall(r"^(\w+)_count(?:\{(.*?)\})? (\S+)$", text, re.M):
            counts[name, labels] = value
        self.assertEqual(infinite, counts)
        samples = collections.Counter(re.findall(r"^([a-z_]+\{.*?\}|[a-z_]+) ", text, re.M))
        self.assertEqual([name for name, count in samples.items() if count > 1], [])
        if shutil.which("promtool"):
            checked = promtool("check", "metrics", input=text)
            self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))


if __name__ == "__main__":
    main()
