# SPDX-License-Identifier: MIT
"""Objects of the Kubernetes API for tests, and their paths."""

import json
import uuid

POD_LABELS = {"app": "kith"}
SELECTOR = "app=kith"
READY = [{"type": kind, "status": "True"} for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")]


def of(namespace, resource, name=None, part=None):
    group = "/apis/discovery.k8s.io/v1" if resource == "endpointslices" else "/api/v1"
    if resource in ("roles", "rolebindings"):
        group = "/apis/rbac.authorization.k8s.io/v1"
    return "/".join(filter(None, (f"{group}/namespaces/{namespace}/{resource}", name, part)))


def address(number):
    """Returns a distinct address within 10.0.0.0/8 for each number."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def pod(name, labels=None, size=None, finalizers=(), **spec):
    """A pod. size: its approximate size in bytes, to emulate the fields that controllers and kubelets add."""
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels or POD_LABELS},
            "spec": {"containers": [{"name": "app", "image": "registry.example/app:1"}], "terminationGracePeriodSeconds": 1, **spec}}
    if finalizers:
        made["metadata"]["finalizers"] = list(finalizers)
    if size:
        # What the API server adds by itself (defaults, managedFields, status) is some 2,700 bytes.
        fill = size - len(json.dumps(made)) - 2700
        made["metadata"]["annotations"] = {f"example.com/{number}": '{"quoted": "text"} ' * 10 for number in range(max(0, fill // 260))}
    return made


def running(ip, phase="Running", **more):
    """The status of a pod as a kubelet writes it."""
    return {"status": {"phase": phase, "podIP": ip, "podIPs": [{"ip": ip}] if ip else [], "hostIP": "10.255.0.1",
                       "startTime": "2026-01-01T00:00:00Z", "conditions": READY,
                       "containerStatuses": [{"name": "app", "image": "registry.example/app:1", "imageID": "", "ready": True,
                                              "started": True, "restartCount": 0, "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}], **more}}


def _target(namespace, name):
    return {"kind": "Pod", "namespace": namespace, "name": name, "uid": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{namespace}"))}


def endpoints(namespace, name, members, not_ready=(), labels=None):
    """`members`: (pod's name, address, hostname or None)."""
    def place(member):
        pod_name, ip, hostname = member
        return {"ip": ip, **({"hostname": hostname} if hostname else {}),
                **({"targetRef": _target(namespace, pod_name)} if pod_name else {})}
    subset = {"ports": [{"name": "epmd", "port": 4369}], **({"addresses": [place(member) for member in members]} if members else {}),
              **({"notReadyAddresses": [place(member) for member in not_ready]} if not_ready else {})}
    return {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name, "labels": labels or POD_LABELS},
            "subsets": [subset] if members or not_ready else []}


def endpointslice(namespace, name, service, members, kind="IPv4", labels=None):
    """`members`: (pod's name, address, hostname or None, conditions)."""
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": kind,
            "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service, **(labels or POD_LABELS)}},
            "ports": [{"name": "epmd", "port": 4369, "protocol": "TCP"}],
            "endpoints": [{"addresses": [ip], "conditions": conditions, "targetRef": _target(namespace, pod_name),
                           **({"hostname": hostname} if hostname else {})} for pod_name, ip, hostname, conditions in members]}


def role(name, resources=("pods", "endpoints"), groups=("",)):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name},
            "rules": [{"apiGroups": list(groups), "resources": list(resources), "verbs": ["get", "list", "watch"]},
                      {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["get", "list", "watch"]}]}


def binding(name, namespace, account):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}]}
