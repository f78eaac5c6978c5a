# SPDX-License-Identifier: MIT
"""Strategy k8s finds and follows peers with a real API server."""

import json
import re
import shutil
import subprocess

import kube_objects
from k8s_case import HASTY, OnKubernetes
from kube_objects import of
from lab import PLUGINS, main
from waiting import ROOT

YES = {"ready": True, "serving": True, "terminating": False}
NO = {"ready": False, "serving": True, "terminating": True}


class Names(OnKubernetes):
    """Each lookup in each mode."""

    def setUp(self):
        super().setUp()
        for number in range(3):
            self.cluster.pod(self.team, f"app-{number}", f"10.0.0.{number}", hostname=f"app-{number}", subdomain="app")
        members = [(f"app-{number}", f"10.0.0.{number}", f"app-{number}") for number in range(3)]
        self.admin.post(of(self.team, "endpoints"), kube_objects.endpoints(
            self.team, "app", members, not_ready=[("app-9", "10.0.0.9", "app-9")]))
        self.admin.post(of(self.team, "endpointslices"), kube_objects.endpointslice(
            self.team, "app-1", "app", [(*member, YES) for member in members] + [("app-9", "10.0.0.9", "app-9", NO)]))

    def expect(self, names, **config):
        for lookup in ("pods", "endpoints", "endpointslices"):
            with self.subTest(lookup=lookup):
                kith = self.start(lookup, **config)
                for name in names:
                    kith.wait("peer.discovered", peer=name)
                kith.wait("observation.ok")
                self.assertEqual(self.present(kith), set(names))
                kith.kill()

    def test_addresses(self):
        self.expect([f"app@10.0.0.{number}" for number in range(3)])

    def test_names_of_pods(self):
        self.expect([f"app@10-0-0-{number}.{self.team}.pod.cluster.local" for number in range(3)], mode="dns")

    def test_host_names(self):
        self.cluster.pod(self.team, "web-0", "10.0.0.7", hostname="web-0", subdomain="web")  # it has no name under Service app
        self.cluster.pod(self.team, "bare", "10.0.0.8", hostname="bare")
        self.expect([f"app@app-{number}.app.{self.team}.svc.cluster.local" for number in range(3)],
                    mode="hostname", kubernetes_service_name="app")

    def test_another_domain_of_the_cluster(self):
        self.expect([f"app@10-0-0-{number}.{self.team}.pod.cloud.test" for number in range(3)], mode="dns",
                    environment={"CLUSTER_DOMAIN": "cloud.test"})


