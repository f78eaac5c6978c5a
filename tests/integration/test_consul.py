# SPDX-License-Identifier: MIT
"""Strategy consul finds and follows the services of a real agent, and registers with it."""

import signal

from consul_lab import AtConsul
from lab import main
from waiting import wait_until


class Services(AtConsul):
    def test_they_are_registered_failing_and_deregistered(self):
        self.consul.register(self.service, "a", "10.1.0.1")
        self.consul.register(self.service, "b", "10.1.0.2")
        kith = self.start()
        self.sees(kith, ["10.1.0.1", "10.1.0.2"])
        self.consul.register(self.service, "c", "10.1.0.3")
        self.sees(kith, ["10.1.0.1", "10.1.0.2", "10.1.0.3"])
        self.consul.check("b", "fail")
        self.sees(kith, ["10.1.0.1", "10.1.0.3"])
        self.consul.check("b", "pass")
        self.sees(kith, ["10.1.0.1", "10.1.0.2", "10.1.0.3"])
        self.consul.deregister("a")
        self.sees(kith, ["10.1.0.2", "10.1.0.3"])
        self.consul.deregister("b")
        self.consul.deregister("c")
        self.sees(kith, [])
        self.assertEqual(kith.found("observation.failed"), [])

    def test_every_endpoint(self):
        self.consul.register(self.service, "ea", "10.1.0.1", Meta={"role": "db"})
        self.consul.register(self.service, "eb", "10.1.0.2")
        self.consul.register(self.service, "ec", "")
        self.consul.check("eb", "fail")
        agent = {"list_using": [{"endpoint": "agent", "passing": False}], "polling_interval": 200}
        for config, addresses in (
                ({"list_using": ["health"]}, ["10.1.0.1", "127.0.0.1"]),
                ({"list_using": [{"endpoint": "health", "passing": False}]}, ["10.1.0.1", "10.1.0.2", "127.0.0.1"]),
                ({"list_using": ["catalog"]}, ["10.1.0.1", "10.1.0.2", "127.0.0.1"]),
                ({"list_using": ["catalog"], "filter": 'ServiceMeta.role == "db"'}, ["10.1.0.1"]),
                ({"list_using": ["health"], "filter": 'Service.Meta.role == "db"'}, ["10.1.0.1"]),
                ({"list_using": [{"endpoint": "catalog", "expected": "host"}]}, ["n1"]),
                ({"list_using": ["multisite"]}, ["10.1.0.1", "127.0.0.1"]),
                ({"list_using": ["agent"], "polling_interval": 200}, ["10.1.0.1"]),
                (agent, ["10.1.0.1", "10.1.0.2"]),
                ({"list_using": ["agent"], "service": {"id": "eb"}}, ["10.1.0.2"]),
                ({"list_using": ["agent", "health"], "polling_interval": 200}, ["10.1.0.1", "127.0.0.1"])):
            with self.subTest(str(config)):
                self.sees(self.start(**config), addresses)

    def test_one_instance_is_followed(self):
        self.consul.register(self.service, "followed", "10.1.0.1")
        kith = self.start(list_using=["agent"], service={"id": "followed"})
        self.sees(kith, ["10.1.0.1"])
        self.consul.register(self.service, "followed", "10.1.0.9")
        self.sees(kith, ["10.1.0.9"])
        self.consul.deregister("followed")
        self.sees(kith, [])

    def test_a_filter_that_is_none(self):
        kith = self.start(filter="nonsense")
        self.assertRegex(kith.wait("observation.failed")["reason"], "check the option filter")

    def test_a_datacenter_that_is_none(self):
        kith = self.start(dc="mars")
        self.assertRegex(kith.wait("observation.failed")["reason"], "No path to datacenter")


