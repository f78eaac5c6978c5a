# SPDX-License-Identifier: MIT
"""Members that are hardly able to run: 8 of 32 are stopped for 2 s and run for 0.2 s, again and again for 90 s. Nobody healthy may be declared down at a
healthy member. memberlist is treated in the same way in the same run; it declares members down after about ten times as long."""

import heapq
import random
import signal
import tempfile
import time

from figures import stamp
from measure import line
from mesh import Memberlist, build_memberlist, member, names_of
from waiting import free_port, wait_until

MEMBERS, SICK = 32, 8
STOPPED, RUNNING, FOR = 2.0, 0.2, 90.0
AFTERWARDS = 20.0  # verdicts that are late count too


def are_sick(signals):
    """Stops and continues processes, each from another moment on; all of them run in the end. signals: functions that send each of them a signal."""
    begun = time.monotonic()
    turns = [(begun + random.uniform(0, STOPPED + RUNNING), i, signal.SIGSTOP) for i in range(len(signals))]
    heapq.heapify(turns)
    while turns[0][0] < begun + FOR:
        at, i, number = heapq.heappop(turns)
        time.sleep(max(0.0, at - time.monotonic()))
        signals[i](number)
        stopped = number == signal.SIGSTOP
        heapq.heappush(turns, (time.monotonic() + (STOPPED if stopped else RUNNING), i, signal.SIGCONT if stopped else signal.SIGSTOP))
    for each in signals:
        each(signal.SIGCONT)


def of_mesh(lab):
    """How often healthy members declared healthy ones down, the same of sick ones, and the seconds from the end of it to the last link.up."""
    names, port = names_of(MEMBERS), free_port()
    members = [member(lab, names, i, port) for i in range(MEMBERS)]
    wait_until(lambda: all(len(each.found("link.up")) >= MEMBERS - 1 for each in members), f"{MEMBERS} members are linked", 120)
    time.sleep(3)
    healthy = members[SICK:]
    since = [each.last() for each in healthy]
    are_sick([each.signal for each in members[:SICK]])
    ended = time.time()
    time.sleep(AFTERWARDS)
    downs, back = [], 0.0
    for each, after in zip(healthy, since):
        mine = each.found("link.down", after)
        again = each.found("link.up", after)
        if len(mine) != len(again):
            raise AssertionError(f"of {len(mine)} that were down {len(again)} are up again {AFTERWARDS:.0f} s after the end\n{each.tail()}")
        downs += [event["peer"] for event in mine]
        back = max([back, *(stamp(event) - ended for event in again)])
    for each in members:
        each.kill()
    wrong = sum(peer not in names[:SICK] for peer in downs)
    return wrong, len(downs) - wrong, back


def of_memberlist(program, folder):
    """The first two of these figures."""
    port = free_port()
    addresses = [name.split("@")[1] for name in names_of(MEMBERS)]
    members = [Memberlist(program, folder, each, port, *addresses[:1 if i else 0]) for i, each in enumerate(addresses)]
    try:
        wait_until(lambda: all(len(each.lines("up")) >= MEMBERS for each in members), f"{MEMBERS} of memberlist know each other", 120)
        time.sleep(3)
        before = [len(each.lines("down")) for each in members]
        are_sick([each.process.send_signal for each in members[:SICK]])
        time.sleep(AFTERWARDS)
        downs = [down[1] for each, known in zip(members[SICK:], before[SICK:]) for down in each.lines("down")[known:]]
        wrong = sum(address not in addresses[:SICK] for address in downs)
        return wrong, len(downs) - wrong
    finally:
        for each in members:
            each.kill()


def mesh_sick(lab, runs):
    views, ill_views = (MEMBERS - SICK) * (MEMBERS - SICK - 1) * runs, (MEMBERS - SICK) * SICK * runs
    with tempfile.TemporaryDirectory() as folder:
        program = build_memberlist(folder)
        ours = [of_mesh(lab) for _ in range(runs)]
        theirs = [of_memberlist(program, folder) for _ in range(runs)] if program else []
    regime = f"{SICK} of {MEMBERS} again and again stopped {STOPPED:.0f} s"
    line(f"mesh, {regime}: healthy members down at healthy ones", sum(each[0] for each in ours), "", views, "<= 0")
    line("the same: times that a sick member was down at a healthy one", sum(each[1] for each in ours), "", ill_views, "")
    line("the same: from the end of it until all are up at all healthy ones", f"{max(each[2] for each in ours):.1f}", "s", runs, "")
    if theirs:
        line(f"memberlist, {regime}: healthy members down at healthy ones", sum(each[0] for each in theirs), "", views, "")
        line("the same: times that a sick member was down at a healthy one", sum(each[1] for each in theirs), "", ill_views, "")


FIGURES = {"mesh_sick": (mesh_sick, 1)}
