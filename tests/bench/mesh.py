# SPDX-License-Identifier: MIT
"""The mesh: from SIGKILL or SIGSTOP of one member to link.down at the others, from nothing to all linked, what an idle member and a handshake cost. Crashes stand beside
memberlist with its defaults for a LAN, on the same machine in the same run. memberlist is a Go module, which is built in a temporary folder; without go, or without the module, it is left out."""

import hmac
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from figures import percentile, stamp
from lab import PLUGINS
from measure import line, running_of
from waiting import free_port, wait_until

KEY = os.urandom(32).hex()
IDENTITY = "kith-" + hmac.new(bytes.fromhex(KEY), b"kith.tls/1 identity", "sha256").hexdigest()[:32]
VERSION = "v0.7.0"


def names_of(count):
    return [f"m{i}@127.0.{4 + i // 200}.{i % 200 + 1}" for i in range(count)]


def member(lab, names, i, port, security=None):
    return lab.kith({
        "plugins": {"dir": PLUGINS},
        "topologies": {"mesh": {
            "strategy": "epmd", "config": {"hosts": names}, "connector": "mesh",
            "connector_config": {"node": names[i], "cluster": "bench", "port": port, **(security or {"keys": [KEY]})}}}})


def crash_of(lab, count, kills):
    """Times in ms: at the observers of the killed member, and at all others; and CPU in ms a second of a member that is idle."""
    names, port = names_of(count), free_port()
    members = [member(lab, names, i, port) for i in range(count)]
    wait_until(lambda: all(len(each.found("link.up")) >= count - 1 for each in members), f"{count} members are linked", 120)
    time.sleep(3)
    before, began = [running_of(each.pid) for each in members], time.monotonic()
    time.sleep(10)
    idle = sum(running_of(each.pid) - was for each, was in zip(members, before)) / count / (time.monotonic() - began) * 1e3
    observers, everywhere = [], []
    for killed in range(1, kills + 1):
        since = [each.last() for each in members]
        at = time.time()
        members[killed].kill()
        for i, each in enumerate(members):
            if i == killed:
                continue
            event = each.wait("link.down", after=since[i], peer=names[killed])
            took = (stamp(event) - at) * 1e3
            everywhere.append(took)
            if "this host: " in event["reason"]:
                observers.append(took)
        since = [each.last() for each in members]
        members[killed] = member(lab, names, killed, port)
        for i, each in enumerate(members):
            if i != killed:
                each.wait("link.up", after=since[i], peer=names[killed])
        time.sleep(1)
    for each in members:
        each.kill()
    return observers, everywhere, idle


