# SPDX-License-Identifier: MIT
"""The socket of the local API: taken, left behind, removed, impossible, not wanted."""

import socket

from api_case import ApiCase
from api_client import ask, raw
from lab import main
from waiting import wait_until


class ApiSocket(ApiCase):
    def test_a_second_daemon_on_the_same_socket(self):
        first = self.kith()
        second = self.lab.kith(self.config())
        self.assertEqual(second.ended(), 3)
        self.assertIn("another process listens on", second.log())
        self.assertEqual(self.ask("/v1/status").json()["pid"], first.pid)
        config = self.config()
        del config["api"]
        runtime = self.lab.dir / "runtime"
        runtime.mkdir()
        third = self.kith(config, RUNTIME_DIRECTORY=str(runtime))
        fourth = self.kith(config, RUNTIME_DIRECTORY=str(runtime))  # a default socket that is taken is a warning
        fourth.wait_log("the API has no Unix socket: it cannot be made.*another process listens")
        self.assertEqual(fourth.terminate(), 0)
        self.assertEqual(ask(runtime / "kith.sock", "/v1/status").json()["pid"], third.pid)

    def test_a_socket_that_a_killed_daemon_has_left_is_replaced(self):
        self.kith().kill()
        self.assertTrue(self.socket.exists())
        second = self.kith()
        self.assertEqual(self.ask("/v1/status").json()["pid"], second.pid)
        self.assertEqual(second.terminate(), 0)
        self.assertFalse(self.socket.exists())
        self.assertEqual([path.name for path in self.lab.dir.iterdir() if path.name.startswith(".kith-")], [])

    def test_what_is_no_socket_is_left_alone(self):
        self.socket.write_text("mine")
        kith = self.lab.kith(self.config())
        self.assertEqual(kith.ended(), 3)
        self.assertIn("is no socket", kith.log())
        self.assertEqual(self.socket.read_text(), "mine")

    def test_a_socket_that_is_removed_is_made_anew(self):
        kith = self.kith()
        follower = raw(self.socket, b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.addCleanup(follower.close)
        self.socket.unlink()
        wait_until(self.socket.exists, "the socket is there again", describe=kith.tail)
        self.assertEqual(self.ask("/v1/status").json()["pid"], kith.pid)
        kith.wait_log("the socket of the API was removed; it is made anew")
        self.assertIn(b"200 OK", follower.recv(1000))  # it was not disturbed
        # Somebody else's socket in its place is not removed at the end.
        self.socket.unlink()
        other = socket.socket(socket.AF_UNIX)
        self.addCleanup(other.close)
        other.bind(str(self.socket))
        other.listen()
        self.assertEqual(kith.terminate(), 0)
        self.assertTrue(self.socket.exists())

    def test_a_place_where_no_socket_can_be_made(self):
        config = self.config()
        config["api"]["socket"] = str(self.lab.dir / "nowhere/api.sock")
        kith = self.lab.kith(config)
        self.assertEqual(kith.ended(), 3)
        self.assertIn("api.socket: ", kith.log())
        del config["api"]
        kith = self.kith(config, RUNTIME_DIRECTORY=str(self.peers))  # a file
        kith.wait_log("the API has no Unix socket: it cannot be made")

    def test_without_an_api_there_is_no_socket(self):
        config = self.config()
        config["api"] = False
        runtime = self.lab.directory("runtime")
        kith = self.kith(config, RUNTIME_DIRECTORY=str(runtime))
        self.assertEqual(list(runtime.iterdir()), [])
        self.assertNotIn("API", kith.log())


if __name__ == "__main__":
    main()
