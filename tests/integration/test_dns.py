# SPDX-License-Identifier: MIT
"""Strategies dns_poll, k8s_dns and k8s_dnssrv with real DNS servers."""

import socket

from lab import PLUGINS, Scenario, main
from name_servers import Dnsmasq, Knot
from namespaces import Host, Segment, skipped_without_namespaces
from waiting import wait_until

QUICK = {"polling_interval": 200}


class Dns(Scenario):
    def start(self, strategy, config, **environment):
        """Starts kith with connector log, which accepts every name."""
        return self.lab.kith({
            "plugins": {"dir": PLUGINS}, "connectors": {"notes": {"plugin": "log", "config": {"node": "app@127.0.0.1"}}},
            "topologies": {"t": {"strategy": strategy, "config": {**QUICK, **config}, "connector": "notes"}}}, **environment)

    def poll(self, server, name="app.test", **more):
        return self.start("dns_poll", {"query": name, "node_basename": "app", "servers": [server.place], **more})

    def discovered(self, kith, count):
        def look():
            return len({event["peer"] for event in kith.found("peer.discovered")}) == count
        wait_until(look, f"{count} peers", describe=kith.tail)


class WithDnsmasq(Dns):
    def setUp(self):
        super().setUp()
        self.server = Dnsmasq(self.lab).start()

    def test_names_that_change_while_it_runs(self):
        self.server.say({"app.test": ["10.0.0.7", "fd00::7"]})
        kith = self.poll(self.server)
        kith.wait("peer.discovered", peer="app@10.0.0.7")
        kith.wait("peer.discovered", peer="app@fd00::7")
        mark = kith.last()
        self.server.say({"app.test": ["10.0.0.7", "fd00::7", "10.0.0.8"]})
        kith.wait("peer.discovered", peer="app@10.0.0.8")
        self.assertEqual(kith.found("peer.missing", mark), [])
        self.server.say({"app.test": ["10.0.0.7", "10.0.0.8"]})
        kith.wait("peer.missing", peer="app@fd00::7")

    def test_a_thousand_addresses(self):
        self.server.say({"app.test": [f"10.0.{i // 250}.{i % 250}" for i in range(1000)]})
        kith = self.poll(self.server)
        self.discovered(kith, 1000)

    def test_stopped_and_started_again(self):
        self.server.say({"app.test": ["10.0.0.7"]})
        kith = self.poll(self.server)
        kith.wait("peer.discovered", peer="app@10.0.0.7")
        mark = kith.last()
        self.server.stop()
        kith.wait_log("cannot be reached")
        self.quiet(kith, 1.5, "peer.missing")
        self.server.start()
        self.server.say({"app.test": ["10.0.0.7", "10.0.0.8"]})
        kith.wait("peer.discovered", peer="app@10.0.0.8")
        self.assertEqual(kith.found("peer.missing", mark), [])

    def test_nobody_is_there_when_it_starts(self):
        self.server.stop()
        kith = self.poll(self.server)
        kith.wait_log("cannot be reached")
        self.server.start()
        self.server.say({"app.test": ["10.0.0.7"]})
        kith.wait("peer.discovered", peer="app@10.0.0.7")


