# SPDX-License-Identifier: MIT
"""The page that `kith sim --page` writes, opened from its file in a real browser. Its pictures are left in the build's directory page-pictures."""

import unittest

import browser
from lab import Lab, main
from waiting import BUILD

MEAN = "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 1'><!--"


class RecordedPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)

    def record(self, expected=0, expect=(), **settings):
        """Two hosts from the start, a third one two minutes later, and a minute in which the first one is cut off."""
        topology = {"strategy": "gossip", "config": {}, "connector": "log", "connector_config": {"node": "${NODE}"}}
        scenario = self.lab.write("scenario.json", {
            "about": "Three hosts " + MEAN, "duration": "6m", "hosts": {"app": {"count": 2}, "late": {"count": 1, "start": ["2m", "2m"]}},
            "config": {"topologies": {"lan": topology}},
            "faults": [{"at": "4m", "until": "5m", "partition": ["app1", ["app2", "late1"]]}, {"at": "3m", "until": "200s", "kill": "app2"}],
            "expect": list(expect)})
        page = self.lab.dir / "run.html"
        done = self.lab.command("sim", scenario, "--page", page)
        self.assertEqual(done.returncode, expected, done.stderr)
        tab = self.browser.tab(page.as_uri(), **settings)
        self.addCleanup(tab.context.close)
        tab.page_file = page.as_uri()
        tab.wait_for_selector("#connection[data-state=recorded]")
        return tab

    def go(self, tab, seconds):
        tab.locator("#time").evaluate("(slider, time) => { slider.value = time; slider.dispatchEvent(new Event('input')); }", seconds * 1000)

    def peers(self, tab):
        return sorted(tab.locator("#rows .row .peer-name").all_inner_texts())

    def picture(self, tab, name, **more):
        into = BUILD / "page-pictures"
        into.mkdir(exist_ok=True)
        tab.screenshot(path=into / f"{name}.png", **more)

    def unharmed(self, tab):
        self.assertEqual(tab.faults, [])
        self.assertEqual([url for url in tab.asked if url != tab.page_file and not url.startswith("data:")], [])
        self.assertEqual(tab.evaluate("document.images.length + Number(window.broken ?? 0)"), 0)

    def test_each_moment_has_the_peers_of_that_moment(self):
        tab = self.record()
        self.assertIn(MEAN, tab.locator("#run-about").inner_text())
        self.assertEqual(tab.locator("#run-result").inner_text(), "All expectations were met")
        self.go(tab, 60)
        self.assertEqual(self.peers(tab), ["app@10.0.0.2"])
        self.assertEqual(tab.locator("#time-text").inner_text(), "1:00.000")
        self.assertEqual(tab.locator("#events .event", has_text="late@").count(), 0)
        tab.get_by_text("Every peer is linked.").wait_for()
        self.go(tab, 170)
        self.assertEqual(self.peers(tab), ["app@10.0.0.2", "late@10.0.0.3"])
        tab.locator("#events .event", has_text="late@10.0.0.3").first.wait_for()
        tab.locator("#host").select_option("app2")
        self.assertEqual(self.peers(tab), ["app@10.0.0.1", "late@10.0.0.3"])
        self.go(tab, 190)
        self.assertEqual((self.peers(tab), tab.locator("#verdict").inner_text()), ([], "kith does not run on app2"))
        self.picture(tab, "recorded-not-running")
        tab.locator("#host").select_option("app1")
        self.go(tab, 298)
        tab.get_by_text("2 peers missing.").wait_for()
        self.assertEqual(tab.get_by_text("Every peer is linked.").count(), 0)
        self.unharmed(tab)

    def test_the_keys_go_from_change_to_change(self):
        tab = self.record()
        tab.locator("#time").focus()
        tab.keyboard.press("Home")
        self.assertEqual(tab.locator("#time-text").inner_text(), "0:00.000")
        seen = []
        while "late@10.0.0.3" not in self.peers(tab):
            tab.keyboard.press("ArrowRight")
            seen.append(tab.locator("#time-text").inner_text())
            self.assertLess(len(seen), 500)
        self.assertEqual(len(set(seen)), len(seen))
        self.assertRegex(seen[-1], r"^2:0\d\.")
        tab.keyboard.press("ArrowLeft")
        self.assertNotIn("late@10.0.0.3", self.peers(tab))
        tab.keyboard.press("p")
        tab.get_by_role("button", name="Stop").wait_for()
        tab.locator("#rows .row", has_text="late@10.0.0.3").wait_for()
        tab.keyboard.press("p")
        tab.get_by_role("button", name="Play").wait_for()
        self.unharmed(tab)

    def test_a_failure_is_where_the_page_opens_and_a_peer_is_explained(self):
        tab = self.record(expected=1, expect=[{"at": "1m", "hosts": "app2", "links": "all"}])
        self.assertEqual(tab.locator("#run-result").inner_text(), "FAILED: 1 expectation not met")
        self.assertEqual(tab.locator("#time-text").inner_text(), "1:00.000")
        self.assertEqual(tab.locator("#host").input_value(), "app2")
        self.go(tab, 300)
        tab.locator("#failures button").first.click()
        self.assertEqual(tab.locator("#time-text").inner_text(), "1:00.000")
        row = tab.locator("#rows .row", has_text="app@10.0.0.1")
        row.click()
        dialog = tab.get_by_role("dialog", name="app@10.0.0.1")
        dialog.get_by_text("it is linked").wait_for()
        tab.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        self.unharmed(tab)

    def test_dark_light_and_small(self):
        for name, settings in {"light": {}, "dark": {"dark": True}, "small": {"width": 400, "height": 800}}.items():
            tab = self.record(expected=1, expect=[{"at": "1m", "hosts": "app2", "links": "all"}], **settings)
            self.go(tab, 285)
            self.picture(tab, f"recorded-{name}", full_page=name == "small")
            self.assertEqual(tab.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
            self.unharmed(tab)


if __name__ == "__main__":
    browser.required()
    main()
