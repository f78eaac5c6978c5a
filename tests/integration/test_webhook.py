# SPDX-License-Identifier: MIT
"""sink_webhook in a real daemon, and a receiver in Python that checks signature and order. Either of them is killed at random times, 6 times
here, or the value of KITH_KILLS (tests/long/run: 100)."""

import contextlib
import http.server
import json
import os
import random
import re
import subprocess
import sys
import threading
import time

from lab import PLUGINS, Lab, Scenario, main
from waiting import ROOT, TEST_PLUGINS, free_port, wait_until
from webhook_receiver import accepted

KILLS = int(os.environ.get("KITH_KILLS", "6"))
SECRET = "only for this test"


class FaultyReceiver(http.server.ThreadingHTTPServer):
    """Answers its requests one after the other as the list `faults` orders, and those after it well. `seen` has each request: the fault, the
    first and last event, the time."""

    daemon_threads = True

    def __init__(self, faults):
        self.faults, self.seen, self.elsewhere = list(faults), [], 0
        super().__init__(("127.0.0.1", 0), AnswersBadly)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):  # kith has closed the connection
        pass


class AnswersBadly(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/kith":
            self.server.elsewhere += 1
            return self.answer(200)
        fault = self.server.faults.pop(0) if self.server.faults else "none"
        seqs = [event["seq"] for event in body["events"]]
        self.server.seen.append((fault, seqs, time.monotonic()))
        if fault == "error":
            self.answer(500)
        elif fault == "busy":
            self.answer(429, {"Retry-After": "3"})
        elif fault == "redirect":
            self.answer(307, {"Location": f"http://127.0.0.1:{self.server.server_port}/elsewhere"})
        elif fault == "half_head":
            self.broken(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif fault == "half_body":
            self.broken(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        elif fault == "mute":
            time.sleep(3)
            self.broken(b"")
        elif fault == "slow":
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)
        else:
            self.answer(200)

    def answer(self, code, fields=None):
        self.send_response(code)
        for name, value in {"Content-Length": "0", **(fields or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def broken(self, start):
        self.wfile.write(start)
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_):
        pass


class Webhook(Scenario):
    def setUp(self):
        self.lab = Lab(epmd=False)
        self.addCleanup(self.lab.close)
        self.port = free_port()
        self.file = self.lab.dir / "accepted"
        self.state = self.lab.dir / "state"
        self.receiver = None
        self.number = 0

    def start_receiver(self):
        output = open(self.lab.dir / "receiver.log", "ab")
        command = [sys.executable, "-B", ROOT / "tests/integration/webhook_receiver.py", str(self.port), self.file, SECRET]
        self.receiver = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        output.close()
        self.lab.own(self.kill_receiver)

    def kill_receiver(self):
        self.receiver.kill()
        self.receiver.wait()

    def change(self, count=20):
        """Replaces the peers by others."""
        self.number += 1
        self.lab.write("peers", "".join(f"p{self.number}-{one}@10.0.0.1\n" for one in range(count)))

    def kith(self, **options):
        config = self.lab.config(strategy="lines", strategy_config={"file": str(self.lab.dir / "peers"), "interval": 20},
                                 dirs=[PLUGINS, TEST_PLUGINS], policy={"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False})
        config["connectors"]["beam"] = {"plugin": "log", "config": {"node": "n@127.0.0.1"}}
        config["state_dir"] = str(self.state)
        config["sinks"] = {"hook": {"plugin": "webhook", "config": {"url": f"http://127.0.0.1:{self.port}/kith", "secret": SECRET,
                                                                      "spool": 256 << 20, **options}}}
        return self.lab.kith(config)

    def spooled(self):
        """The last event of each run that is in the spool, as it is on the disk."""
        last = {}
        for path in sorted((self.state / "sinks.hook.spool").glob("*.records")):
            for run, _, end, _ in re.findall(rb"kith-webhook-1 ([0-9a-f]{16}) (\d+) (\d+) (\d+)\n", path.read_bytes()):
                last[run.decode()] = int(end)
        return last

    def checked(self):
        """Each run's events, without gaps and in order; what comes twice was accepted before. Returns the last event of each run."""
        last, runs = {}, []
        for batch in accepted(self.file):
            run, seqs = batch["run"], batch["seqs"]
            if run not in runs:
                runs.append(run)
                last[run] = seqs[0] - 1
            self.assertEqual(run, runs[-1], "a run that was over came again")
            self.assertEqual(batch["lost"], [], "the daemon dropped events before the sink took them")
            self.assertEqual(seqs, list(range(seqs[0], seqs[-1] + 1)), "events are missing within a batch")
            self.assertLessEqual(seqs[0], last[run] + 1, f"events of run {run} between {last[run]} and {seqs[0]} are missing")
            last[run] = max(last[run], seqs[-1])
        return last

    def log_of_receiver(self):
        return (self.lab.dir / "receiver.log").read_text()

    def test_all_events_arrive_over_one_connection(self):
        # The bus keeps 2 MiB of events. What a sink has not taken of them is dropped and reported, so each burst stays below that.
        peers = 300

        def all_there():
            last = self.checked()
            return len(last) == 1 and max(last.values()) >= kith.last()
        self.start_receiver()
        for burst in (1, 2):
            self.change(peers)
            if burst == 1:
                kith = self.kith()
            kith.wait("link.up", peer=f"p{burst}-{peers - 1}@10.0.0.1")
            wait_until(all_there, "all events were accepted", describe=kith.tail)
        self.assertEqual(len({batch["client"] for batch in accepted(self.file)}), 1)
        self.assertEqual(self.log_of_receiver(), "")
        self.assertEqual(kith.terminate(), 0)
        self.assertNotIn(SECRET, kith.log())

    def test_a_receiver_that_fails_in_each_way_gets_all_events_in_order(self):
        accepts = ("none", "half_body", "slow")
        logged = {"error": "answered 500", "busy": "answered 429", "redirect": "answered 307, a redirect to .*/elsewhere, which is not followed",
                  "half_head": "events are not delivered", "mute": "events are not delivered"}
        faults = [one for fault in (*logged, "half_body", "slow") for one in (fault, "none")]
        receiver = FaultyReceiver(faults)
        self.lab.own(receiver.close)
        self.port = receiver.server_port
        self.change(5)
        kith = self.kith(timeout=2000)

        def used():
            self.change(5)
            return not receiver.faults
        wait_until(used, "each fault was used", 120, lambda: f"{receiver.faults}\n{kith.tail()}")
        wait_until(lambda: receiver.seen[-1][0] == "none" and receiver.seen[-1][1][-1] >= kith.last(), "all events arrive", describe=kith.tail)
        last = 0
        for (fault, seqs, at), (_, following, later) in zip(receiver.seen, receiver.seen[1:]):
            self.assertEqual(seqs, list(range(last + 1, seqs[-1] + 1)) if last else seqs, f"{fault}: missing, twice, or out of order")
            if fault in accepts:
                last = seqs[-1]
            else:
                self.assertEqual(following, seqs, f"after {fault} the same batch is sent again")
            if fault == "busy":
                self.assertGreaterEqual(later - at, 3)
        self.assertEqual(receiver.elsewhere, 0, "the redirect was followed")
        for reason in logged.values():
            kith.wait_log(reason)

    def test_nothing_is_lost_when_either_side_is_killed(self):
        chance = random.Random(os.environ.get("KITH_SEED", "1"))
        self.start_receiver()
        self.change()
        kith = self.kith()
        stopping = threading.Event()

        def keep_changing():
            while not stopping.wait(0.05):
                self.change(5)
        writer = threading.Thread(target=keep_changing)
        writer.start()
        spooled = {}
        try:
            for kill in range(KILLS):
                wait_until(lambda: kith.found("link.up"), "kith works", describe=kith.tail)
                time.sleep(chance.random())  # a random time is the test
                if chance.random() < 0.5:
                    self.kill_receiver()
                    time.sleep(chance.random() * 0.3)
                    self.start_receiver()
                else:
                    kith.kill()
                    spooled.update(self.spooled())
                    kith = self.kith()
        finally:
            stopping.set()
            writer.join()

        def all_there():
            return max(self.checked().values(), default=0) > 0 and not self.missing(spooled) and max(
                self.checked()[accepted(self.file)[-1]["run"]], 0) >= kith.last()
        with contextlib.suppress(AssertionError):
            wait_until(all_there, "all events were accepted", 180)
        self.assertEqual(self.missing(spooled), {}, f"{kith.tail()}\nin the spool: {self.spooled()}\naccepted: {self.checked()}")
        self.assertGreaterEqual(self.checked()[accepted(self.file)[-1]["run"]], kith.last(), kith.tail())
        self.assertEqual(self.log_of_receiver(), "")
        batches = accepted(self.file)
        print(f"{KILLS} kills, {len(self.checked())} runs of kith, {len(batches)} batches, {sum(self.checked().values())} events")

    def missing(self, spooled):
        last = self.checked()
        return {run: end for run, end in spooled.items() if last.get(run, 0) < end}


if __name__ == "__main__":
    main()
