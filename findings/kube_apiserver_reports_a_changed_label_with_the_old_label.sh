#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A watch of pods with a label selector reports a pod whose label was changed as DELETED, and the object in the event is the pod as it was before:
# with the label that matched, Running, with its address. Nothing in it shows that the pod lives on, or what changed, but for one absence: a pod
# that was really deleted has a deletionTimestamp, also when it was deleted at once (grace period 0). And a spelling of the parameters that the
# server does not know is no error: `labelselector=` returns every pod of the namespace, and `watch=no` is a watch.
#
# Seen with kube-apiserver 1.34.4, as tests/real/prepare builds it (5 minutes, once):
#   label changed: DELETED, label app=web, Running, 10.0.0.1, no deletionTimestamp
#   deleted at once: DELETED, label app=web, Running, 10.0.0.2, deletionTimestamp
#   GET of pods, labelSelector=app=none: 200, 0 pods
#   GET of pods, labelselector=app=none: 200, 1 pods
#   GET of pods, watch=no: 200, a stream of events
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
"$here/../tests/real/prepare" kube-apiserver
PYTHONPATH=$here/../tests/integration python3 -B - <<'PY' | tee "$work/seen"
import time

from kube_apiserver import Kubernetes

cluster = Kubernetes()
try:
    server, pods = cluster.admin, f"/api/v1/namespaces/{cluster.namespace('trial')}/pods"

    def pod(name, address):
        server.post(pods, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "web"}},
                           "spec": {"nodeName": "machine", "automountServiceAccountToken": False, "containers": [{"name": "web", "image": "web"}]}})
        server.patch(f"{pods}/{name}/status", {"status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}})

    pod("relabelled", "10.0.0.1"), pod("removed", "10.0.0.2")
    version = server.get(pods)["metadata"]["resourceVersion"]
    watch = server.watch(f"{pods}?watch=1&labelSelector=app%3Dweb&resourceVersion={version}")
    server.patch(f"{pods}/relabelled", {"metadata": {"labels": {"app": "quarantine"}}})
    server.request("DELETE", f"{pods}/removed", {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0})
    deadline = time.monotonic() + 30
    while len(deleted := [event["object"] for event in watch.events() if event["type"] == "DELETED"]) < 2:
        assert time.monotonic() < deadline, watch.lines
        time.sleep(0.05)
    watch.close()
    for label, seen in zip(("label changed", "deleted at once"), deleted):
        print(f"{label}: DELETED, label app={seen['metadata']['labels']['app']}, {seen['status']['phase']}, {seen['status']['podIP']}, "
              f"{'' if 'deletionTimestamp' in seen['metadata'] else 'no '}deletionTimestamp")
    for query in ("labelSelector=app=none", "labelselector=app=none", "watch=no"):
        answer = server.request("GET", f"{pods}?{query}&timeoutSeconds=1".replace("app=none", "app%3Dnone"))
        stream = answer.body.startswith(b'{"type":')
        print(f"GET of pods, {query}: {answer.status}, {'a stream of events' if stream else str(len(answer.json['items'])) + ' pods'}")
finally:
    cluster.close()
PY
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
