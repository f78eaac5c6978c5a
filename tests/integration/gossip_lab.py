# SPDX-License-Identifier: MIT
"""Base of the gossip tests: BEAM nodes that implement libcluster's gossip, and kith processes with strategy gossip."""

import functools
import pathlib
import subprocess
import tempfile
import unittest

from gossip_packets import Ear
from lab import Scenario
from namespaces import Host, Segment, skipped_without_namespaces
from waiting import free_port

SPEAKER = pathlib.Path(__file__).with_name("libcluster_gossip.erl")


@functools.lru_cache
def compiled():
    """The directory of the compiled script; it is removed when the process ends."""
    place = tempfile.TemporaryDirectory(prefix="kith-lab.")
    subprocess.run(["erlc", "-o", place.name, str(SPEAKER)], check=True, timeout=300)
    return place


@functools.lru_cache
def without_crypto():
    done = subprocess.run(["erl", "-noshell", "-boot", "no_dot_erlang", "-eval", "halt(case code:which(crypto) of non_existing -> 1; _ -> 0 end)."],
                          stdin=subprocess.DEVNULL, timeout=300)
    return done.returncode != 0


needs_crypto = unittest.skipIf(without_crypto(), "OTP without crypto (Debian package erlang-crypto)")


def erlang(value):
    """Formats a Python value as an Erlang term: dict, list, bool, int, str (a binary); any other value by str()."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "#{" + ",".join(f"{key} => {erlang(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(erlang, value)) + "]"
    if isinstance(value, str):
        return f'<<"{value}">>'
    return str(value)


def address(text):
    """An IPv4 address in the form of gen_udp."""
    return _Raw("{" + text.replace(".", ",") + "}")


class _Raw:
    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


def speaker(lab, name, port, interface=None, **options):
    """A BEAM node that runs only libcluster_gossip; `speaks` starts it when the node is ready."""
    node = lab.beam(name, flags=["-pa", compiled().name])
    node.options = {"port": port, "interface": address(interface or lab.host), **options}
    return node


def speaks(node):
    answer = node.ready().ask(f"libcluster_gossip:start({erlang(node.options)})")
    assert answer == "ok", f"libcluster_gossip does not start: {answer}"
    return node


def gossip(lab, node, port, interface=None, policy=None, connector=None, **options):
    """A configuration: strategy gossip on one interface ("": selected by the routes), connector erlang of `node`."""
    interface = lab.host if interface is None else interface
    settings = {"port": port, **({"multicast_if": interface} if interface else {}), "interval": 300, **options}
    return lab.config(node, strategy="gossip", strategy_config=settings, policy=policy, connector=connector)


def logging(lab, node, port, interface=None, policy=None, **options):
    """The same without a BEAM node: connector log with a node of this name, which reports a link to each requested peer."""
    config = gossip(lab, None, port, interface, policy, **options)
    config["connectors"]["beam"] = {"plugin": "log", "config": {"node": lab.full(node)}}
    return config


class GossipScenario(Scenario):
    """On loopback, with a port of its own."""

    def setUp(self):
        super().setUp()
        self.port = free_port()


# Believes a departure at once, and parts: for those who must not believe one.
HASTY = {"prune": "disconnect", "grace": 0, "confirm": 1, "guard": False}
# Parts too, with the guard, and the time of the default to be sure.
PATIENT = {"prune": "disconnect"}
# Parts too, soon, unless the guard holds it. Leases end one after the other, so it must hold the first already.
GUARDED = {"prune": "disconnect", "grace": 1000, "confirm": 1, "max_removal": 0.1}


@skipped_without_namespaces
class HostScenario(unittest.TestCase):
    """Hosts a, b, c ... on one segment, 10.77.0.1 and on, a kith process with connector log in each. At the end of each test no kith
    process has ended and none has disconnected a peer."""

    PORT = 45892  # each host has its own
    PARTED = ("disconnect.succeeded", "disconnect.failed", "link.down", "plugin.failed")  # what must not have happened

    def setUp(self):
        self.segment = Segment()
        self.addCleanup(self.segment.close)
        self._kiths = []

    def tearDown(self):
        for kith in self._kiths:
            for kind in self.PARTED:
                self.assertEqual(kith.found(kind), [], f"a link is parted\n{kith.tail()}")

    def hosts(self, count, plugged=True, up=True):
        """Creates hosts on the segment; with up=False their interface is down, with plugged=False they have no interface."""
        made = []
        for number in range(count):
            host = Host("abcdef"[number], "cookie", f"10.77.0.{number + 1}")
            self.addCleanup(host.close)
            if plugged:
                host.plug(self.segment, "eth0", f"{host.host}/24", up)
            made.append(host)
        return made

    def kith(self, host, policy=None, beam=False, state_dir=None, **options):
        """Starts kith on a host, with five heartbeats per second; a peer is missing after twenty heartbeats, because a process may wait
        for a second or two on a busy machine."""
        settings = {"interval": 200, "expire": 4000, **options}
        interface = settings.pop("multicast_if", host.host)
        config = (gossip if beam else logging)(host, host.name, self.PORT, interface, policy, **settings)
        if state_dir:
            config["state_dir"] = str(state_dir)
        kith = host.kith(config)
        kith.node = host.full(host.name)
        self._kiths.append(kith)
        self.addCleanup(kith.kill)
        return kith

    def formed(self, *kiths):
        """Waits until each is linked to all others."""
        for kith in kiths:
            for other in kiths:
                if other is not kith:
                    kith.wait("link.up", peer=other.node)

    def stale(self, kith, pattern, after=0):
        """Checks that the topology is reported as stale, with this reason, in event and log."""
        event = kith.wait("topology.stale", after=after)
        self.assertRegex(event["reason"], pattern)
        kith.wait_log(pattern)
        return event

    def ear(self, host):
        """A socket of a foreign sender on a host."""
        ear = Ear(self.PORT, host.host, host=host)
        self.addCleanup(ear.close)
        return ear