class Readme(OnKubernetes):
    def test_the_manifests_are_good_and_enough(self):
        """kubectl applies the manifests; their service account and their configuration are sufficient to find the pods."""
        if shutil.which("kubectl") is None:
            self.skipTest("kubectl is missing (Debian package kubernetes-client)")
        self.admin.post("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        readme = (ROOT / "plugins/strategy_k8s/README.md").read_text()
        manifests = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)[1]
        config = self.cluster.kubeconfig(self.lab.dir / "admin", "somebody", "shop", groups="system:masters")
        done = subprocess.run(["kubectl", "--kubeconfig", config, "apply", "-f", "-"], input=manifests, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cluster.pod("shop", "app-0", "10.0.0.7", labels={"app": "app"})

        account = self.cluster.mount(self.lab.dir / "app", "shop", self.cluster.token("shop", "app"))
        config = json.loads(self.admin.get(of("shop", "configmaps", "kith"))["data"]["kith.json"])
        topology = config["topologies"]["app"]
        topology["config"].update(kubernetes_master=self.cluster.place, kubernetes_service_account_path=str(account.dir))
        topology.update(connector="log", connector_config={"node": "app@127.0.0.1"})
        kith = self.lab.kith({"plugins": {"dir": PLUGINS}, **config})
        kith.wait("link.up", peer="app@10.0.0.7")


class Pods(OnKubernetes):
    def setUp(self):
        super().setUp()
        self.pods(3)

    def test_who_runs_and_has_an_address(self):
        self.cluster.pod(self.team, "done", "10.0.9.1", "Succeeded")
        self.cluster.pod(self.team, "broken", "10.0.9.2", "Failed")
        self.cluster.pod(self.team, "other", "10.0.9.3", labels={"app": "other"})
        self.admin.post(of(self.team, "pods"), kube_objects.pod("waiting"))
        kith = self.start()
        self.sees(kith, 3)
        self.assertEqual(self.present(kith), {f"app@10.0.0.{number}" for number in range(3)})

    def test_one_is_started(self):
        kith = self.start()
        self.sees(kith, 3)
        self.admin.post(of(self.team, "pods"), kube_objects.pod("new"))
        self.cluster.status(self.team, "new", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")

    def test_one_is_deleted_when_it_is_gone_and_not_before(self):
        self.cluster.pod(self.team, "leaving", "10.0.8.1", finalizers=["example.com/hold"])
        kith = self.start(policy=HASTY)
        self.sees(kith, 4)
        self.admin.delete(of(self.team, "pods", "leaving"))
        self.quiet(kith, 0.5, "peer.missing")
        self.cluster.release(self.team, "leaving")
        kith.wait("peer.lost", peer="app@10.0.8.1")
        self.assertEqual(len(kith.found("peer.lost")), 1)

    def test_one_gets_another_address(self):
        kith = self.start(policy=HASTY)
        self.sees(kith, 3)
        self.cluster.status(self.team, "app-1", "10.0.8.1")
        kith.wait("link.up", peer="app@10.0.8.1")
        kith.wait("peer.lost", peer="app@10.0.0.1")

    def test_one_fails(self):
        kith = self.start(policy=HASTY)
        self.sees(kith, 3)
        self.cluster.status(self.team, "app-1", "10.0.0.1", "Failed")
        kith.wait("peer.lost", peer="app@10.0.0.1")

    def test_one_that_no_longer_matches_is_not_lost_at_once(self):
        kith = self.start(policy={"prune": "disconnect"})
        self.sees(kith, 3)
        self.admin.patch(of(self.team, "pods", "app-1"), {"metadata": {"labels": {"app": "other"}}})
        kith.wait("peer.missing", peer="app@10.0.0.1")
        self.admin.patch(of(self.team, "pods", "app-1"), {"metadata": {"labels": {"app": "kith"}}})
        self.sees(kith, 3)
        self.assertEqual(kith.found("peer.lost"), [])
        self.assertEqual(kith.found("link.down"), [])

    def test_one_leaves_the_selection_and_returns(self):
        kith = self.start(policy=HASTY)
        self.sees(kith, 3)
        self.admin.patch(of(self.team, "pods", "app-1"), {"metadata": {"labels": {"app": "other"}}})
        lost = kith.wait("peer.lost", peer="app@10.0.0.1")
        self.admin.patch(of(self.team, "pods", "app-1"), {"metadata": {"labels": {"app": "kith"}}})
        kith.wait("peer.discovered", peer="app@10.0.0.1", after=lost["seq"])

    def test_an_address_of_the_other_family(self):
        self.cluster.pod(self.team, "six", "fd00::6")
        kith = self.start()
        kith.wait("peer.discovered", peer="app@fd00::6")

    def test_nothing_is_asked_while_nothing_changes(self):
        kith = self.start()
        self.sees(kith, 3)
        self.quiet(kith, 3, "observation.failed")  # six times its polling_interval
        kith.terminate()
        self.has_asked(("list", 200), ("watch", 200))

    def test_it_polls_where_it_may_not_watch(self):
        role = kube_objects.role("kith")
        for rule in role["rules"]:
            rule["verbs"] = ["get", "list"]
        self.admin.good("PUT", of(self.team, "roles", "kith"), role)
        asking = self.cluster.client(self.team)
        self.waits_for_status(asking, of(self.team, "pods") + "?watch=true&timeoutSeconds=1", 403)
        kith = self.start(policy=HASTY)
        self.sees(kith, 3)
        kith.wait_log("watch")
        self.cluster.pod(self.team, "new", "10.0.8.1")
        kith.wait("peer.discovered", peer="app@10.0.8.1")
        self.admin.delete(of(self.team, "pods", "app-0"))
        kith.wait("peer.lost", peer="app@10.0.0.0")


class Services(OnKubernetes):
    def members(self, *numbers, conditions=YES):
        return [(f"app-{number}", f"10.0.0.{number}", None, conditions) for number in numbers]

    def slice(self, name, members, kind="IPv4", method="POST"):
        path = of(self.team, "endpointslices", name if method == "PUT" else None)
        return self.admin.good(method, path, kube_objects.endpointslice(self.team, name, "app", members, kind))

    def endpoints(self, numbers, not_ready=(), method="POST"):
        def places(of_them):
            return [(f"app-{number}", f"10.0.0.{number}", None) for number in of_them]
        path = of(self.team, "endpoints", "app" if method == "PUT" else None)
        return self.admin.good(method, path, kube_objects.endpoints(self.team, "app", places(numbers), places(not_ready)))

    def test_endpoints_that_change(self):
        self.endpoints([0, 1, 2], [3])
        kith = self.start("endpoints", policy=HASTY)
        self.sees(kith, 3)
        self.endpoints([0, 2, 3], [1], method="PUT")
        kith.wait("link.up", peer="app@10.0.0.3")
        kith.wait("peer.lost", peer="app@10.0.0.1")
        self.assertEqual([event["peer"] for event in kith.found("peer.lost")], ["app@10.0.0.1"])

    def test_endpoints_that_are_marked_as_cut(self):
        cut = kube_objects.endpoints(self.team, "app", [(f"app-{number}", f"10.0.0.{number}", None) for number in range(2)])
        cut["metadata"]["annotations"] = {"endpoints.kubernetes.io/over-capacity": "truncated"}
        self.endpoints([0, 1, 2])
        kith = self.start("endpoints", policy=HASTY)
        self.sees(kith, 3)
        self.admin.good("PUT", of(self.team, "endpoints", "app"), cut)
        failed = kith.wait("observation.failed")
        self.assertRegex(failed["reason"], "over-capacity: truncated.*kubernetes_ip_lookup_mode endpointslices")
        kith.wait("topology.stale")
        self.assertEqual(kith.found("peer.missing"), [])
        self.endpoints([0, 2], method="PUT")
        kith.wait("topology.fresh", after=failed["seq"])
        kith.wait("peer.lost", peer="app@10.0.0.1")
        self.assertEqual(len(kith.found("peer.lost")), 1)

    def test_endpoints_without_pods_have_addresses(self):
        self.admin.post(of(self.team, "endpoints"), kube_objects.endpoints(self.team, "bare", [(None, "10.0.0.80", None)]))
        self.start("endpoints").wait("peer.discovered", peer="app@10.0.0.80")

    def test_slices_that_come_and_go(self):
        self.slice("app-a", self.members(0, 1))
        kith = self.start("endpointslices", policy=HASTY)
        self.sees(kith, 2)
        self.slice("app-b", self.members(2, 3))
        self.sees(kith, 4)
        self.slice("app-b", self.members(2) + self.members(3, conditions=NO), method="PUT")
        kith.wait("peer.lost", peer="app@10.0.0.3")
        self.admin.delete(of(self.team, "endpointslices", "app-a"))
        kith.wait("peer.lost", peer="app@10.0.0.0")
        kith.wait("peer.lost", peer="app@10.0.0.1")
        self.assertEqual(self.present(kith), {"app@10.0.0.2"})

    def test_of_two_families_one_is_looked_at(self):
        """A node has one name. A pod with only IPv6 is found by that."""
        six = [(f"app-{number}", f"fd00::{number + 1}", None, YES) for number in range(2)]
        self.slice("app-6", six, "IPv6")
        kith = self.start("endpointslices", policy=HASTY)
        self.sees(kith, 2)
        self.assertEqual(self.present(kith), {"app@fd00::1", "app@fd00::2"})
        kith.terminate()
        self.slice("app-4", self.members(0, 1))
        kith = self.start("endpointslices", policy=HASTY)
        self.sees(kith, 2)
        self.assertEqual(self.present(kith), {"app@10.0.0.0", "app@10.0.0.1"})

    def test_an_address_that_moves_to_another_slice_is_not_parted(self):
        """As the controller does: for a moment the address is in both slices."""
        self.slice("app-a", self.members(0, 1))
        kith = self.start("endpointslices", policy=HASTY)
        self.sees(kith, 2)
        self.slice("app-b", self.members(1, 2))
        self.slice("app-a", self.members(0), method="PUT")
        kith.wait("link.up", peer="app@10.0.0.2")
        self.quiet(kith, 0.5, "peer.lost")

    def test_several_namespaces(self):
        other = self.new_namespace()
        self.cluster.admin.good("PUT", of(other, "rolebindings", "kith"), kube_objects.binding("kith", self.team, "kith"))
        asking = self.cluster.client(self.team)
        self.waits_for_status(asking, of(other, "endpoints"), 200)
        self.endpoints([0, 1])
        self.admin.post(of(other, "endpoints"), kube_objects.endpoints(other, "app", [("app-7", "10.0.0.7", None)]))
        kith = self.start("endpoints", kubernetes_namespace=[self.team, other])
        self.sees(kith, 3)
        self.admin.good("PUT", of(other, "endpoints", "app"), kube_objects.endpoints(other, "app", [("app-8", "10.0.0.8", None)]))
        kith.wait("peer.discovered", peer="app@10.0.0.8")
        kith.wait("peer.missing", peer="app@10.0.0.7")
        self.assertEqual(len(kith.found("peer.missing")), 1)


if __name__ == "__main__":
    main()
