# SPDX-License-Identifier: MIT
"""Rounds of nodes that start at once, and moments at which kith is killed, drawn from a seed, for each application that forms a cluster above
the links. The test gives what differs between the applications:

    config(node, others)    the configuration of a kith, for short names
    reset(nodes)            stops the application in the nodes and makes them fresh: no data, no cluster, no links
    serve(nodes)            starts the application in the nodes, and waits until it runs
    begin(node)             starts the application in a node, and does not wait
    halt(node)              stops the application in a node
    is_serving(node)        whether it runs
    declare(node)           has the node store something
    has_data(node)          whether what was stored is there
    wait_cluster(nodes)     waits until the nodes are one cluster, and all of them run
    leave(node)             has it leave its cluster, which runs, and serve alone and fresh again
    joins_under_way(node)   whether kith's process is in the node

tests/long/run sets KITH_ROUNDS and KITH_MOMENTS to 50."""

import os
import random
import sys
import time

from waiting import wait_until

JOIN = r"(?<!each time: )the node joins a cluster"


def count(name, otherwise):
    return int(os.environ.get(name, otherwise))


def draw_from_seed():
    seed = count("KITH_SEED", random.randrange(1 << 32))
    print(f"KITH_SEED={seed}", file=sys.stderr)
    return random.Random(seed)


def form_again_and_again(test, nodes, rounds=2):
    """`rounds` or KITH_ROUNDS times: the nodes are fresh, but for one in every second round, which has data; applications and kiths start in
    any order."""
    draw, rounds = draw_from_seed(), count("KITH_ROUNDS", rounds)
    for number in range(rounds):
        owner = draw.choice(nodes) if number % 2 == 0 else None
        with test.subTest(round=number, data_in=owner and owner.name):
            form(test, nodes, owner, draw)
            print(f"round {number} is good", file=sys.stderr)
    print(f"{rounds} rounds of {len(nodes)} nodes", file=sys.stderr)


def form(test, nodes, owner, draw):
    test.reset(nodes)
    if owner:
        test.serve([owner])
        test.declare(owner)
    kiths = []
    names = [node.short for node in nodes]
    steps = [lambda node=node: kiths.append(test.lab.kith(test.config(node.short, [name for name in names if name != node.short])))
             for node in nodes]
    if draw.random() < 0.5:
        test.serve([node for node in nodes if node is not owner])
    else:
        if owner:
            test.halt(owner)
        steps += [lambda node=node: test.begin(node) for node in nodes]
    draw.shuffle(steps)
    try:
        for step in steps:
            step()
            time.sleep(draw.choice([0, 0, draw.uniform(0, 1.5)]))
        for kith in kiths:
            kith.wait("topology.ready")
        test.wait_cluster(nodes)
        if owner:
            for node in nodes:
                test.assertTrue(test.has_data(node), f"{node.name} has lost what {owner.name} had")
    finally:
        for kith in kiths:
            kith.kill()


def kill_kith_during_joins(test, with_data, fresh, longest):
    """KITH_MOMENTS times: however kith ends during the join, the application runs again, and the next kith completes what is to be done.
    longest: a moment is drawn from so many seconds after the beginning of the join."""
    draw, moments = draw_from_seed(), count("KITH_MOMENTS", 2)
    nodes = [with_data, fresh]
    joins = []
    test.serve(nodes)
    test.declare(with_data)
    for moment in range(moments):
        kiths = [test.lab.kith(test.config(node.short, [other.short])) for node, other in (nodes, nodes[::-1])]
        kiths[1].wait_log(JOIN)
        begun = time.monotonic()
        time.sleep(draw.uniform(0, longest))
        kiths[1].kill()
        wait_until(lambda: not test.joins_under_way(fresh), "the join has ended")
        joins.append(time.monotonic() - begun)
        wait_until(lambda: test.is_serving(fresh), f"{fresh.name} runs")
        kiths[1] = test.lab.kith(test.config(fresh.short, [with_data.short]))
        kiths[1].wait("topology.ready")
        test.wait_cluster(nodes)
        test.assertTrue(test.has_data(fresh), f"moment {moment}")
        print(f"moment {moment} is good", file=sys.stderr)
        for kith in kiths:
            kith.kill()
        if moment + 1 < moments:
            test.leave(fresh)
    print(f"{moments} moments; the joins ended after {min(joins):.1f} to {max(joins):.1f} s", file=sys.stderr)
