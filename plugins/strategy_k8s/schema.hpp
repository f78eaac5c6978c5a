// SPDX-License-Identifier: MIT
//
// Every option: name, type, default, unit and what it does. JSON Schema, draft 7. Names and defaults are libcluster's, where it has them.
#pragma once

#include <string_view>

namespace k8s {

inline constexpr std::string_view options_schema = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["kubernetes_node_basename", "kubernetes_selector"],
  "properties": {
    "kubernetes_node_basename": {
      "type": "string", "pattern": "^[^@\\s]{1,200}$",
      "x-kith-node-name": "part",
      "description": "The part of the nodes' names before the @."
    },
    "kubernetes_selector": {
      "type": "string", "maxLength": 2048,
      "description": "Label selector, such as app=shop,tier!=batch: of the pods, or of the Endpoints or EndpointSlices, which have the labels of their Service. Empty: all of the namespace."
    },
    "kubernetes_namespace": {
      "type": ["string", "array"], "minItems": 1, "maxItems": 16, "uniqueItems": true,
      "items": { "type": "string", "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", "x-kith-expected": "the name of a namespace" },
      "description": "Namespace, or a list of them. Not given: that of the service account, or of the kubeconfig's context."
    },
    "kubernetes_ip_lookup_mode": {
      "type": "string", "default": "endpoints", "enum": ["endpoints", "endpointslices", "pods"],
      "description": "What is looked up: the ready addresses of Endpoints or of EndpointSlices, or pods, whether ready or not. Kubernetes 1.33 calls Endpoints deprecated."
    },
    "mode": {
      "type": "string", "default": "ip", "enum": ["ip", "dns", "hostname"],
      "description": "What stands after the @: the address; 10-1-2-3.NAMESPACE.pod.DOMAIN; or HOSTNAME.SERVICE.NAMESPACE.svc.DOMAIN, which needs kubernetes_service_name."
    },
    "kubernetes_service_name": {
      "type": "string", "minLength": 1, "maxLength": 253,
      "description": "The headless Service whose name the pods' host names have in mode hostname."
    },
    "kubernetes_cluster_name": {
      "type": "string", "minLength": 1, "maxLength": 200,
      "description": "The cluster's domain without its .local. Not given: CLUSTER_DOMAIN of the environment, complete, else cluster."
    },
    "kubernetes_master": {
      "type": "string", "pattern": "^(https?://)?[^\\s/?#@]+(:[0-9]{1,5})?/?$",
      "x-kith-expected": "a host, or a URL without a path, such as kubernetes.default.svc or https://10.96.0.1:443",
      "description": "The API server; https:// unless it says http://. Not given: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT of the environment, else kubernetes.default.svc."
    },
    "kubernetes_service_account_path": {
      "type": "string", "default": "/var/run/secrets/kubernetes.io/serviceaccount",
      "description": "Folder with the service account's token, ca.crt and namespace. They are read again whenever they are used."
    },
    "kubeconfig": {
      "type": "string", "minLength": 1,
      "description": "A kubeconfig file, in place of the service account: for a kith outside of the cluster. Read again whenever it is used."
    },
    "context": {
      "type": "string", "minLength": 1,
      "description": "The kubeconfig's context; not given: its current-context."
    },
    "insecure_skip_tls_verify": {
      "type": "boolean", "default": false,
      "description": "Believe whoever answers. A kubeconfig that asks for it is refused without this."
    },
    "kubernetes_use_cached_resources": {
      "type": "boolean", "default": false,
      "description": "The first list may come from the API server's cache (resourceVersion=0): cheaper for etcd, and maybe some moments old. The watch that follows brings it up to date."
    },
    "polling_interval": {
      "type": "integer", "default": 5000, "minimum": 100, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "Time between looks where watching is not allowed, give or take a tenth. Changes are told by a watch otherwise, and nothing is polled."
    }
  },
  "x-kith-authenticated": {
    "properties": {
      "insecure_skip_tls_verify": { "const": false },
      "kubernetes_master": { "not": { "pattern": "^http:" } }
    }
  }
})";

} // namespace k8s
