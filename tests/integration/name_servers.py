# SPDX-License-Identifier: MIT
"""Real DNS servers on loopback, each in a directory of its own, at a free port: dnsmasq and knot."""

import os
import shutil
import signal
import socket
import subprocess
import unittest

from prepared_server_paths import used
from waiting import HOST, free_port, wait_until

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class NameServer:
    program = package = None

    def __init__(self, lab):
        self.binary = shutil.which(self.program, path=PATH)
        if self.binary is None:
            raise unittest.SkipTest(f"{self.program} is missing (Debian package {self.package})")
        self.lab = lab
        self.address = HOST
        self.port = free_port()
        self.dir = lab.dir / f"{self.program}-{self.port}"
        self.dir.mkdir()
        self._process = None
        lab.own(self.stop)

    @property
    def place(self):
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def start(self):
        self.prepare()
        with open(self.dir / "output", "ab") as output, self.lab.inside():
            self._process = subprocess.Popen([self.binary, *self.arguments()], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        wait_until(self.listens, f"{self.program} to listen", describe=(self.dir / "output").read_text)
        used(self.program)
        return self

    def listens(self):
        try:
            with self.lab.inside():
                socket.create_connection((self.address, self.port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def prepare(self):
        pass


class Dnsmasq(NameServer):
    """dnsmasq with the names of `hosts`, a dictionary of name to addresses, all in the domain `test`. It is authoritative for other
    names of the domain, which do not exist; with `local` False it forwards them to `upstream` ("127.0.0.1#5353"), and refuses the query
    without one."""

    program, package = "dnsmasq", "dnsmasq-base"

    def __init__(self, lab, local=True, upstream=None, address=HOST):
        super().__init__(lab)
        self.address = address
        self._more = ["--local=/test/"] if local else [f"--server={upstream}"] if upstream else []

    def arguments(self):
        _, _, interface = self.address.partition("%")
        where = [f"--interface={interface}", "--except-interface=lo"] if interface else [f"--listen-address={self.address}"]
        return ["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--local-ttl=1", *self._more,
                f"--port={self.port}", *where, "--bind-interfaces", f"--addn-hosts={self.dir / 'hosts'}",
                "--pid-file=", "--log-facility=-", "--user=", f"--dhcp-leasefile={self.dir / 'leases'}"]

    def prepare(self):
        self.say({})

    def start(self):
        super().start()
        self.has_read(0)
        return self

    def say(self, hosts):
        lines = [f"{address} {name}\n" for name, addresses in hosts.items() for address in addresses]
        (self.dir / "hosts").write_text("".join(lines))
        if self._process is not None:
            before = self.reads()
            self._process.send_signal(signal.SIGHUP)
            self.has_read(before)

    def reads(self):
        return (self.dir / "output").read_text().count(f"read {self.dir / 'hosts'}")

    def has_read(self, before):
        wait_until(lambda: self.reads() > before, "dnsmasq has read its hosts", describe=(self.dir / "output").read_text)


class Knot(NameServer):
    """knotd with the zone `test`, given as lines of a zone file; None: a zone that cannot be served, for SERVFAIL."""

    program, package = "knotd", "knot"

    def arguments(self):
        return ["-c", str(self.dir / "knot.conf")]

    def prepare(self):
        self._serial = getattr(self, "_serial", 1)
        (self.dir / "run").mkdir(exist_ok=True)
        (self.dir / "knot.conf").write_text(
            f"server:\n  rundir: {self.dir / 'run'}\n  listen: {HOST}@{self.port}\n"
            f"database:\n  storage: {self.dir}\n"
            f"zone:\n  - domain: test\n    storage: {self.dir}\n    file: test.zone\n    zonefile-load: whole\n    journal-content: none\n"
            "log:\n  - target: stderr\n    any: notice\n")

    def write(self, lines):
        zone = self.dir / "test.zone"
        if lines is None:
            zone.unlink(missing_ok=True)
            return
        self._serial = getattr(self, "_serial", 1) + 1
        zone.write_text(f"$ORIGIN test.\n$TTL 1\n@ SOA ns root {self._serial} 60 60 600 1\n@ NS ns\nns A {HOST}\n" + "\n".join(lines) + "\n")

    def say(self, lines):
        self.write(lines)
        self._process.send_signal(signal.SIGHUP)
