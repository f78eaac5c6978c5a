# SPDX-License-Identifier: MIT
"""Hosts and networks for one test: each Host is a Lab in its own network namespace, each Segment an Ethernet switch in this process.

The switch owns the other end of each host's interface (a TAP device) and forwards frames itself, so that it can drop, duplicate and cut
them, and remove an interface, with any kernel. Nothing is connected to the machine's network: a frame that this process does not forward
is dropped. Namespaces have no name; they end with the test.
"""

import contextlib
import ctypes
import fcntl
import functools
import ipaddress
import os
import random
import select
import socket
import struct
import subprocess
import threading
import unittest

from lab import Lab

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result, what):
    if result != 0:
        problem = ctypes.get_errno()
        raise OSError(problem, f"{what}: {os.strerror(problem)}")


def _namespace():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@functools.lru_cache
def unavailable():
    """The reason why namespaces cannot be created; None if they can."""
    def attempt():
        try:
            _checked(_libc.unshare(CLONE_NEWNET), "a network namespace (needs root)")
            os.close(_tap("probe0"))
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            answer.append(str(problem))
    answer = []
    thread = threading.Thread(target=attempt)  # the namespace ends with the thread
    thread.start()
    thread.join()
    return answer[0] if answer else None


def skipped_without_namespaces(test):
    why = unavailable()
    return unittest.skipIf(why, f"no network namespaces here: {why}")(test)


def _tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    except OSError as problem:
        os.close(device)
        raise OSError(problem.errno, f"/dev/net/tun: {problem.strerror}") from None
    return device


class Segment:
    """A switch. `loss`, `duplicate` and `late` (delivered behind the next frame) are shares of the deliveries, `multicast` False drops
    frames to groups, `cut` separates the hosts, the hosts of `deaf` (names) can send but receive nothing, and `loss_of` has the shares that
    single hosts lose of what they send and receive."""

    def __init__(self, seed=1):
        self.loss, self.duplicate, self.late, self.multicast, self.deaf = 0.0, 0.0, 0.0, True, set()
        self.loss_of = {}
        self.lost = self.doubled = self.forwarded = self.overtaken = 0
        self._waiting = {}  # port -> the frame that the next one overtakes
        self._groups = None
        self._random = random.Random(seed)
        self._ports = {}  # descriptor -> name of the host
        self._learnt = {}  # hardware address -> descriptor
        self._taken = []  # to be closed by the thread, which may be using them
        self._lock = threading.Lock()
        self._poll = select.epoll()
        self._wake_in, self._wake = os.pipe()
        self._poll.register(self._wake_in, select.EPOLLIN)
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()

    def cut(self, *groups):
        """After this only hosts of the same group reach each other; without groups all do. Hosts are given by name."""
        self._groups = [set(group) for group in groups] or None

    def close(self):
        os.write(self._wake, b"x")
        self._thread.join(5)
        for port in list(self._ports) + self._taken + [self._wake, self._wake_in]:
            os.close(port)
        self._poll.close()

    def plug(self, port, name):
        with self._lock:
            self._ports[port] = name
        self._poll.register(port, select.EPOLLIN)

    def unplug(self, port):
        """Removes the device of this port before it returns."""
        with self._lock:
            self._poll.unregister(port)
            del self._ports[port]
            self._waiting.pop(port, None)
            self._learnt = {address: there for address, there in self._learnt.items() if there != port}
            os.close(port)

    def _reaches(self, one, other):
        return other not in self.deaf and (self._groups is None or any(one in group and other in group for group in self._groups))

    def _forward(self):
        while True:
            for port, _ in self._poll.poll():
                if port == self._wake_in:
                    return
                for _ in range(64):
                    with self._lock:
                        if port not in self._ports:
                            break
                        try:
                            frame = os.read(port, 65536)
                        except OSError:
                            break
                        self._deliver(port, frame)

    def _deliver(self, port, frame):
        to, sender = frame[:6], frame[6:12]
        self._learnt[sender] = port
        group = to[0] & 1
        if group and to != b"\xff" * 6 and not self.multicast:
            return
        there = self._learnt.get(to)
        ports = [there] if not group and there is not None else [other for other in self._ports if other != port]
        for other in ports:
            if other not in self._ports or not self._reaches(self._ports[port], self._ports[other]):
                continue
            loss = max(self.loss, self.loss_of.get(self._ports[port], 0.0), self.loss_of.get(self._ports[other], 0.0))
            if self._random.random() < loss:
                self.lost += 1
                continue
            twice = self._random.random() < self.duplicate
            self.doubled += twice
            frames = [frame] * (1 + twice)
            if self._random.random() < self.late and other not in self._waiting:
                self._waiting[other] = frames.pop()
            elif other in self._waiting:
                frames.append(self._waiting.pop(other))
                self.overtaken += 1
            for one in frames:
                self._hand(other, one)

    def _hand(self, port, frame):
        try:
            os.write(port, frame)
            self.forwarded += 1
        except OSError:
            self.lost += 1  # the interface is down


class Host(Lab):
    """A Lab in its own namespace: with its loopback, its interfaces, its epmd on the default port. Its nodes are name@address."""

    def __init__(self, name, cookie, address):
        self.name, self.host = name, address
        self._interfaces = {}  # name -> (segment, port)
        made = []

        def make():
            try:
                _checked(_libc.unshare(CLONE_NEWNET), "unshare")
                made.append(_namespace())
            except OSError as problem:
                made.append(problem)
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        self._descriptor = made[0]
        self.ip("link set lo up")
        super().__init__(cookie=cookie, epmd=False)

    def epmd_settings(self):
        return {}

    def start_epmd(self):
        self.epmd_port = 4369
        super().start_epmd()

    def beam(self, name, **settings):
        if not self.epmd_port:
            self.start_epmd()
        return super().beam(name, **settings)

    def close(self):
        super().close()
        for interface in list(self._interfaces):
            self.take_away(interface)
        os.close(self._descriptor)

    @contextlib.contextmanager
    def inside(self):
        """Context manager: what this thread starts or opens in it is in the host's namespace."""
        home = _namespace()
        _checked(_libc.setns(self._descriptor, CLONE_NEWNET), "setns")
        try:
            yield
        finally:
            _checked(_libc.setns(home, CLONE_NEWNET), "setns")
            os.close(home)

    def ip(self, *commands):
        """Runs command lines of ip, given without the `ip`."""
        self._tool(["ip", "-batch", "-"], "\n".join(commands) + "\n")

    def tc(self, *commands):
        self._tool(["tc", "-batch", "-"], "\n".join(commands) + "\n")

    def _tool(self, command, text):
        with self.inside():
            done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{command[0]} on host {self.name} refuses {text!r}: {done.stdout}{done.stderr}")

    def plug(self, segment, interface, address=None, up=True):
        """Adds an interface on a segment; address: with its prefix length."""
        with self.inside():
            port = _tap(interface)
        self._interfaces[interface] = (segment, port)
        segment.plug(port, self.name)
        commands = [f"address add {address} dev {interface}"] if address else []
        if address and ipaddress.ip_interface(address).version == 6:
            commands = [commands[0] + " nodad"]
        self.ip(*commands, *([f"link set {interface} up"] if up else []))

    def take_away(self, interface):
        segment, port = self._interfaces.pop(interface)
        segment.unplug(port)

    def socket(self, *arguments):
        with self.inside():
            return socket.socket(*arguments)
