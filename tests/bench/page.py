# SPDX-License-Identifier: MIT
"""Benchmarks of the status page in Debian's chromium, driven by Playwright (tests/real/prepare playwright): its size, how long it takes to draw
10,000 peers, and what it costs while 100 events a second come. KITH_PAGE_MINUTES is the length of each such run, 1 by default.

The program runs in the environment of Playwright, so a figure starts it as a process of its own."""

import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import browser  # noqa: E402
from api import Daemon, many  # noqa: E402
from lab import Lab  # noqa: E402
from measure import line, report  # noqa: E402
from page_process import PageProcess  # noqa: E402

RATE = 100  # events a second
# The time of the picture after the one that has all peers.
WATCH = """window.drawn = new Promise((done) => {
    const look = () => {
        if (document.getElementById('peers-note')?.textContent === '10,000 peers') requestAnimationFrame(() => done(performance.now()));
        else requestAnimationFrame(look);
    };
    look();
});"""
FIRST_DRAWING = """async () => {
    const drawn = await window.drawn;
    return drawn - performance.getEntriesByType('resource').find((one) => one.name.endsWith('/v1/state')).responseEnd;
}"""
DRAWING = """() => {
    const search = document.getElementById('search'), began = performance.now();
    search.dispatchEvent(new Event('input'));
    document.body.getBoundingClientRect();
    return performance.now() - began;
}"""


def page(lab, runs):
    del lab  # the process has one of its own
    subprocess.run([sys.executable, "-B", __file__, str(runs)], check=False)


def opened(chromium, lab, daemon, **settings):
    server = PageProcess(lab, daemon.socket)
    return server, chromium.tab(server.url, **settings)


def drawing(chromium, lab, runs):
    daemon = Daemon(lab, many())
    first, again = [], []
    for _ in range(runs):
        server, tab = opened(chromium, lab, daemon, motion=True, script=WATCH)
        first.append(tab.evaluate(FIRST_DRAWING))
        again += [tab.evaluate(DRAWING) for _ in range(5)]
        tab.context.close()
        server.close()
    report("page, 10,000 peers: from the last byte of the state to the drawing", first, "ms", "<= 300")
    report("page, 10,000 peers: drawn again", again, "ms", "<= 300")
    line("page: size", f"{len(daemon.ask('/').body) / 1000:.1f}", "KB", 1, "<= 60")
    daemon.kith.kill()


class Changing:
    """Replaces one peer after the other, so that RATE events a second are published."""

    def __init__(self, daemon):
        self._daemon, self._number, self._next = daemon, 0, time.monotonic()
        before = daemon.seq()
        for _ in range(20):
            self._replace()
            time.sleep(0.05)  # longer than the strategy's interval
        time.sleep(0.2)
        self._interval = (daemon.seq() - before) / 20 / RATE

    def _replace(self):
        self._number += 1
        self._daemon.see("m", [f"m{self._number}@h"])

    def go_on(self, seconds):
        """Returns the events a second that were published."""
        before, began = self._daemon.seq(), time.monotonic()
        self._next = began
        while time.monotonic() < began + seconds:
            self._replace()
            self._next += self._interval
            time.sleep(max(0.0, self._next - time.monotonic()))
        return (self._daemon.seq() - before) / (time.monotonic() - began)


def processor_time(session):
    """Seconds of all processes of the browser, and of those that run pages."""
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(one["cpuTime"] for one in processes), sum(one["cpuTime"] for one in processes if one["type"] == "renderer")


def heap(tab):
    session = tab.context.new_cdp_session(tab)
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    session.detach()
    return (used["usedSize"] + used.get("embedderHeapUsedSize", 0)) / 2**20


def events(chromium, lab, runs, minutes):
    daemon = Daemon(lab, {"t": [f"p{number}@10.0.0.{number}" for number in range(100)], "m": ["m0@h"]}, changing="m")
    rates, shares, whole, growth = [], [], [], []
    session = chromium.session()
    for _ in range(runs):
        server, tab = opened(chromium, lab, daemon, motion=True)
        tab.get_by_text("101 peers", exact=True).wait_for()
        changing = Changing(daemon)
        changing.go_on(10)  # the list of events is full then
        before, (all_before, its_before), began = heap(tab), processor_time(session), time.monotonic()
        rates.append(changing.go_on(60 * minutes))
        all_after, its_after = processor_time(session)
        elapsed = time.monotonic() - began
        shares.append(100 * (its_after - its_before) / elapsed)
        whole.append(100 * (all_after - all_before) / elapsed)
        growth.append(heap(tab) - before)
        assert tab.locator("#connection").get_attribute("data-state") == "live"
        tab.context.close()
        server.close()
    what = f"page, {minutes:g} min at {statistics.median(rates):.0f} events a second"
    report(f"{what}: its process, of a core", shares, "%", "<= 5")
    report(f"{what}: all of chromium, of a core", whole, "%", "")
    report(f"{what}: growth of its heap", growth, "MiB", "<= 5")
    daemon.kith.kill()


FIGURES = {"page": (page, 3)}


def main():
    browser.required()
    runs, minutes = int(sys.argv[1]), float(os.environ.get("KITH_PAGE_MINUTES", "1"))
    chromium, lab = browser.Browser(), Lab(epmd=False)
    try:
        drawing(chromium, lab, runs)
        events(chromium, lab, runs, minutes)
    finally:
        lab.close()
        chromium.close()


if __name__ == "__main__":
    main()
