# SPDX-License-Identifier: MIT
"""The event stream of the local API: cut off and resumed, lost events, another run, filters."""

import json
import random

from api_case import ApiCase
from api_client import Events
from lab import main
from waiting import wait_until


class ApiEvents(ApiCase):
    def test_a_client_that_is_cut_off_misses_nothing(self):
        kith = self.kith()
        state = self.ask("/v1/state").json()
        self.busy(kith)
        client = Events(self.socket, last=state["id"])
        random.seed(7)
        for _ in range(60):
            wanted = len(client.received) + random.randrange(1, 120)
            client.read(lambda events: len(events.received) >= wanted)
        self.check_stream(kith, client.received, int(state["id"].split(".")[1]))

    def test_a_small_ring_loses_events_and_reports_each(self):
        kith = self.kith(self.config(events={"ring": 20}))
        client = Events(self.socket, last=self.ask("/v1/state").json()["id"])
        first = int(client.last.split(".")[1])
        self.busy(kith)
        for _ in range(15):
            wanted, seen = len(client.received) + 30, kith.last()
            wait_until(lambda: kith.last() > seen + 200, "the ring was overwritten")
            client.read(lambda events: len(events.received) >= wanted)
        self.assertGreater(client.lost, 0)
        self.check_stream(kith, client.received, first)

    def test_an_id_of_the_former_run(self):
        kith = self.kith()
        client = Events(self.socket)
        old = self.ask("/v1/state").json()["id"]
        self.assertEqual(kith.terminate(), 0)
        self.kith()
        client.last = old
        client.read(lambda events: len(events.received) >= 3)
        self.assertEqual(client.received[0]["kind"], "events.lost")
        self.assertIn("started anew", client.received[0]["reason"])
        self.assertEqual([event["seq"] for event in client.received[1:3]], [1, 2])

    def test_filters_and_lines(self):
        self.kith()
        body = self.ask("/v1/events?follow=false&after=x.1&kind=link.up&topology=t", Accept="application/x-ndjson").body
        kinds = [json.loads(line)["kind"] for line in body.splitlines()]
        self.assertEqual(kinds, ["events.lost"] + ["link.up"] * 3)


if __name__ == "__main__":
    main()
