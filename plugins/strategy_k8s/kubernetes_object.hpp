// SPDX-License-Identifier: MIT
//
// The used members of a Pod, Endpoints or EndpointSlice in one common structure: an object with addresses.
// Source: the Kubernetes API reference, v1 Pod and Endpoints, discovery.k8s.io/v1 EndpointSlice.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace k8s {

/// The kind of objects that are listed.
enum class Lookup : std::uint8_t { endpoints, endpointslices, pods };

/// The resource name in URLs and RBAC rules.
constexpr std::string_view resource(Lookup lookup) noexcept {
    switch (lookup) {
    case Lookup::pods: return "pods";
    case Lookup::endpointslices: return "endpointslices";
    default: return "endpoints";
    }
}

struct Address {
    std::string ip; ///< or a host name, in a slice of addressType FQDN
    std::string hostname;
    std::string node;
    std::string target;     ///< name of the pod; empty: not given
    std::string name_space; ///< namespace of the pod
    std::string uid;        ///< uid of the pod
    bool ready = true;

    void clear() {
        for (std::string *text : {&ip, &hostname, &node, &target, &name_space, &uid}) text->clear();
        ready = true;
    }
};

struct Object {
    std::string name, name_space, uid, version;
    std::string phase;             ///< of a Pod
    std::string subdomain;         ///< of a Pod: the Service in whose domain it has a DNS record; empty: none
    std::string family;            ///< addressType of an EndpointSlice: IPv4, IPv6, FQDN
    std::deque<Address> addresses; ///< of a Pod: exactly one; its ip is empty while the pod has none
    bool is_pod = false;
    bool deleting = false;  ///< it has a deletionTimestamp
    bool truncated = false; ///< of Endpoints: the controller marked them as incomplete (over-capacity: truncated)

    void clear() {
        for (std::string *text : {&name, &name_space, &uid, &version, &phase, &subdomain, &family}) text->clear();
        addresses.clear();
        is_pod = deleting = truncated = false;
    }
};

} // namespace k8s