def build_memberlist(folder):
    """The path of the program; None, with the reason on standard error."""
    go = shutil.which("go")
    if go is None:
        print("bench: mesh_crash: memberlist is left out: no go", file=sys.stderr)
        return None
    shutil.copy(pathlib.Path(__file__).parent / "memberlist/main.go", folder)
    for command in (["mod", "init", "bench"], ["get", f"github.com/hashicorp/memberlist@{VERSION}"], ["build", "-o", "member", "."]):
        done = subprocess.run([go, *command], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            print(f"bench: mesh_crash: memberlist is left out: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return None
    return f"{folder}/member"


class Memberlist:
    def __init__(self, program, folder, address, port, *seed):
        self.address, self.file = address, open(f"{folder}/{address}.{time.monotonic_ns()}", "w+")
        self.process = subprocess.Popen([program, address, str(port), *seed], stdout=self.file, stdin=subprocess.DEVNULL)

    def lines(self, kind):
        return [each.split() for each in pathlib.Path(self.file.name).read_text().splitlines() if each.startswith(kind + " ")]

    def kill(self):
        self.process.kill()
        self.process.wait()


def memberlist_crash(program, folder, count, kills):
    port = free_port()
    addresses = [f"127.0.{4 + i // 200}.{i % 200 + 1}" for i in range(count + kills)]
    members = [Memberlist(program, folder, each, port, *addresses[:1 if i else 0]) for i, each in enumerate(addresses[:count])]
    try:
        wait_until(lambda: all(len(each.lines("up")) >= count for each in members), f"{count} of memberlist know each other", 120)
        time.sleep(3)
        out = []
        for killed in range(1, kills + 1):
            gone = members[killed].address
            at = time.time()
            members[killed].kill()
            others = [each for each in members if each.process.poll() is None]
            wait_until(lambda: all(any(down[1] == gone for down in each.lines("down")) for each in others), f"{gone} is down", 120)
            out += [next(int(down[2]) / 1e6 - at * 1e3 for down in each.lines("down") if down[1] == gone) for each in others]
        return out
    finally:
        for each in members:
            each.kill()


def mesh_crash(lab, runs):
    with tempfile.TemporaryDirectory() as folder:
        program = build_memberlist(folder)
        for count in (16, 64):
            observers, everywhere, idle = crash_of(lab, count, runs)
            other = memberlist_crash(program, folder, count, runs) if program else []
            line(f"mesh of {count}: SIGKILL to link.down at observers: 99 %", f"{percentile(observers, 0.99):.1f}", "ms", len(observers), "<= 50")
            line(f"mesh of {count}: SIGKILL to link.down everywhere: 99 %", f"{percentile(everywhere, 0.99):.1f}", "ms", len(everywhere), "<= 500")
            if other:
                ratio = percentile(everywhere, 0.99) / percentile(other, 0.99)
                line(f"memberlist of {count}: SIGKILL to NotifyLeave everywhere: 99 %", f"{percentile(other, 0.99):.1f}", "ms", len(other), "")
                line(f"mesh of {count}: everywhere, of memberlist's", f"{ratio:.4f}", "", len(other), "<= 0.1")
            line(f"mesh of {count}: CPU of an idle member", f"{idle:.2f}", "ms/s", count, "<= 1.0" if count == 16 else "")


def certified(lab, names):
    """The options of members with certificates."""
    folder = lab.directory("certs")
    made = lab.command("mesh", "certs", *names, "--cluster", "bench", "--dir", str(folder))
    assert made.returncode == 0, made.stderr
    return [{"certificate": f"{folder}/{each}.pem", "private_key": f"{folder}/{each}.key", "authority": f"{folder}/ca.pem"} for each in names]


def mesh_start(lab, runs):
    """Seconds from the start of the first of 64 processes until each has reported all others as linked."""
    names = names_of(64)
    for what, target in (("keys", 1.2), ("certificates", 2.0)):
        options = [{"keys": [KEY]}] * 64 if what == "keys" else certified(lab, names)
        times = []
        for _ in range(runs):
            port = free_port()
            began = time.time()
            members = [member(lab, names, i, port, options[i]) for i in range(64)]
            wait_until(lambda: all(len(each.found("link.up")) >= 63 for each in members), "64 members are linked", 120)
            times.append(max(stamp(each.found("link.up")[62]) for each in members) - began)
            for each in members:
                each.kill()
        line(f"mesh of 64: from nothing to all linked, with {what}: median", f"{percentile(times, 0.5):.2f}", "s", runs, f"<= {target}")


def mesh_silence(lab, runs):
    """Seconds from SIGSTOP of a member to link.down at the others."""
    for count in (16, 64):
        names, port = names_of(count), free_port()
        members = [member(lab, names, i, port) for i in range(count)]
        wait_until(lambda: all(len(each.found("link.up")) >= count - 1 for each in members), f"{count} members are linked", 120)
        time.sleep(3)
        observers, everywhere = [], []
        for stopped in range(1, runs + 1):
            time.sleep(0.37 * stopped)  # at other moments of the heartbeats
            others = [each for i, each in enumerate(members) if i != stopped]
            since = [each.last() for each in others]
            at = time.time()
            members[stopped].signal(signal.SIGSTOP)
            for each, last in zip(others, since):
                event = each.wait("link.down", after=last, peer=names[stopped])
                everywhere.append(stamp(event) - at)
                if "this host: " in event["reason"]:
                    observers.append(stamp(event) - at)
            since = [each.last() for each in others]
            members[stopped].signal(signal.SIGCONT)
            for each, last in zip(others, since):
                each.wait("link.up", after=last, peer=names[stopped])
            time.sleep(2)
        for each in members:
            each.kill()
        line(f"mesh of {count}: SIGSTOP to link.down at observers: 99 %", f"{percentile(observers, 0.99):.2f}", "s", len(observers), "<= 3")
        line(f"mesh of {count}: SIGSTOP to link.down everywhere: 99 %", f"{percentile(everywhere, 0.99):.2f}", "s", len(everywhere), "<= 4")


def mesh_idle(lab, _):
    """Members with sixteen TLS links that do nothing: CPU, memory of the process, and how much more of it is private for each of the last eight links."""
    names = names_of(17)
    for what, options in (("keys", [{"keys": [KEY]}] * 17), ("certificates", certified(lab, names))):
        port, members, private = free_port(), [], []
        for count in (9, 17):
            members += [member(lab, names, i, port, options[i]) for i in range(len(members), count)]
            wait_until(lambda n=count: all(len(each.found("link.up")) >= n - 1 for each in members), f"{count} members are linked", 120)
            time.sleep(10)
            private.append([each.memory()["Private_Dirty"] for each in members[:9]])
        links = [(after - before) / 8 for before, after in zip(*private)]
        before, began = [running_of(each.pid) for each in members], time.monotonic()
        time.sleep(20)
        idle = [(running_of(each.pid) - was) / (time.monotonic() - began) * 1e3 for each, was in zip(members, before)]
        pss = [each.memory()["Pss"] / 1024 for each in members]
        line(f"mesh, 16 links with {what}: CPU of an idle member: median", f"{percentile(idle, 0.5):.2f}", "ms/s", 17, "<= 1.0")
        line(f"mesh, 16 links with {what}: PSS of a member: median", f"{percentile(pss, 0.5):.1f}", "MiB", 17, "<= 10")
        line(f"mesh: private memory of a link with {what}: median", f"{percentile(links, 0.5):.1f}", "KiB", 9, "<= 22")
        for each in members:
            each.kill()


def certified_client(options):
    """Makes a TLS handshake with a certificate at a port."""
    context = ssl.create_default_context(cafile=options["authority"])
    context.check_hostname = False
    context.load_cert_chain(options["certificate"], options["private_key"])

    def handshake(port):
        with socket.create_connection(("127.0.4.1", port)) as plain, context.wrap_socket(plain):
            pass
    return handshake


def keyed_client(port):
    """The same with the key of the cluster, which Python's ssl offers no function for: openssl s_client."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.4.1:{port}", "-tls1_3", "-psk", KEY, "-psk_identity", IDENTITY, "-brief"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0 and "CONNECTION ESTABLISHED" in done.stderr, done.stderr


def cost_of_handshakes(port, handshake, pid, count):
    """CPU of the process in ms for each TLS handshake with it."""
    before = running_of(pid)
    for _ in range(count):
        handshake(port)
    return (running_of(pid) - before) / count * 1e3


def is_listening(port):
    try:
        socket.create_connection(("127.0.4.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def mesh_handshakes(lab, runs):
    """CPU of the side that accepts, with certificates and with keys, beside openssl s_server: by turns, five times each."""
    names, rounds = names_of(2), 5
    own, options = certified(lab, names)
    ways = {
        "certificates": (own, certified_client(options), ["-cert", own["certificate"], "-key", own["private_key"], "-CAfile", own["authority"], "-Verify", "1",
                                                          "-verify_return_error"]),
        "keys": ({"keys": [KEY]}, keyed_client, ["-nocert", "-psk", KEY, "-psk_identity", IDENTITY]),
    }
    for what, (security, handshake, flags) in ways.items():
        port, other = free_port(), free_port()
        kith = member(lab, names[:1], 0, port, security)
        kith.wait("connector.attached")
        bare = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.4.1:{other}", *flags, "-tls1_3", "-num_tickets", "0", "-quiet"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda at=other: is_listening(at), "openssl s_server listens")
        costs = {"kith": [], "bare": []}
        for at, pid in ((port, kith.pid), (other, bare.pid)):
            cost_of_handshakes(at, handshake, pid, 20)
        for _ in range(rounds):
            costs["kith"].append(cost_of_handshakes(port, handshake, kith.pid, runs // rounds))
            costs["bare"].append(cost_of_handshakes(other, handshake, bare.pid, runs // rounds))
        bare.kill()
        bare.wait()
        kith.kill()
        ours, theirs = (percentile(costs[each], 0.5) for each in ("kith", "bare"))
        line(f"mesh: CPU of a handshake with {what} at the side that accepts: median", f"{ours:.2f}", "ms", runs, "")
        line(f"openssl s_server: the same with {what}", f"{theirs:.2f}", "ms", runs, "")
        line(f"mesh: a handshake with {what}, of openssl s_server's", f"{ours / theirs:.2f}", "", runs, "<= 1.3")


FIGURES = {"mesh_crash": (mesh_crash, 5), "mesh_idle": (mesh_idle, 1), "mesh_start": (mesh_start, 5), "mesh_silence": (mesh_silence, 5), "mesh_handshakes": (mesh_handshakes, 1000)}
