# SPDX-License-Identifier: MIT
"""A route that begins to drop all packets during an HTTP answer: TCP detects it long before the time-out of the answer."""

import socket
import threading
import time

from lab import PLUGINS, Scenario, main
from namespaces import Host, Segment, skipped_without_namespaces
from waiting import wait_until

LIST = b'{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a","uid":"u"},"status":{"podIP":"10.0.0.9"}}]}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Watched:
    """A server that lists one pod and whose watch never sends."""

    def __init__(self, host, port=8001):
        with host.inside():
            self._listener = socket.create_server((host.host, port))
        self.watches = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        received = b""
        with client:
            while data := client.recv(65536):
                received += data
                if not received.endswith(b"\r\n\r\n"):
                    continue
                if b"watch=true" in received:
                    client.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
                    self.watches += 1
                else:
                    client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(LIST) + LIST)
                received = b""

    def close(self):
        self._listener.close()


@skipped_without_namespaces
class SilentWay(Scenario):
    def test_a_watch_whose_way_is_cut(self):
        segment = Segment()
        self.addCleanup(segment.close)
        here, there = (Host(name, "secret", address) for name, address in (("here", "10.78.0.1"), ("there", "10.78.0.2")))
        for host in (here, there):
            self.addCleanup(host.close)
            host.plug(segment, "eth0", f"{host.host}/24")
        server = Watched(there)
        self.addCleanup(server.close)
        kith = here.kith({
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@127.0.0.1"}}},
            "topologies": {"t": {"strategy": "k8s", "connector": "notes", "config": {
                "kubernetes_node_basename": "app", "kubernetes_selector": "", "kubernetes_ip_lookup_mode": "pods",
                "kubernetes_namespace": "team", "kubernetes_master": f"http://{there.host}:8001"}}}})
        kith.wait("peer.discovered", peer="app@10.0.0.9")
        wait_until(lambda: server.watches == 1, "the watch")
        cut = time.monotonic()
        segment.cut(["here"], ["there"])
        failed = kith.wait("observation.failed", timeout=120)
        took = time.monotonic() - cut
        self.assertLess(took, 60, f"bookmarks alone would find it out after 65 s: {failed}")
        self.assertEqual(kith.found("peer.missing"), [])
        segment.cut()
        wait_until(lambda: server.watches > 1, "another watch", timeout=120)


if __name__ == "__main__":
    main()
