# SPDX-License-Identifier: MIT
"""Failures of a real API server: kith disconnects no peer because of them; changes during a failure are applied when the server is
available again."""

import json
import re
import signal

import kube_objects
from authority import Authority
from k8s_case import HASTY, OnKubernetes
from kube_objects import of
from lab import main
from waiting import wait_until


class Failures(OnKubernetes):
    def setUp(self):
        super().setUp()
        self.pods(3)

    def followed(self, **settings):
        """Starts a kith process that has three peers and follows their changes."""
        kith = self.start(policy=HASTY, **settings)
        self.sees(kith, 3)
        wait_until(lambda: self.asked(verb="watch", stage="ResponseStarted"), "a watch", describe=kith.tail)
        return kith

    def stale(self, kith, pattern, after=0):
        """Checks that the topology is reported as stale, with this reason."""
        kith.wait("topology.stale", after=after)
        self.reason_is_told(kith, kith.wait("observation.failed", after=after, reason=re.compile(pattern)), pattern)
        return kith.last()

    def nobody_is_parted(self, kith, after=0):
        for kind in ("peer.missing", "peer.lost", "link.down"):
            self.assertEqual(kith.found(kind, after), [], kith.tail())


class Server(Failures):
    def test_it_is_killed_and_started_again(self):
        self.comes_back(signal.SIGKILL)

    def test_it_is_told_to_stop_and_started_again(self):
        self.comes_back(signal.SIGTERM)

    def comes_back(self, how):
        kith = self.followed()
        self.cluster.stop(how)
        mark = self.stale(kith, "nobody listens|refused")
        self.quiet(kith, 2, "peer.missing")
        self.cluster.start()
        kith.wait("topology.fresh", after=mark)
        self.nobody_is_parted(kith)
        self.cluster.pod(self.team, "new", "10.0.8.1")
        self.admin.delete(of(self.team, "pods", "app-0"))
        kith.wait("link.up", peer="app@10.0.8.1")
        kith.wait("peer.lost", peer="app@10.0.0.0")
        self.assertEqual(len(kith.found("peer.lost")), 1)

    def test_it_is_not_there_when_kith_starts(self):
        self.cluster.stop()
        kith = self.start()
        kith.wait("observation.failed")
        self.cluster.start()
        self.sees(kith, 3)

    def test_what_changed_while_kith_could_not_see(self):
        """The watch continues where it was interrupted, without a new list."""
        kith = self.followed()
        kith.signal(signal.SIGSTOP)
        self.cluster.restart()
        self.cluster.pod(self.team, "new", "10.0.8.1")
        self.admin.delete(of(self.team, "pods", "app-0"))
        kith.signal(signal.SIGCONT)
        kith.wait("link.up", peer="app@10.0.8.1")
        kith.wait("peer.lost", peer="app@10.0.0.0")
        self.has_listed(1)

    def test_compaction_makes_it_list_again(self):
        """410 Gone: its resource version was compacted."""
        kith = self.followed()
        kith.signal(signal.SIGSTOP)
        self.cluster.restart()
        self.cluster.pod(self.team, "new", "10.0.8.1")
        self.admin.delete(of(self.team, "pods", "app-0"))
        self.cluster.compact()
        self.cluster.restart()  # or its cache would remember
        self.cluster.status(self.team, "app-1", "10.0.0.1")
        kith.signal(signal.SIGCONT)
        kith.wait("link.up", peer="app@10.0.8.1")
        kith.wait("peer.lost", peer="app@10.0.0.0")
        self.has_listed(2)
        self.assertEqual(len(kith.found("peer.lost")), 1)

    def test_without_a_cache_there_are_no_bookmarks(self):
        kith = self.followed()
        self.cluster.restart("--watch-cache=false")
        self.addCleanup(self.cluster.restart)
        self.cluster.pod(self.team, "new", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")
        self.nobody_is_parted(kith)


class Rights(Failures):
    def test_a_role_is_taken_away_and_given_back(self):
        kith = self.followed()
        self.cluster.unbind(self.team)
        self.cluster.restart()  # which ends the watch; it would go on for half an hour
        mark = self.stale(kith, "403.*forbidden.*get, list and watch")
        self.quiet(kith, 2, "peer.missing")
        self.cluster.bind(self.team)
        kith.wait("topology.fresh", after=mark)
        self.nobody_is_parted(kith)
        self.cluster.pod(self.team, "new", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")

    def test_no_role_when_it_starts(self):
        self.cluster.unbind(self.team)
        self.waits_for_status(self.cluster.client(self.team), of(self.team, "pods"), 403)
        kith = self.start()
        self.reason_is_told(kith, kith.wait("observation.failed"), f"403.*namespace {self.team}")
        self.cluster.bind(self.team)
        self.sees(kith, 3)

    def test_a_token_is_rotated(self):
        """As the kubelet does; the previous token is invalid, and the server ends the watch."""
        self.account.write(token=self.cluster.token(self.team, secret="first"))
        kith = self.followed()
        self.account.write(token=self.cluster.token(self.team, secret="second"))
        self.admin.delete(of(self.team, "secrets", "first"))
        self.cluster.restart()
        self.cluster.pod(self.team, "new", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")
        self.nobody_is_parted(kith)
        self.assertNotRegex(kith.log(), "answered 401")  # the digits alone are in a time now and then

    def test_a_token_that_became_void(self):
        self.account.write(token=self.cluster.token(self.team, secret="first"))
        kith = self.followed()
        self.admin.delete(of(self.team, "secrets", "first"))
        self.cluster.restart()
        mark = self.stale(kith, "401.*expired")
        self.quiet(kith, 1, "peer.missing")
        self.account.write(token=self.cluster.token(self.team))
        kith.wait("topology.fresh", after=mark)
        self.nobody_is_parted(kith)
        self.assertNotIn((self.account.dir / "token").read_text(), kith.log())

    def test_an_authority_that_is_another(self):
        """And the right one later: the file is read again."""
        self.account.write(**{"ca.crt": Authority(self.lab.dir, "other").crt.read_text()})
        kith = self.start()
        self.reason_is_told(kith, kith.wait("observation.failed"), "certificate")
        self.account.write(**{"ca.crt": self.cluster.ca.read_text()})
        self.sees(kith, 3)

    def test_a_namespace_that_another_service_account_may_not_see(self):
        """The query of one of two namespaces fails: the pods of the other are found, and the topology is stale."""
        other = self.new_namespace()
        kith = self.start(kubernetes_namespace=[self.team, other])
        self.stale(kith, f"403.*{other}")
        self.sees(kith, 3)


class Laptop(Failures):
    def setUp(self):
        super().setUp()
        self.admin.post(of(self.team, "rolebindings"), {
            **kube_objects.binding("kith", self.team, "kith"), "metadata": {"name": "people"},
            "subjects": [{"kind": "Group", "name": "kith:people", "apiGroup": "rbac.authorization.k8s.io"}]})

    def test_a_kubeconfig_with_a_client_certificate(self):
        file = self.cluster.kubeconfig(self.lab.dir / "config", namespace=self.team)
        kith = self.followed(kubeconfig=str(file))
        self.cluster.pod(self.team, "new", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")

    def test_another_context(self):
        file = self.cluster.kubeconfig(self.lab.dir / "config", namespace="default")
        config = json.loads(file.read_text())
        config["contexts"].append({"name": "there", "context": {**config["contexts"][0]["context"], "namespace": self.team}})
        file.write_text(json.dumps(config))
        self.followed(kubeconfig=str(file), context="there")

    def test_a_certificate_of_nobody(self):
        """Signed by another authority: the server does not accept the client."""
        authority = Authority(self.lab.dir, "other")
        crt, key = authority.certify("nobody", "/O=kith:people/CN=nobody")
        file = self.cluster.kubeconfig(self.lab.dir / "config", namespace=self.team)
        config = json.loads(file.read_text())
        config["users"][0]["user"] = {"client-certificate": str(crt), "client-key": str(key)}
        file.write_text(json.dumps(config))
        kith = self.start(kubeconfig=str(file))
        self.reason_is_told(kith, kith.wait("observation.failed"), "401|certificate")


if __name__ == "__main__":
    main()
