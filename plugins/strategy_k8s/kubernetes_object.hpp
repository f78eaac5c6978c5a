// SPDX-License-Identifier: MIT
//
// What is used of a Pod, an Endpoints or an EndpointSlice, all in one shape: an object with the addresses that it stands for.
// Source: the Kubernetes API reference, v1 Pod and Endpoints, discovery.k8s.io/v1 EndpointSlice.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace k8s {

/// Which kind of object is looked up.
enum class Lookup : std::uint8_t { endpoints, endpointslices, pods };

/// As in a URL, and as RBAC calls it.
constexpr std::string_view resource(Lookup lookup) noexcept {
    switch (lookup) {
    case Lookup::pods: return "pods";
    case Lookup::endpointslices: return "endpointslices";
    default: return "endpoints";
    }
}

struct Address {
    std::string ip; ///< or a host name, in a slice of the type FQDN
    std::string hostname;
    std::string node;
    std::string target;     ///< name of the pod behind it; empty when nothing is told
    std::string name_space; ///< of the target
    std::string uid;        ///< of the target
    bool ready = true;

    void clear() {
        for (std::string *text : {&ip, &hostname, &node, &target, &name_space, &uid}) text->clear();
        ready = true;
    }
};

struct Object {
    std::string name, name_space, uid, version;
    std::string phase;             ///< of a pod
    std::string subdomain;         ///< of a pod: the Service under whose name it has a DNS record, if any
    std::string family;            ///< of a slice: IPv4, IPv6, FQDN
    std::deque<Address> addresses; ///< of a pod: one, with an empty ip while it has none
    bool is_pod = false;
    bool deleting = false;  ///< it has a deletionTimestamp
    bool truncated = false; ///< Endpoints: marked by their controller as not listing all addresses that they should

    void clear() {
        for (std::string *text : {&name, &name_space, &uid, &version, &phase, &subdomain, &family}) text->clear();
        addresses.clear();
        is_pod = deleting = truncated = false;
    }
};

} // namespace k8s