class Access(AtConsul):
    def test_a_token_revoked_while_it_runs(self):
        self.consul.register(self.service, "ta", "10.1.0.1")
        kith = self.start(wait=1000)
        self.sees(kith, ["10.1.0.1"])
        self.consul.revoke(self.accessor)
        self.assertRegex(kith.wait("observation.failed")["reason"], "403: .*; expected a token whose policy has service")
        self.assertEqual(kith.found("peer.missing"), [])
        self.token_file.write_text(self.consul.token("read")[1])
        self.consul.register(self.service, "tb", "10.1.0.2")
        self.sees(kith, ["10.1.0.1", "10.1.0.2"])

    def test_without_a_token_an_empty_list_is_no_answer(self):
        self.consul.register(self.service, "na", "10.1.0.1")
        kith = self.start(token_file=str(self.lab.write("wrong", "nobodys")))
        self.assertRegex(kith.wait("observation.failed")["reason"], "ACL not found")
        config = self.config()
        del config["topologies"]["t"]["config"]["token_file"]
        self.assertRegex(self.lab.kith(config).wait("observation.failed")["reason"], "expected the option token_file, with a token")

    def test_a_policy_that_reads_no_node(self):
        self.consul.register(self.service, "pa", "10.1.0.1")
        self.consul.policy("half", 'service_prefix "" { policy = "read" }')
        self.token_file.write_text(self.consul.token("half")[1])
        self.assertRegex(self.start().wait("observation.failed")["reason"], "omits what the token may not read; expected a token")


class Agent(AtConsul):
    def test_it_is_started_anew(self):
        self.consul.register(self.service, "ra", "10.1.0.1")
        self.consul.check("ra", "pass")  # this is kept over a restart, and the status of a registration is not
        kith = self.start(wait=1000)
        self.sees(kith, ["10.1.0.1"])
        self.consul.kill()
        kith.wait("observation.failed")
        self.assertEqual(kith.found("peer.missing"), [])
        self.consul.start()
        self.consul.register(self.service, "rb", "10.1.0.2")
        self.sees(kith, ["10.1.0.1", "10.1.0.2"])
        self.assertEqual(kith.found("peer.missing"), [])

    def test_it_hangs(self):
        self.consul.register(self.service, "ha", "10.1.0.1")
        kith = self.start(wait=1000)
        self.sees(kith, ["10.1.0.1"])
        self.consul.signal(signal.SIGSTOP)
        self.addCleanup(self.consul.signal, signal.SIGCONT)
        self.assertRegex(kith.wait("observation.failed")["reason"], "not done within|no response within")
        self.assertEqual(kith.found("peer.missing"), [])
        self.consul.signal(signal.SIGCONT)
        self.consul.register(self.service, "hb", "10.1.0.2")
        self.sees(kith, ["10.1.0.1", "10.1.0.2"])


class Registration(AtConsul):
    def setUp(self):
        super().setUp()
        self.token_file.write_text(self.consul.token("write")[1])

    def registered(self):
        return [(one["Service"]["Address"], [check["Status"] for check in one["Checks"] if check["CheckID"] != "serfHealth"])
                for one in self.consul.done("GET", f"/v1/health/service/{self.service}")]

    def test_it_registers_refreshes_and_takes_back(self):
        kith = self.lab.kith(self.config(node="app@10.1.0.7", register={"ttl": 6000, "port": 4000}))
        self.addCleanup(self.note, kith)
        passing = [("10.1.0.7", ["passing"])]
        wait_until(lambda: self.registered() == passing, "it is registered", None, kith.tail)
        with self.assertRaises(AssertionError):  # for longer than the check's time it never fails
            wait_until(lambda: self.registered() != passing, "it fails", 10)
        self.assertEqual(kith.terminate(), 0)
        wait_until(lambda: self.registered() == [], "it is taken back")

    def test_killed_it_turns_critical(self):
        kith = self.lab.kith(self.config(node="app@10.1.0.8", register={"ttl": 3000}))
        wait_until(lambda: self.registered() == [("10.1.0.8", ["passing"])], "it is registered", None, kith.tail)
        kith.kill()
        wait_until(lambda: self.registered() == [("10.1.0.8", ["critical"])], "its check is critical")

    def test_a_token_that_may_not_write(self):
        self.token_file.write_text(self.secret)
        kith = self.lab.kith(self.config(node="app@10.1.0.9", register={"ttl": 3000}))
        kith.wait_log(r"not registered with Consul.*lacks permission 'service:write'.*policy = \\?\"write\\?\"")


if __name__ == "__main__":
    main()