class OneFamily(Dns):
    """Depending on its configuration, dnsmasq refuses an AAAA query for a name with IPv4 addresses in its hosts file, never answers it,
    or answers that there are no records."""

    ADDRESSES = ["10.0.0.7", "10.0.0.8", "10.0.0.9"]

    def serve(self, **settings):
        server = Dnsmasq(self.lab, **settings).start()
        server.say({"app.test": self.ADDRESSES})
        return server

    def found(self, kith):
        for address in self.ADDRESSES:
            kith.wait("peer.discovered", peer=f"app@{address}")
        self.assertEqual(kith.found("observation.failed"), [], kith.tail())

    def test_no_addresses_of_the_other(self):
        self.found(self.poll(self.serve()))

    def test_the_other_is_refused(self):
        kith = self.poll(self.serve(local=False))
        self.found(kith)
        kith.wait_log("the query for one address family failed.*AAAA of app.test.*REFUSED")

    def test_the_other_is_never_answered(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as upstream:
            upstream.bind(("127.0.0.1", 0))
            kith = self.poll(self.serve(local=False, upstream=f"127.0.0.1#{upstream.getsockname()[1]}"))
            self.found(kith)
            kith.wait_log("the query for one address family failed.*AAAA of app.test.*did not reply")

    def test_one_that_had_addresses_keeps_them(self):
        server = self.serve(local=False)
        server.say({"app.test": ["10.0.0.7", "10.0.0.8", "fd00::7"]})
        kith = self.poll(server)
        kith.wait("peer.discovered", peer="app@fd00::7")
        server.say({"app.test": ["10.0.0.7", "10.0.0.9"]})  # now AAAA is refused
        kith.wait("peer.discovered", peer="app@10.0.0.9")
        kith.wait("peer.missing", peer="app@10.0.0.8")
        kith.wait("observation.failed")
        self.quiet(kith, 1.5, "peer.missing", peer="app@fd00::7")
        self.assertEqual(kith.found("peer.missing", peer="app@fd00::7"), [])


@skipped_without_namespaces
class LinkLocal(Dns):
    def setUp(self):
        super().setUp()
        segment = Segment()
        self.addCleanup(segment.close)
        self.lab = Host("here", None, "127.0.0.1")
        self.addCleanup(self.lab.close)
        for interface in ("other0", "eth0"):  # the same network on both: only the name of the interface says where
            self.lab.plug(segment, interface)
        self.lab.ip("address add fe80::53/64 dev eth0 nodad")

    def test_a_server_is_asked_through_the_interface_that_its_address_names(self):
        server = Dnsmasq(self.lab, address="fe80::53%eth0").start()
        server.say({"app.test": ["10.0.0.7", "fd00::7"]})
        kith = self.poll(server)
        kith.wait("peer.discovered", peer="app@10.0.0.7")
        kith.wait("peer.discovered", peer="app@fd00::7")

    def test_an_interface_that_is_not_there_is_the_reason(self):
        kith = self.start("dns_poll", {"query": "app.test", "node_basename": "app", "servers": ["fe80::53%gone0"]})
        self.reason_is_told(kith, kith.wait("observation.failed"), r"\[fe80::53%gone0\]:53 .*no interface gone0")


class WithKnot(Dns):
    def serve(self, lines):
        server = Knot(self.lab)
        server.write(lines)
        return server.start()

    def service(self, server, **environment):
        return self.start("k8s_dnssrv", {"service": "app", "application_name": "app", "namespace": "team",
                                         "servers": [server.place]}, **environment)

    def targets(self, count):
        return self.serve([f"app.team.svc SRV 0 50 4369 app-{i}.app.team.svc" for i in range(count)])

    def test_targets_of_a_headless_service(self):
        kith = self.service(self.targets(3), CLUSTER_DOMAIN="test")
        for i in range(3):
            kith.wait("peer.discovered", peer=f"app@app-{i}.app.team.svc.test")

    def test_another_domain_of_the_cluster(self):
        self.service(self.targets(3)).wait_log("cluster.local.*REFUSED")  # knot serves `test` alone

    def test_a_thousand_targets(self):
        self.discovered(self.service(self.targets(1000), CLUSTER_DOMAIN="test"), 1000)

    def test_aliases_are_followed(self):
        server = self.serve(["app CNAME a", "a CNAME b", "b A 10.0.0.7", "b AAAA fd00::7"])
        kith = self.poll(server)
        kith.wait("peer.discovered", peer="app@10.0.0.7")
        kith.wait("peer.discovered", peer="app@fd00::7")

    def test_a_zone_that_cannot_be_served_parts_nobody(self):
        server = self.serve(["app A 10.0.0.7"])
        kith = self.poll(server)
        kith.wait("peer.discovered", peer="app@10.0.0.7")
        server.stop()
        server.write(None)
        server.start()
        kith.wait_log("SERVFAIL")
        self.assertEqual(kith.found("peer.missing"), [])
        server.say(["app A 10.0.0.7", "app A 10.0.0.8"])
        kith.wait("peer.discovered", peer="app@10.0.0.8")
        self.assertEqual(kith.found("peer.missing"), [])

    def test_a_zone_of_others_is_refused(self):
        server = self.serve(["app A 10.0.0.7"])
        kith = self.poll(server, "app.elsewhere")
        kith.wait_log("REFUSED")

    def test_the_second_server_is_asked(self):
        broken, good = self.serve(None), self.serve(["app A 10.0.0.7"])
        kith = self.start("dns_poll", {"query": "app.test", "node_basename": "app", "servers": [broken.place, good.place]})
        kith.wait("peer.discovered", peer="app@10.0.0.7")


if __name__ == "__main__":
    main()
