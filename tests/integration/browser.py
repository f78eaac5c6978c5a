# SPDX-License-Identifier: MIT
"""Debian's chromium, driven by Playwright, which `tests/real/prepare playwright` installs in an environment of its own."""

import os
import shutil
import sys

from prepared_server_paths import prepared, used

CHROMIUM = shutil.which("chromium")
REBOUND = "rebound.example"  # a name of somebody else that the browser resolves to this machine


def required():
    """Goes on in the environment of Playwright; ends the test program with 77 when there is none, or no chromium."""
    home = prepared("playwright")
    for missing, remedy in ((CHROMIUM is None, "chromium is missing (Debian package chromium)"),
                            (home is None, "no playwright is prepared (tests/real/prepare playwright installs it)")):
        if missing:
            print(f"skipped: {remedy}")
            sys.exit(77)
    if os.path.realpath(sys.prefix) != os.path.realpath(home):
        os.execv(home / "bin/python3", [str(home / "bin/python3"), "-B", *sys.argv])  # it finds its environment by its path


class Browser:
    def __init__(self):
        from playwright.sync_api import sync_playwright
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=os.getuid() != 0,
                                                           args=[f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"])
        used(f"playwright with chromium {self._browser.version}")

    def tab(self, url, width=1280, height=860, dark=False, motion=False, script=None):
        """A tab of a fresh profile at this address. motion: the user has not asked for less of it. script: runs there before those of the page. `faults` collects errors of its script and violations of its policy; `asked` the
        addresses that it has asked for."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
                                            reduced_motion="no-preference" if motion else "reduce")
        tab = context.new_page()
        tab.set_default_timeout(60_000)
        tab.faults, tab.asked = [], []
        tab.on("pageerror", lambda error: tab.faults.append(str(error)))
        tab.on("console", lambda message: tab.faults.append(message.text) if "Content Security Policy" in message.text else None)
        tab.on("request", lambda request: tab.asked.append(request.url))
        if script:
            tab.add_init_script(script)
        tab.goto(url)
        return tab

    def session(self):
        """For commands of the DevTools protocol to the browser itself."""
        return self._browser.new_browser_cdp_session()

    def close(self):
        self._browser.close()
        self._playwright.stop()
