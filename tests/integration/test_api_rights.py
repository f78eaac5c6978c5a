# SPDX-License-Identifier: MIT
"""Who may do what at the local API of a real daemon, by user, group, host and origin."""

import os
import pathlib
import signal
import stat
import subprocess
import unittest

from api_case import ApiCase
from api_client import ask
from lab import main
from waiting import KITH, PATIENCE, wait_until


def as_user(uid, gid, groups=()):
    """Becomes that user, in the child of a subprocess."""
    def become():
        os.setgroups(list(groups))
        os.setgid(gid)
        os.setuid(uid)
    return become


needs_root = unittest.skipIf(os.geteuid() != 0, "needs root, to become other users")
needs_a_public_build = unittest.skipUnless(all(folder.stat().st_mode & stat.S_IXOTH for folder in pathlib.Path(KITH).resolve().parents),
                                           "the checkout is below a directory that other users may not enter")


class ApiRights(ApiCase):
    @needs_root
    @needs_a_public_build
    def test_rights_by_user_and_group(self):
        config = self.config()
        config["api"].update(control_group="54321", messages_group="54322")
        self.kith(config)
        self.assertEqual(stat.S_IMODE(self.socket.stat().st_mode), 0o660)
        os.chown(self.socket, -1, 54300)  # as the group `kith` where there is one
        script = (f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})\n"
                  "from api_client import ask\n"
                  "def tried(*words):\n"
                  "    try:\n"
                  f"        return str(ask({str(self.socket)!r}, *words).status)\n"
                  "    except PermissionError:\n"
                  "        return 'denied'\n"
                  "print(tried('/v1/status'), tried('/v1/refresh', 'POST'), tried('/v1/messages/node?channel=c', 'POST'))\n")
        # connector_log carries no messages: 409 is for those who may send some.
        cases = {(54100, 54100, ()): "denied denied denied", (54100, 54300, ()): "200 403 403", (54100, 54100, (54300,)): "200 403 403",
                 (54100, 54300, (54321,)): "200 202 409", (54100, 54321, (54300,)): "200 202 409", (54100, 54321, ()): "denied denied denied",
                 (54100, 54300, (54322,)): "200 403 409", (65534, 54300, ()): "200 403 403", (0, 0, ()): "200 202 409"}
        for (uid, gid, groups), expected in cases.items():
            with self.subTest(uid=uid, gid=gid, groups=groups):
                child = subprocess.run(["python3", "-B", "-c", script], preexec_fn=as_user(uid, gid, groups), text=True,
                                       capture_output=True, timeout=PATIENCE)
                self.assertEqual(child.stdout.strip(), expected, child.stderr)
        command = subprocess.run([KITH, "status", "--socket", str(self.socket)], preexec_fn=as_user(54100, 54100), text=True,
                                 capture_output=True, timeout=PATIENCE)
        self.assertEqual(command.returncode, 3)
        self.assertIn("permission denied", command.stderr)

    @needs_root
    @needs_a_public_build
    def test_the_daemon_of_another_user(self):
        home = self.lab.dir / "user"
        home.mkdir(mode=0o700)
        os.chown(home, 54100, 54100)
        config = self.config(name="mine")
        del config["api"]
        file = self.lab.write("user.json", config)
        file.chmod(0o644)
        for path in (self.peers, file):
            path.chmod(0o644)
        environment = self.lab.environment(XDG_RUNTIME_DIR=str(home))
        del environment["RUNTIME_DIRECTORY"]
        log = self.lab.dir / "user.log"
        with open(log, "wb") as output:
            daemon = subprocess.Popen([KITH, "run", str(file)], env=environment, preexec_fn=as_user(54100, 54100),
                                      stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.addCleanup(lambda: (daemon.kill(), daemon.wait()))
        its = home / "kith/mine.sock"
        wait_until(its.exists, "its socket", describe=lambda: log.read_text())
        self.assertEqual(stat.S_IMODE(its.parent.stat().st_mode), 0o700)
        self.assertEqual(ask(its, "/v1/refresh", "POST").status, 202)  # root
        found = subprocess.run([KITH, "refresh"], env=environment, preexec_fn=as_user(54100, 54100), text=True, capture_output=True,
                               timeout=PATIENCE)
        self.assertEqual(found.returncode, 0, found.stderr)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(PATIENCE)
        self.assertFalse(its.exists())

    def test_hosts_and_origins_of_strangers(self):
        self.kith()
        self.assertEqual(self.ask("/v1/status", Host="evil.example").code(), "421 host_not_allowed")
        self.assertEqual(self.ask("/v1/refresh", "POST", Origin="http://evil.example").code(), "403 foreign_origin")
        self.assertEqual(self.ask("/v1/refresh").code(), "405 method_not_allowed")


if __name__ == "__main__":
    main()
