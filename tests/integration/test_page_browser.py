# SPDX-License-Identifier: MIT
"""The status page in a real browser. Its pictures are left in the build's directory page-pictures."""

import http.server
import threading
import unittest

import browser
from api_client import ask
from lab import Lab, main
from page_process import PageProcess
from waiting import BUILD, PLUGINS, TEST_PLUGINS, wait_until

LIVE = "#connection[data-state=live]"
# The page gets the stream of events without those of one peer.
DROPS_ORDERS_5 = """
    const fetched = window.fetch;
    window.fetch = async (path, options) => {
        const answer = await fetched(path, options);
        if (!String(path).startsWith('/v1/events')) return answer;
        let rest = '';
        const body = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({transform(text, out) {
            const parts = (rest + text).split('\\n\\n');
            rest = parts.pop();
            for (const part of parts) if (!part.includes('orders-5@h')) out.enqueue(part + '\\n\\n');
        }})).pipeThrough(new TextEncoderStream());
        return new Response(body, {headers: answer.headers});
    };
"""
# The stream has as many events as `allowed`, each second one of another peer.
MANY_EVENTS = """
    const fetched = window.fetch;
    window.allowed = 3000;
    let sent = 0;
    window.fetch = async (path, options) => {
        if (!String(path).startsWith('/v1/events')) return fetched(path, options);
        const first = Number(new URL(path, location).searchParams.get('after').split('.')[1]) - sent;
        return new Response(new ReadableStream({async pull(out) {
            while (sent >= window.allowed) await new Promise((done) => { setTimeout(done, 20); });
            let text = '';
            for (const end = sent + 200; sent < end;) {
                ++sent;
                text += 'data: ' + JSON.stringify({v: 1, seq: first + sent, time: new Date().toISOString(), kind: sent % 2 ? 'link.up' : 'link.down',
                    topology: 'sessions', connector: 'log', peer: `other-${sent >> 1}@h`, reason: `number ${sent}`}) + '\\n\\n';
            }
            out.enqueue(new TextEncoder().encode(text));
        }}));
    };
"""
# The clock of the browser's machine is ahead by `ahead` ms.
CLOCK = """
    const Clock = Date;
    window.ahead = 0;
    window.Date = class extends Clock {
        constructor(...given) { super(...(given.length ? given : [Clock.now() + window.ahead])); }
        static now() { return Clock.now() + window.ahead; }
    };
"""
# What the page waits for without a sign of life lasts a second instead of 40.
IMPATIENT = """
    const later = window.setTimeout;
    window.setTimeout = (work, time, ...more) => later(work, time === 40000 ? 1000 : time, ...more);
"""
FIRST_IN_SIGHT = """(all) => {
    const {top} = all[0].parentNode.getBoundingClientRect();
    return all.find((one) => one.getBoundingClientRect().bottom > top).innerText;
}"""


class PageInBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.socket = self.lab.dir / "api.sock"
        self.report("orders", *(f"orders-{number}@h" for number in range(1, 9)))
        self.report("sessions", *(f"session-{number}@h" for number in range(1, 13)))

    def report(self, topology, *names):
        self.lab.write(topology, "".join(f"{name}\n" for name in names))

    def config(self):
        def topology(name, connector, **more):
            return {"strategy": "lines", "config": {"file": str(self.lab.dir / name), "interval": 20}, "connector": connector,
                    "policy": {"min_peers": 1, "grace": 0, "confirm": 1, "backoff_initial": 600_000, "backoff_max": 600_000, **more}}
        refuse = self.lab.write("connect", '#!/bin/sh\ncase "$1" in orders-3@h) echo "no route to it" >&2; exit 2;; esac\n')
        refuse.chmod(0o755)
        return {"plugins": {"dir": [PLUGINS, TEST_PLUGINS]}, "api": {"socket": str(self.socket)},
                "connectors": {"mesh": {"plugin": "exec", "config": {"node": "orders-0@h", "connect": [str(refuse), "{name}"]}},
                               "log": {"plugin": "log", "config": {"node": "self@h"}}},
                "topologies": {"orders": topology("orders", "mesh", guard=False), "sessions": topology("sessions", "log")}}

    def start(self, config=None):
        kith = self.lab.kith(config or self.config())
        # Not by events: with a small ring some are lost.
        wait_until(lambda: self.socket.exists() and self.linked("orders") == 7 and self.linked("sessions") == 12, "all but orders-3@h are linked",
                   describe=kith.tail)
        return kith

    def linked(self, topology):
        answer = ask(self.socket, f"/v1/topologies/{topology}")
        return answer.json()["linked"] if answer.status == 200 else 0

    def open(self, **settings):
        page = PageProcess(self.lab, self.socket)
        tab = self.browser.tab(page.url, **settings)
        self.addCleanup(tab.context.close)
        tab.page = page
        tab.wait_for_selector(LIVE)
        tab.wait_for_selector("#rows .row")
        return tab

    def row(self, tab, name):
        return tab.locator("#rows .row", has_text=name)

    def picture(self, tab, name, **more):
        into = BUILD / "page-pictures"
        into.mkdir(exist_ok=True)
        tab.screenshot(path=into / f"{name}.png", **more)

    def unharmed(self, tab):
        self.assertEqual(tab.faults, [])
        self.assertEqual([url for url in tab.asked if not url.startswith((tab.page.origin + "/", "data:"))], [])

    def test_what_is_wrong_is_seen_and_followed(self):
        kith = self.start()
        tab = self.open()
        tab.evaluate("window.mark = 1")
        orders = tab.get_by_role("article", name="Topology orders")
        orders.get_by_text("1 of 8 peers is not linked").wait_for()
        orders.get_by_text("degraded").wait_for()
        tab.get_by_role("article", name="Topology sessions").get_by_text("Every peer is linked.").wait_for()
        self.assertEqual(tab.locator("#verdict").inner_text(), "orders is degraded")
        self.assertEqual(tab.locator("#points .point").count(), 20)
        self.assertEqual(tab.locator("#points .is-down").count(), 1)
        drawn = {kind: set(tab.locator(f"#points .is-{kind} > path").evaluate_all("all => all.map((one) => one.getAttribute('d'))"))
                 for kind in ("down", "linked")}
        self.assertEqual([len(shapes) for shapes in drawn.values()], [1, 1])
        self.assertNotEqual(drawn["down"], drawn["linked"], "each state has a shape of its own, for those who see no colour")
        self.assertEqual(tab.locator("#points .is-down title").text_content(), "orders-3@h: backing off")
        self.assertIn("1 not linked, 19 linked", tab.locator("#ring").get_attribute("aria-label"))
        self.assertEqual(tab.locator("#rows .row").first.locator(".peer-name").inner_text(), "orders-3@h")  # the worst comes first
        self.assertEqual(tab.evaluate("location.hash + document.cookie + localStorage.length + sessionStorage.length"), "00")

        self.report("orders", *(f"orders-{number}@h" for number in (1, 2, 3, 5, 6, 7, 8)))
        self.row(tab, "orders-4@h").wait_for(state="detached")
        tab.locator("#events .event", has_text="peer.lost").filter(has_text="orders-4@h").first.wait_for()
        orders.get_by_text("1 of 7 peers is not linked").wait_for()

        kith.kill()
        tab.wait_for_selector("#connection[data-state=lost]")
        self.row(tab, "orders-1@h").wait_for()  # what was known last
        self.report("orders", "orders-1@h", "orders-20@h")
        self.lab.kith(self.config()).wait("link.up", peer="orders-20@h")
        tab.wait_for_selector(LIVE)
        self.row(tab, "orders-20@h").wait_for()
        self.row(tab, "orders-5@h").wait_for(state="detached")
        orders.get_by_text("Every peer is linked.").wait_for()
        self.assertEqual(tab.evaluate("window.mark"), 1)  # it was not loaded again
        self.unharmed(tab)

    def test_held_removals_are_confirmed_once_they_were_seen(self):
        kith = self.start()
        tab = self.open()
        self.report("sessions", "session-1@h", "session-2@h", "session-3@h")
        kith.wait("peer.held", peer="session-12@h")
        card = tab.get_by_role("article", name="Topology sessions")
        card.get_by_text("the guard holds the removal of 9 peers").wait_for()
        card.get_by_role("button", name="Look and confirm").click()
        dialog = tab.get_by_role("dialog")
        dialog.get_by_role("heading", name="Are these 9 peers meant to go?").wait_for()
        dialog.get_by_text("session-12@h").wait_for()
        self.picture(tab, "confirm")
        self.report("sessions", "session-1@h", "session-2@h")
        kith.wait("peer.held", peer="session-3@h")
        dialog.get_by_role("button", name="Remove 9 peers").click()
        dialog.get_by_text("has grown since").wait_for()
        self.assertEqual(kith.found("removal.confirmed"), [])
        tab.keyboard.press("Escape")
        card.get_by_text("the guard holds the removal of 10 peers").wait_for()
        card.get_by_role("button", name="Look and confirm").click()
        dialog.get_by_role("button", name="Remove 10 peers").click()
        self.assertEqual(kith.wait("removal.confirmed")["peers"], 10)
        card.get_by_text("Every peer is linked.").wait_for()
        self.row(tab, "session-12@h").wait_for(state="detached")
        self.unharmed(tab)

    def test_a_peer_is_explained_by_the_keyboard(self):
        self.start()
        tab = self.open()
        tab.keyboard.press("/")
        tab.keyboard.type("orders 3@")
        tab.get_by_text("1 of 20 peers").wait_for()
        tab.locator("#grid").focus()
        tab.keyboard.press("ArrowDown")
        self.assertEqual(tab.locator("#rows .row[aria-selected=true] .peer-name").inner_text(), "orders-3@h")
        tab.keyboard.press("Enter")
        dialog = tab.get_by_role("dialog", name="orders-3@h")
        dialog.locator(".cause", has_text="no route to it").wait_for()
        dialog.locator(".remedy").wait_for()
        self.picture(tab, "why")
        tab.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        self.assertEqual(tab.evaluate("document.activeElement.id"), "grid")
        self.unharmed(tab)

    def test_dark_light_and_small(self):
        kith = self.start()
        self.report("sessions", "session-1@h")
        kith.wait("peer.held", peer="session-12@h")
        background = set()
        for name, settings in {"light": {}, "dark": {"dark": True}, "small": {"width": 400, "height": 800}}.items():
            tab = self.open(**settings)
            tab.get_by_role("button", name="Look and confirm").wait_for()
            self.picture(tab, name, full_page=name == "small")
            background.add(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
            self.assertEqual(tab.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
            self.unharmed(tab)
        self.assertEqual(len(background), 2)

    def test_nothing_moves_for_ever(self):
        """Each frame of a movement costs the browser as much as a change."""
        self.start()
        tab = self.open(motion=True)
        self.report("orders", *(f"orders-{number}@h" for number in range(1, 10)))
        self.row(tab, "orders-9@h").wait_for()
        wait_until(lambda: tab.evaluate("document.getAnimations().length") == 0, "nothing moves")
        self.unharmed(tab)

    def test_events_out_of_sight_are_there_for_who_scrolls(self):
        kith = self.start()
        tab = self.open()
        items = tab.locator("#events .event")
        known = items.count()
        self.assertLess(known, 25)
        self.report("sessions", *(f"session-{number}@h" for number in range(1, 61)))
        tab.get_by_text("68 peers", exact=True).wait_for()
        self.assertLess(items.count(), 25)
        tab.locator("#events").evaluate("(list) => { list.scrollTop = 200; }")
        wait_until(lambda: items.count() > 100, "all events are elements")
        linked = [event["peer"] for event in kith.found("link.up")]
        self.assertEqual(tab.locator("#events .event[data-kind='link.up'] .link").all_inner_texts()[:48], linked[:-49:-1])
        top = tab.locator("#events").evaluate("list => list.scrollTop")
        seen = items.evaluate_all(FIRST_IN_SIGHT)
        self.report("sessions", *(f"session-{number}@h" for number in range(1, 71)))
        tab.get_by_text("78 peers", exact=True).wait_for()
        self.assertGreater(tab.locator("#events").evaluate("list => list.scrollTop"), top)
        self.assertEqual(items.evaluate_all(FIRST_IN_SIGHT), seen)
        items.filter(has_text="link.up").first.locator(".link").click()
        tab.get_by_role("dialog", name="session-").wait_for()
        self.unharmed(tab)

    def test_a_day_of_events_leaves_nothing_in_the_memory(self):
        self.start()
        tab = self.open(script=MANY_EVENTS)
        session = tab.context.new_cdp_session(tab)

        def heap_after(events):
            tab.evaluate("(number) => { window.allowed = number; }", events)
            tab.locator("#events .event", has_text=f"number {events}").first.wait_for()
            session.send("HeapProfiler.collectGarbage")
            return session.send("Runtime.getHeapUsage")["usedSize"]
        before = heap_after(3000)
        self.assertLess(heap_after(86_400) - before, 5 << 20)
        self.assertLess(tab.evaluate("document.getElementsByTagName('*').length"), 2000)
        self.unharmed(tab)

    def test_what_was_yesterday_has_a_date(self):
        self.start()
        tab = self.open(script=CLOCK)
        times = tab.locator("#events .event time")
        times.first.wait_for()
        for text in times.all_inner_texts():
            self.assertRegex(text, r"^\d\d:\d\d:\d\d$")
        tab.evaluate("window.ahead = 86_400_000")
        wait_until(lambda: len(times.first.inner_text()) > 8, "the times have dates")
        for text in times.all_inner_texts():
            self.assertRegex(text, r"^[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d$")
        self.row(tab, "orders-1@h").get_by_text("1 d 0 h").wait_for()
        self.assertIn("up 1 d 0 h", tab.locator("#daemon").inner_text())
        self.picture(tab, "yesterday")
        self.unharmed(tab)

    def test_a_connection_without_a_sign_of_life_is_not_shown_as_live(self):
        kith = self.start()
        tab = self.open(script=IMPATIENT)
        tab.page.stall()
        tab.wait_for_selector("#connection[data-state=lost]")
        self.assertEqual(tab.locator("#verdict").inner_text(), "What was known last")
        self.report("orders", "orders-1@h", "orders-9@h")
        kith.wait("link.up", peer="orders-9@h")
        tab.page.go_on()
        tab.wait_for_selector(LIVE)
        self.row(tab, "orders-9@h").wait_for()
        self.unharmed(tab)

    def test_what_to_do_when_kith_page_has_ended(self):
        self.start()
        tab = self.open()
        tab.page.interrupt()
        tab.wait_for_selector("#connection[data-state=lost]")
        tab.get_by_role("alert").get_by_text("if `kith page` has ended, start it again").wait_for()
        self.row(tab, "orders-1@h").wait_for()  # what was known last
        self.unharmed(tab)

    def test_a_page_that_is_loaded_again_has_no_secret_until_its_address_is_opened(self):
        self.start()
        tab = self.open()
        tab.reload()
        tab.wait_for_selector("#connection[data-state=closed]")
        tab.get_by_role("alert").get_by_text("This page does not have the secret").get_by_text("`kith page`").wait_for()
        self.assertEqual(tab.locator("#rows .row").count(), 0)
        tab.evaluate("(secret) => { location.hash = secret; }", tab.page.secret)
        tab.wait_for_selector(LIVE)
        self.row(tab, "orders-1@h").wait_for()
        self.unharmed(tab)

    def test_all_of_it_can_be_used_at_400_pixels(self):
        kith = self.start()
        tab = self.open(width=400, height=700)
        self.report("sessions", "session-1@h")
        kith.wait("peer.held", peer="session-12@h")

        def inside(element):
            box = element.bounding_box()
            self.assertGreaterEqual(box["x"], 0)
            self.assertLessEqual(box["x"] + box["width"], 400)
            self.assertEqual(element.evaluate("one => one.scrollWidth - one.clientWidth"), 0)
        tab.locator("#search").fill("orders-3@")
        row = self.row(tab, "orders-3@h")
        row.get_by_text("backing off").wait_for()
        self.assertGreater(row.locator(".peer-name").bounding_box()["width"], 60)
        row.click()
        dialog = tab.get_by_role("dialog", name="orders-3@h")
        dialog.locator(".cause", has_text="no route to it").wait_for()
        inside(dialog)
        self.picture(tab, "small-why")
        dialog.get_by_role("button", name="Close").click()
        tab.get_by_role("button", name="Look and confirm").click()
        dialog = tab.get_by_role("dialog", name="Are these 11 peers meant to go?")
        inside(dialog)
        self.picture(tab, "small-confirm")
        dialog.get_by_role("button", name="Remove 11 peers").click()
        self.assertEqual(kith.wait("removal.confirmed")["peers"], 11)
        self.unharmed(tab)

    def focus(self, tab, text, key="Tab"):
        """Presses the key until the element whose text begins so has the focus."""
        for _ in range(80):
            tab.keyboard.press(key)
            if tab.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent").startswith(text):
                return
        raise AssertionError(f"{key} does not lead to {text!r}")

    def test_everything_can_be_done_by_the_keyboard(self):
        kith = self.start()
        tab = self.open()
        self.report("sessions", "session-1@h")
        kith.wait("peer.held", peer="session-12@h")
        tab.get_by_role("button", name="Look and confirm").wait_for()
        self.focus(tab, "To the table of peers")
        self.focus(tab, "orders: show only its peers")
        tab.keyboard.press("Enter")
        tab.get_by_text("8 peers", exact=True).wait_for()
        tab.keyboard.press("Space")
        tab.get_by_text("20 peers", exact=True).wait_for()
        self.focus(tab, "1not linked")
        tab.keyboard.press("Space")
        tab.get_by_text("1 of 20 peers").wait_for()
        tab.keyboard.press("Space")
        self.focus(tab, "Topology")
        tab.keyboard.press("Enter")
        tab.get_by_role("columnheader", name="Topology", exact=False).and_(tab.locator("[aria-sort=ascending]")).wait_for()
        tab.keyboard.press("Shift+Tab")
        tab.keyboard.press("Shift+Tab")
        self.assertEqual(tab.evaluate("document.activeElement.id"), "grid")
        tab.keyboard.press("End")
        tab.keyboard.press("Enter")
        tab.get_by_role("dialog", name="session-12@h").get_by_text("guard").first.wait_for()
        self.focus(tab, "Close")
        tab.keyboard.press("Enter")
        tab.get_by_role("dialog").wait_for(state="hidden")
        self.focus(tab, "Look and confirm", "Shift+Tab")
        tab.keyboard.press("Enter")
        tab.get_by_role("heading", name="Are these 11 peers meant to go?").wait_for()
        self.focus(tab, "Remove 11 peers")
        tab.keyboard.press("Enter")
        self.assertEqual(kith.wait("removal.confirmed")["peers"], 11)
        tab.get_by_text("The removal of 11 peers of sessions is confirmed.").wait_for(state="attached")
        self.unharmed(tab)

    def test_a_screen_reader_finds_all_of_it(self):
        self.start()
        tab = self.open()
        tab.locator("#grid").focus()
        tab.keyboard.press("ArrowDown")
        tab.locator("#events .event").first.wait_for()
        tree = tab.locator("body").aria_snapshot()
        for part in ('heading "orders is degraded" [level=1]', "status: live", 'region "Topologies"', 'article "Topology orders"',
                     'button "orders : show only its peers"', '- paragraph: degraded', 'img "Ring of 20 peers around the node: 1 not linked, 19 linked. The table lists them."',
                     'group "Show only peers that are"', 'searchbox "Search peers by name, key, source or attribute"', 'grid "Peers"',
                     'columnheader "State ↑"', 'row "orders-3@h orders backing off', '[selected]', 'list "Events"'):
            self.assertIn(part, tree)
        nodes = tab.context.new_cdp_session(tab).send("Accessibility.getFullAXTree")["nodes"]
        focusable = [node for node in nodes if not node["ignored"] and any(one["name"] == "focusable" and one["value"]["value"] for one in node.get("properties", []))]
        self.assertGreater(len(focusable), 20)
        self.assertEqual([node["role"]["value"] for node in focusable if not node.get("name", {}).get("value") and node["role"]["value"] != "rowgroup"], [])
        self.unharmed(tab)

    def snapshots(self, tab):
        return len([url for url in tab.asked if url.endswith("/v1/state")])

    def test_lost_events_are_reported_and_the_state_is_read_again(self):
        config = self.config()
        config["events"] = {"ring": 16}
        kith = self.start(config)
        tab = self.open()
        before = self.snapshots(tab)
        tab.page.stall()
        self.report("sessions", *(f"session-{number}@h" for number in range(1, 3001)))
        wait_until(lambda: self.linked("sessions") == 3000, "all are linked", describe=kith.tail)
        tab.page.go_on()
        lost = tab.locator("#events .event[data-kind='events.lost']").first
        lost.wait_for()
        self.assertRegex(lost.inner_text(), r"\d+ lost")
        tab.get_by_text("3,008 peers", exact=True).wait_for()
        tab.get_by_role("article", name="Topology sessions").get_by_text("of 3,000 peers linked").wait_for()
        self.assertGreater(self.snapshots(tab), before)
        self.unharmed(tab)

    def test_a_gap_in_the_stream_is_reported_and_the_state_is_read_again(self):
        kith = self.start()
        tab = self.open(script=DROPS_ORDERS_5)
        losses = tab.locator("#events .event[data-kind='events.lost']", has_text="this page did not receive them")
        before, known = self.snapshots(tab), losses.count()
        self.report("orders", *(f"orders-{number}@h" for number in (1, 2, 3, 4, 6, 7, 8)))
        kith.wait("peer.lost", peer="orders-5@h")
        self.report("orders", *(f"orders-{number}@h" for number in (1, 2, 3, 4, 6, 7, 8, 9)))
        losses.nth(known).wait_for()
        self.assertRegex(losses.first.inner_text(), r"\d+ lost")
        self.row(tab, "orders-9@h").wait_for()
        self.row(tab, "orders-5@h").wait_for(state="detached")
        self.assertGreater(self.snapshots(tab), before)
        self.unharmed(tab)

    def test_ten_thousand_peers(self):
        names = "".join(f"node-{number}@10.{number // 65536}.{number // 256 % 256}.{number % 256}\n" for number in range(10_000))
        config = self.config()
        config["topologies"]["orders"] = {"strategy": "exec", "connector": "log", "config": {
            "command": ["/bin/cat", str(self.lab.write("many", names))], "polling_interval": 600_000}}
        kith = self.lab.kith(config)
        wait_until(lambda: self.socket.exists() and ask(self.socket, "/v1/topologies/orders").json().get("linked") == 10_000, "all are linked",
                   describe=kith.tail)
        tab = self.open()
        tab.get_by_text("10,012 peers", exact=True).wait_for()
        self.assertLess(tab.locator("#rows .row").count(), 80)
        self.assertLess(tab.locator("#points .point").count(), 241)
        tab.get_by_role("columnheader", name="Peer").get_by_role("button").click()
        tab.locator("#grid").focus()
        tab.keyboard.press("End")
        self.row(tab, "session-12@h").wait_for()
        tab.locator("#search").fill("node-9999@")
        tab.get_by_text("1 of 10,012 peers").wait_for()
        self.picture(tab, "many")
        print("drawn anew in", tab.evaluate("(() => { const search = document.getElementById('search'); search.value = ''; const began = performance.now();"
                                            " search.dispatchEvent(new Event('input')); return performance.now() - began; })()"), "ms")
        self.unharmed(tab)

    def test_a_page_of_another_origin_gets_nothing_and_changes_nothing(self):
        kith = self.start()
        page = PageProcess(self.lab, self.socket)
        target = page.origin + "/v1/topologies/orders/pause"

        class Foreign(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = (f"<!doctype html><iframe name=into></iframe><form method=post target=into action='{target}'></form>"
                        f"<img id=picture src='{page.origin}/v1/status'><iframe id=frame src='{page.origin}/'></iframe>").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        tab = self.browser.tab(f"http://127.0.0.1:{server.server_port}/")
        self.addCleanup(tab.context.close)
        with tab.expect_response(target) as answered:
            tab.evaluate("document.forms[0].submit()")
        self.assertEqual(answered.value.status, 403)
        self.assertEqual(tab.evaluate("document.getElementById('picture').naturalWidth"), 0)
        self.assertNotIn("kith", [frame.title() for frame in tab.frames])
        fetched = tab.evaluate("""async ([origin, target, secret]) => {
            const answers = [];
            for (const [address, options] of [[origin + '/', {}], [origin + '/v1/status', {}], [target, {method: 'POST'}],
                                              [origin + '/v1/status', {headers: {Authorization: 'Bearer ' + secret}}],
                                              [target, {method: 'POST', headers: {Authorization: 'Bearer ' + secret}}],
                                              [target, {method: 'POST', mode: 'no-cors', body: '{}'}]]) {
                try { const answer = await fetch(address, options); answers.push(answer.type + await answer.text()); }
                catch (error) { answers.push('refused'); }
            }
            return answers;
        }""", [page.origin, target, page.secret])
        self.assertEqual(fetched, ["refused"] * 5 + [fetched[5]])
        self.assertIn(fetched[5], ("refused", "opaque"))
        self.assertEqual(kith.found("topology.paused"), [])
        self.assertEqual(page.ask("/v1/topologies/orders/pause", "POST").status, 200)  # the same request by the page itself
        kith.wait("topology.paused")

    def test_a_name_that_was_rebound_gets_nothing_and_changes_nothing(self):
        """A page of another owner, whose name leads to this machine now: for the browser, both are one origin."""
        kith = self.start()
        page = PageProcess(self.lab, self.socket)
        origin = f"http://{browser.REBOUND}:{page.port}"
        tab = self.browser.tab("about:blank")
        self.addCleanup(tab.context.close)
        self.assertEqual(tab.goto(origin + "/").status, 421)
        self.assertNotIn("<script", tab.content())
        self.assertEqual(tab.evaluate("location.origin"), origin)  # what follows asks the same origin, as their script would
        answers = tab.evaluate("""async (secret) => {
            const answers = [];
            for (const headers of [{}, {Authorization: 'Bearer ' + secret}])
                for (const [path, method] of [['/', 'GET'], ['/v1/status', 'GET'], ['/v1/topologies/orders/pause', 'POST']]) {
                    const answer = await fetch(path, {method, headers});
                    answers.push(answer.status + ' ' + (await answer.text()).includes('orders-'));
                }
            return answers;
        }""", page.secret)
        self.assertEqual(answers, ["421 false"] * 6)
        self.assertEqual(kith.found("topology.paused"), [])


if __name__ == "__main__":
    browser.required()
    main()
