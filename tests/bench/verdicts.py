# SPDX-License-Identifier: MIT
"""How soon the reason is reported why a node does not join a peer that is up: from the peer's appearance to the first event with the true
reason. Peers and nodes are warm; each time is of a new kith, since refusals are remembered."""

import re

import tls
from authority import Authority
from figures import percentile, stamp
from lab import HOST
from measure import line, report
from waiting import PLUGINS, TEST_PLUGINS, wait_until

# What the peer is, which node is driven, and what the reason has to contain.
CASES = (
    ("another cookie", "plain", "cookie", "it is the cookie that is not accepted"),
    ("a short name, the node has a long one", "plain", "sp@localhost", "nodes with long and with short names never connect"),
    ("TLS, the node speaks plain TCP", "plain", "tls", "speaks TLS, .* speaks plain TCP"),
    ("the node's name is not accepted (another cookie set for it)", "plain", "pair", "lets kith itself in with the same cookie"),
    ("plain TCP, the node speaks TLS", "secure", "other", "speaks plain TCP, and .* TLS"),
    ("a certificate of another authority", "secure", "stranger", "is signed by an authority that is not trusted"),
)


def start(lab):
    """The driven nodes and the peers."""
    flags, options = tls.identity(lab)
    strangers = lab.dir / "strangers"
    strangers.mkdir()
    authority = Authority(strangers, "strangers")
    crt, key = authority.certify("strange", "/CN=strange", f"DNS:{HOST},IP:{HOST}", "serverAuth,clientAuth")
    strange = lab.write("strange.conf", f'[{{server,[{{certfile,"{crt}"}},{{keyfile,"{key}"}}]}},{{client,[{{verify,verify_none}}]}}].\n')
    lab.beams("plain", "other")
    lab.beam("cookie", cookie="another").ready()
    lab.beam("sp@localhost", short_names=True).ready()
    lab.beams("secure", "tls", flags=flags)
    lab.beam("stranger", flags=["-proto_dist", "inet_tls", "-ssl_dist_optfile", str(strange)]).ready()
    [pair] = lab.beams("pair")
    pair.ask(f"erlang:set_cookie('plain@{HOST}', another)")
    return {"plain": None, "secure": {"tls": options}}


def verdicts(lab, runs):
    connectors = start(lab)
    times = {what: [] for what, *_ in CASES}
    for _ in range(runs + 1):
        for what, node, peer, reason in CASES:
            lab.write("peers", "")
            kith = lab.kith(lab.config(node, connector=connectors[node], strategy="lines", dirs=[PLUGINS, TEST_PLUGINS],
                                       strategy_config={"file": str(lab.dir / "peers"), "interval": 10}))
            kith.wait("connector.attached")
            wait_until(lambda: kith.found("observation.ok"), "the empty file is read", describe=kith.tail)
            lab.write("peers", lab.full(peer) + "\n")
            failed = kith.wait("connect.failed", peer=lab.full(peer), reason=re.compile(reason))
            times[what].append((stamp(failed) - stamp(kith.found("peer.discovered", peer=lab.full(peer))[0])) * 1e3)
            kith.kill()
    for what, each in times.items():
        report(f"reason of a failed join, peer: {what}", each[1:], "ms", "<= 150")
        line(f"reason of a failed join, peer: {what}: 99 %", f"{percentile(each[1:], 0.99):.2f}", "ms", runs, "<= 150")


FIGURES = {"verdicts": (verdicts, 21)}
