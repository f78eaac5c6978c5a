// SPDX-License-Identifier: MIT
#include "naming.hpp"

#include <algorithm>
#include <optional>

namespace k8s {

namespace {

constexpr std::size_t longest = 1024; // bytes of a name or a key, as kith_peer has it; and of what else is told of a peer

bool is_fqdn(const Object &object) { return object.family == "FQDN"; }

// Why this address is no peer, as far as it does not depend on its name.
std::optional<Omission> omission(const Object &object, const Address &address) {
    if (object.phase == "Succeeded" || object.phase == "Failed") return Omission::finished;
    if (!address.ready) return Omission::not_ready;
    if (address.ip.empty()) return Omission::no_address;
    return std::nullopt;
}

// Appends what stands after the @.
std::optional<Omission> append_host(const Object &object, const Address &address, std::string_view name_space,
                                    const Naming &naming, std::string &out) {
    switch (naming.mode) {
    case Mode::ip: out += address.ip; return std::nullopt;
    case Mode::dns: {
        if (is_fqdn(object)) return Omission::no_dns_name;
        const std::size_t begin = out.size();
        out += address.ip;
        std::replace_if(
            out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), [](char c) { return c == '.' || c == ':'; }, '-');
        out.append(".").append(name_space).append(".pod.").append(naming.domain);
        return std::nullopt;
    }
    case Mode::hostname:
        if (address.hostname.empty()) return Omission::no_hostname;
        out.append(address.hostname).append(".").append(naming.service).append(".").append(name_space);
        out.append(".svc.").append(naming.domain);
        return std::nullopt;
    }
    return Omission::no_address;
}

} // namespace

std::string_view reason(Omission why) noexcept {
    switch (why) {
    case Omission::no_address: return "it has no address yet";
    case Omission::finished: return "the pod has finished (phase Succeeded or Failed)";
    case Omission::not_ready: return "it is not ready; a Service with publishNotReadyAddresses tells of it all the same";
    case Omission::no_hostname:
        return "it has no hostname; mode hostname is for the pods of a StatefulSet, or with spec.hostname";
    case Omission::no_dns_name: return "its slice has addressType FQDN, and mode dns needs an IP address";
    case Omission::too_long: return "its name would be longer than 1024 bytes";
    case Omission::doubled: return "another object tells of the same pod";
    case Omission::other_family: return "it is the IPv6 address of pods that have an IPv4 address, too";
    }
    return "";
}

void append_peers(const Object &object, const Naming &naming, std::vector<kith::peer> &out, Omissions &omitted) {
    for (const Address &address : object.addresses) {
        auto why = omission(object, address);
        const std::string_view name_space = address.name_space.empty() ? object.name_space : address.name_space;
        std::string name;
        if (!why) {
            name.reserve(naming.base.size() + 1 + address.ip.size());
            name.append(naming.base).append("@");
            why = append_host(object, address, name_space, naming, name);
        }
        std::string key = address.uid;
        if (key.empty()) key.append(name_space).append("/").append(address.ip);
        for (const auto *text :
             {&std::as_const(name), &std::as_const(key), &address.target, &address.hostname, &address.node}) {
            if (!why && text->size() > longest) why = Omission::too_long;
        }
        if (why) {
            ++omitted[static_cast<std::size_t>(*why)];
            continue;
        }
        kith::peer &peer = out.emplace_back(kith::peer{.key = std::move(key), .name = std::move(name)});
        peer.attributes.reserve(5);
        peer.attributes.push_back({"ip", address.ip});
        peer.attributes.push_back({"namespace", std::string(name_space)});
        if (!address.target.empty()) peer.attributes.push_back({"pod", address.target});
        if (!address.hostname.empty()) peer.attributes.push_back({"hostname", address.hostname});
        if (!address.node.empty()) peer.attributes.push_back({"node", address.node});
    }
}

} // namespace k8s
