# SPDX-License-Identifier: MIT
"""The manifests and the Helm chart of packaging/kubernetes, accepted by a real API server in a dry run, and their configuration by kith."""

import json
import re
import shutil
import subprocess
import unittest

import prepared_server_paths
from k8s_case import OnKubernetes
from lab import main
from waiting import PATIENCE, PLUGINS, ROOT

FILES = ROOT / "packaging/kubernetes"
# What kith may do, and all that it needs.
RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]}]

PATHS = {
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts", "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Service": "/api/v1/namespaces/{}/services", "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}


class Manifests(OnKubernetes):
    def setUp(self):
        if shutil.which("kubectl") is None:
            self.skipTest("kubectl is missing (Debian package kubernetes-client)")
        super().setUp()
        self.space = f"manifests-{self.team}"  # without the accounts and roles of the other tests
        self.admin.post("/api/v1/namespaces", {"metadata": {"name": self.space}})

    def accepted(self, text):
        """Sends each of the manifests to the server, which validates it strictly and stores nothing; returns its objects."""
        config = self.cluster.kubeconfig(self.lab.dir / "admin", "somebody", self.space, groups="system:masters")
        done = subprocess.run(["kubectl", "--kubeconfig", config, "create", "--dry-run=client", "--validate=false", "--output=json",
                               "--filename=-"], input=text, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        objects, rest = [], done.stdout.strip()
        while rest:
            one, end = json.JSONDecoder().raw_decode(rest)
            objects += one["items"] if one["kind"] == "List" else [one]
            rest = rest[end:].strip()
        self.assertEqual(len(objects), len(PATHS))
        return [self.admin.post(f"{PATHS[one['kind']].format(self.space)}?dryRun=All&fieldValidation=Strict", one) for one in objects]

    def check(self, objects, env):
        kinds = {each["kind"]: each for each in objects}
        self.assertEqual(kinds["Role"]["rules"], RULES)
        pod = kinds["StatefulSet"]["spec"]["template"]["spec"]
        (kith,) = pod["initContainers"]
        self.assertEqual(kith["restartPolicy"], "Always")
        self.assertTrue(kith["securityContext"]["readOnlyRootFilesystem"])
        self.assertEqual(kith["securityContext"]["runAsUser"], 10001)
        self.assertEqual([one["name"] for one in kith["env"]], [one["name"] for one in pod["containers"][0]["env"]])
        config = json.loads(kinds["ConfigMap"]["data"]["kith.json"])
        checked = self.lab.command("check", self.lab.write("kith.json", {"plugins": {"dir": PLUGINS}, **config}), **env)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        return pod, config

    ENV = {"RELEASE_NODE": "app@10.0.0.1", "RELEASE_COOKIE": "x"}

    def test_plain_manifests(self):
        self.check(self.accepted((FILES / "kith.yaml").read_text()), self.ENV)

    def test_chart(self):
        folder = prepared_server_paths.prepared("helm")
        if folder is None:
            raise unittest.SkipTest("no helm is prepared (tests/real/prepare helm builds one)")
        chart = str(FILES / "chart")

        def helm(*arguments):
            done = subprocess.run([folder / "helm", *arguments], capture_output=True, text=True, timeout=PATIENCE,
                                  env={"HOME": str(self.lab.dir), "PATH": "/usr/bin:/bin"})
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout
        helm("lint", "--strict", chart)
        for settings, nodes, policy in (([], "app", {}),
                                        (["--set=app.name=shop,app.replicas=5,policy.min_peers=2", "--set=app.env[0].name=LANG",
                                          "--set=app.env[0].value=C"], "shop", {"min_peers": 2})):
            # The oldest Kubernetes that the chart accepts; helm assumes 1.20 when it was not built by its own Makefile.
            pod, config = self.check(self.accepted(helm("template", "red", chart, "--kube-version=1.29.0", *settings)), self.ENV)
            (topology,) = config["topologies"].values()
            self.assertEqual(topology["config"]["kubernetes_node_basename"], nodes)
            self.assertEqual(topology["policy"], policy)
            self.assertEqual("LANG" in [one["name"] for one in pod["containers"][0]["env"]], bool(settings))
            for label in topology["config"]["kubernetes_selector"].split(","):
                self.assertIn(label, (f"app={nodes}", "release=red"))
        prepared_server_paths.used(f"helm {folder.name.removeprefix('helm-')}")

    def test_versions(self):
        """The version of chart and image is that of project(VERSION)."""
        version = re.search(r"^project\(kith VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE).group(1)
        chart = (FILES / "chart/Chart.yaml").read_text()
        self.assertIn(f"version: {version}\nappVersion: \"{version}\"\n", chart)
        for file in ("kith.yaml", "chart/values.yaml"):
            self.assertRegex((FILES / file).read_text(), rf"image: kith:{re.escape(version)}\n")


if __name__ == "__main__":
    main()
