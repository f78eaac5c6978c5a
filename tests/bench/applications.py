# SPDX-License-Identifier: MIT
"""Applications that cluster above the links: the time in which nodes of Partisan become a full mesh; changes of the views of HyParView, and the time
in which two nodes of RabbitMQ become a cluster, each beside the same without kith."""

import os
import statistics
import time

from measure import line, report
from partisan import HYPARVIEW, PLUGGABLE, LabOfAddresses, Overlay, on_loopback
from prepared_server_paths import partisan
from rabbitmq import Rabbits, is_missing
from waiting import wait_until

NODES, SECONDS = 9, 40

# Counts the peers that come to the active view or leave it, every 20 ms; `{kith_views, Who}` asks for the number so far.
COUNT_CHANGES = """
register(kith_views, spawn(fun() ->
    Look = fun() -> {ok, Names} = partisan_peer_service:members(), lists:usort(Names) end,
    Loop = fun L(Last, N) ->
        receive {kith_views, Who} -> Who ! {changes, N}, L(Last, N)
        after 20 -> Now = Look(), L(Now, N + length(Now -- Last) + length(Last -- Now))
        end
    end,
    Loop(Look(), 0)
end))"""
CHANGES = "begin kith_views ! {kith_views, self()}, receive {changes, N} -> N end end"


def changes_in(nodes, seconds, begun=None):
    begun = sum(int(node.ask(CHANGES)) for node in nodes) if begun is None else begun
    time.sleep(seconds)
    return sum(int(node.ask(CHANGES)) for node in nodes) - begun


def hyparview(_, runs):
    if partisan() is None:
        return line("HyParView: no Partisan is prepared (tests/real/prepare partisan)", "", "", 0, "")
    lab = LabOfAddresses()
    try:
        overlay = Overlay(on_loopback(lab, NODES), HYPARVIEW)
        configs = [lab.config(node.name, overlay.names(), connector={"application": "partisan_hyparview"}, policy={"min_peers": 1})
                   for node in overlay.nodes]
        for node in overlay.nodes:
            node.ask(COUNT_CHANGES)
        # Nodes that join at once form several overlays, which are bridged after `grace`.
        forming_kiths = [lab.kith({**config, "topologies": {"t": {**config["topologies"]["t"], "policy": {"min_peers": 1, "grace": 2000}}}})
                         for config in configs]
        for kith in forming_kiths:
            kith.wait("topology.ready")
        wait_until(overlay.is_one, "all nodes are one overlay")
        for kith in forming_kiths:
            kith.kill()
        forming = changes_in(overlay.nodes, 0, begun=0)
        assert forming >= NODES, f"the changes are not counted: {forming} while the overlay formed"
        with_kith, without = [], []
        for _ in range(runs):
            kiths = [lab.kith(config) for config in configs]
            for kith in kiths:
                kith.wait("topology.ready")
            with_kith.append(changes_in(overlay.nodes, SECONDS))
            for kith in kiths:
                kith.kill()
            without.append(changes_in(overlay.nodes, SECONDS))
    finally:
        lab.close()
    line(f"changes of active views of HyParView while {NODES} nodes form, by kith", forming, "", 1, "")
    what = f"changes of active views of HyParView in {SECONDS} s, {NODES} nodes"
    report(f"{what}, without kith", without, "", "")
    report(f"{what}, with kith", with_kith, "", "<= 1.5 x", statistics.median(with_kith) / max(1, statistics.median(without)))


def mesh_of_partisan(_, runs):
    """From the start of five kiths at once to five nodes that are connected to each other; every run with nodes of its own."""
    if partisan() is None:
        return line("Partisan: none is prepared (tests/real/prepare partisan)", "", "", 0, "")
    for dead, target in ((0, "<= 0.5"), (20, "<= 2")):
        spent = []
        for _ in range(runs):
            lab = LabOfAddresses()
            try:
                overlay = Overlay(on_loopback(lab, 5), PLUGGABLE)
                names = overlay.names() + [f"d{number}@127.0.1.{number}" for number in range(1, dead + 1)]
                configs = [lab.config(node.name, [name for name in names if name != node.name], connector={"application": "partisan"},
                                      policy={"min_peers": 4}) for node in overlay.nodes]
                begun = time.monotonic()
                for config in configs:
                    lab.kith(config)
                overlay.wait_full_mesh()
                spent.append(time.monotonic() - begun)
            finally:
                lab.close()
        report(f"Partisan: 5 nodes become a full mesh, {dead} dead names beside them", spent, "s", target)


def by_hand(node, other):
    """As RabbitMQ's documents have it."""
    for command in (["stop_app"], ["join_cluster", other.name], ["start_app"]):
        node.ctl(*command)


def wait_cluster(nodes):
    """RabbitMQ lists a node among the running ones before it serves again."""
    for node, other in (nodes, nodes[::-1]):
        node.wait_members(other)
    for node in nodes:
        node.ready()


def rabbitmq(lab, runs):
    if is_missing():
        return line("RabbitMQ is missing (Debian package rabbitmq-server)", "", "", 0, "")
    family = Rabbits(lab)
    nodes = family.nodes("a", "b")
    times = {"kith": [], "hand": []}
    for _ in range(runs):
        for which, spent in times.items():
            family.reset(nodes)
            family.everywhere(nodes, "rabbit, start, []")
            begun, kiths = time.monotonic(), []
            if which == "hand":
                by_hand(nodes[1], nodes[0])
            else:
                kiths = [lab.kith(lab.config(name, [other], connector={"application": "rabbitmq"})) for name, other in ("ab", "ba")]
            wait_cluster(nodes)
            spent.append(time.monotonic() - begun)
            for kith in kiths:
                kith.kill()
    report("RabbitMQ: two fresh nodes that run become a cluster, by rabbitmqctl", times["hand"], "s", "")
    report("RabbitMQ: two fresh nodes that run become a cluster, by kith", times["kith"], "s", "<= 1.2 x",
           statistics.median(times["kith"]) / statistics.median(times["hand"]))


FIGURES = {"partisan": (mesh_of_partisan, 5), "hyparview": (hyparview, 5), "rabbitmq": (rabbitmq, 5)}
