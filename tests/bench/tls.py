# SPDX-License-Identifier: MIT
"""What TLS distribution costs: attaching, memory, and joining peers, each beside plain TCP or the node itself in the same run."""

import socket
import ssl
import statistics
import subprocess
import time

from authority import Authority
from figures import stamp
from lab import HOST
from measure import line, report


def identity(lab):
    """Flags of nodes that speak TLS, and option tls, by one certificate."""
    directory = lab.dir / "tls"
    directory.mkdir()
    ca = Authority(directory)
    crt, key = ca.certify("node", "/CN=node", f"DNS:{HOST},IP:{HOST}", "serverAuth,clientAuth")
    options = f'[{{certfile,"{crt}"}},{{keyfile,"{key}"}},{{cacertfile,"{ca.crt}"}},{{verify,verify_peer}}'
    optfile = lab.write("dist.conf", f"[{{server,{options},{{fail_if_no_peer_cert,true}}]}},{{client,{options}]}}].\n")
    return ("-proto_dist", "inet_tls", "-ssl_dist_optfile", str(optfile)), {
        "cacertfile": str(ca.crt), "certfile": str(crt), "keyfile": str(key)}


def warm_handshakes(node, tls, runs):
    """The limit: the handshake alone, by a process that has OpenSSL and its context loaded."""
    port = int(node.ask(f"element(2, erl_epmd:port_please('{node.short}', \"{HOST}\"))"))
    context = ssl.create_default_context(cafile=tls["cacertfile"])
    context.load_cert_chain(tls["certfile"], tls["keyfile"])
    times = []
    for _ in range(runs):
        begun = time.monotonic()
        with socket.create_connection((HOST, port)) as plain, context.wrap_socket(plain, server_hostname=HOST):
            times.append((time.monotonic() - begun) * 1e3)
    return times


def bare_handshakes(node, tls, runs):
    """How long a process takes that does nothing but the handshake."""
    port = node.ask(f"element(2, erl_epmd:port_please('{node.short}', \"{HOST}\"))")
    command = ["openssl", "s_client", "-connect", f"{HOST}:{port}", "-CAfile", tls["cacertfile"], "-cert", tls["certfile"], "-key", tls["keyfile"],
               "-tls1_2", "-verify_return_error", "-quiet", "-no_ign_eof"]
    times = []
    for _ in range(runs):
        begun = time.monotonic()
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append((time.monotonic() - begun) * 1e3)
    return times


def attach(lab, runs):
    """From the topology's start, when the plugin is loaded, until kith is in its node; the first TLS of the process, libkith_tls.so included."""
    flags, tls = identity(lab)
    lab.beams("plain")
    [secure] = lab.beams("secure", flags=flags)
    configs = {"plain": lab.config("plain"), "secure": lab.config("secure", connector={"tls": tls})}
    times, memory = {"plain": [], "secure": []}, {"plain": [], "secure": []}
    for _ in range(runs):
        for which, config in configs.items():
            kith = lab.kith(config)
            attached = kith.wait("connector.attached")
            times[which].append((stamp(attached) - stamp(kith.found("topology.started")[0])) * 1e3)
            time.sleep(1)
            memory[which].append(kith.memory()["Pss"] / 1024)
            kith.kill()
    report("handshake of TLS with the same node by openssl s_client, loading included", bare_handshakes(secure, tls, runs), "ms", "")
    report("handshake of TLS alone with the same node, by a process that has loaded it", warm_handshakes(secure, tls, runs), "ms", "")
    more = statistics.median(times["secure"]) - statistics.median(times["plain"])
    report("attaching to a node by plain TCP", times["plain"], "ms", "")
    report("attaching to a node by TLS", times["secure"], "ms", "")
    line("attaching by TLS, more than by plain TCP", f"{more:.2f}", "ms", runs, "<= 10")
    report("memory of a kith in its node by plain TCP: PSS", memory["plain"], "MiB", "<= 5.6")
    report("memory of a kith in its node by TLS: PSS", memory["secure"], "MiB", "<= 9")


FIGURES = {"tls": (attach, 11)}
