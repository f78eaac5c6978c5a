// SPDX-License-Identifier: MIT
//
// The JSON Schema (draft 7) of all options. Names and defaults are those of libcluster where it has the option.
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
      "description": "The part of the node names before the @."
    },
    "kubernetes_selector": {
      "type": "string", "maxLength": 2048,
      "description": "Label selector, such as app=shop,tier!=batch, for the pods, Endpoints or EndpointSlices; the latter two have the labels of their Service. Empty: all objects of the namespace."
    },
    "kubernetes_namespace": {
      "type": ["string", "array"], "minItems": 1, "maxItems": 16, "uniqueItems": true,
      "items": { "type": "string", "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", "x-kith-expected": "the name of a namespace" },
      "description": "Namespace, or a list of namespaces. Default: that of the service account, or of the kubeconfig's context."
    },
    "kubernetes_ip_lookup_mode": {
      "type": "string", "default": "endpoints", "enum": ["endpoints", "endpointslices", "pods"],
      "description": "The objects that are listed and watched: the ready addresses of Endpoints or EndpointSlices, or pods, whether ready or not. Endpoints are deprecated since Kubernetes 1.33."
    },
    "mode": {
      "type": "string", "default": "ip", "enum": ["ip", "dns", "hostname"],
      "description": "The part of the node names after the @: ip: the address; dns: 10-1-2-3.NAMESPACE.pod.DOMAIN; hostname: HOSTNAME.SERVICE.NAMESPACE.svc.DOMAIN, which requires kubernetes_service_name."
    },
    "kubernetes_service_name": {
      "type": "string", "minLength": 1, "maxLength": 253,
      "description": "The headless Service that is part of the host names in mode hostname."
    },
    "kubernetes_cluster_name": {
      "type": "string", "minLength": 1, "maxLength": 200,
      "description": "The cluster's domain without .local. Default: the environment variable CLUSTER_DOMAIN (the complete domain), or else cluster."
    },
    "kubernetes_master": {
      "type": "string", "pattern": "^(https?://)?[^\\s/?#@]+(:[0-9]{1,5})?/?$",
      "x-kith-expected": "a host, or a URL without a path, such as kubernetes.default.svc or https://10.96.0.1:443",
      "description": "Host or URL of the API server; https:// unless http:// is given. Default: the environment variables KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, or else kubernetes.default.svc."
    },
    "kubernetes_service_account_path": {
      "type": "string", "default": "/var/run/secrets/kubernetes.io/serviceaccount",
      "description": "Folder with the service account's token, ca.crt and namespace. The files are read again for each request."
    },
    "kubeconfig": {
      "type": "string", "minLength": 1, "x-kith-file": "read",
      "description": "A kubeconfig file, instead of the service account, for a kith outside of the cluster. The file is read again for each request."
    },
    "context": {
      "type": "string", "minLength": 1,
      "description": "The context of the kubeconfig. Default: its current-context."
    },
    "insecure_skip_tls_verify": {
      "type": "boolean", "default": false,
      "description": "Do not verify the server's certificate. Required if the kubeconfig sets insecure-skip-tls-verify."
    },
    "kubernetes_use_cached_resources": {
      "type": "boolean", "default": false,
      "description": "The first list can come from the API server's cache (resourceVersion=0), which causes less load for etcd but can be slightly outdated. The following watch updates it."
    },
    "polling_interval": {
      "type": "integer", "default": 5000, "minimum": 100, "maximum": 86400000, "x-kith-unit": "ms",
      "description": "Time between lists where watching is not allowed, varied by ±10 %. Otherwise a watch reports the changes, and nothing is polled."
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
