// SPDX-License-Identifier: MIT
#include "peer_naming.hpp"

#include <kith/peer_host.hpp>

#include <algorithm>
#include <optional>

namespace k8s {

namespace {

constexpr std::size_t max_size = 1024; // maximum size of names, keys and attributes in bytes, as in kith_peer

bool is_fqdn(const Object &object) { return object.family == "FQDN"; }

// Why this address is not a peer, as far as that does not depend on its name.
std::optional<Omission> omission(const Object &object, const Address &address) {
    if (object.phase == "Succeeded" || object.phase == "Failed") return Omission::finished;
    if (!address.ready) return Omission::not_ready;
    if (address.ip.empty()) return Omission::no_address;
    if (kith::fault_of_host(address.ip) != kith::host_fault::none) return Omission::unusable;
    return std::nullopt;
}

// Appends the part of the name after the @.
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
        // In Endpoints and EndpointSlices the controller sets a hostname only for pods of the Service's subdomain.
        if (object.is_pod && object.subdomain != naming.service) return Omission::other_subdomain;
        out.append(address.hostname).append(".").append(naming.service).append(".").append(name_space);
        out.append(".svc.").append(naming.domain);
        return std::nullopt;
    }
    return Omission::no_address;
}

} // namespace

std::string_view reason(Omission why) noexcept {
    switch (why) {
    case Omission::no_address: return "it has no address";
    case Omission::finished: return "the pod has finished (phase Succeeded or Failed)";
    case Omission::not_ready: return "it is not ready; a Service with publishNotReadyAddresses lists such addresses as ready";
    case Omission::no_hostname: return "it has no hostname; mode hostname requires pods of a StatefulSet or with spec.hostname";
    case Omission::other_subdomain:
        return "its spec.subdomain is not kubernetes_service_name, so it has no DNS name under that Service";
    case Omission::no_dns_name: return "its slice has addressType FQDN, and mode dns needs an IP address";
    case Omission::too_long: return "its name, its key or an attribute would be longer than 1024 bytes";
    case Omission::doubled: return "it is listed more than once";
    case Omission::other_family: return "it is the IPv6 address of a pod whose IPv4 address is used";
    case Omission::no_ipv4: return "it has only an IPv6 address, but other pods have IPv4 addresses, which are used";
    case Omission::unusable: return "its address cannot be the address of a peer, such as 0.0.0.0 or an address with a port";
    }
    return "";
}

std::string key_of(const Object &object, const Address &address) {
    if (!address.uid.empty()) return address.uid;
    return (address.name_space.empty() ? object.name_space : address.name_space) + "/" + address.ip;
}

namespace {

// Calls `visit` for each attribute of a peer.
template <class Visit>
void each_attribute(const PeerView &of, Visit visit) {
    visit("ip", of.address.ip);
    visit("namespace", of.name_space);
    if (!of.address.target.empty()) visit("pod", of.address.target);
    if (!of.address.hostname.empty()) visit("hostname", of.address.hostname);
    if (!of.address.node.empty()) visit("node", of.address.node);
}

} // namespace

std::uint64_t PeerView::digest() const noexcept {
    std::uint64_t out = 0xcbf29ce484222325; // combined as in FNV-1a
    const auto mix = [&](std::string_view text) { out = (out ^ std::hash<std::string_view>()(text)) * 0x100000001b3; };
    mix(name);
    each_attribute(*this, [&](std::string_view which, std::string_view value) {
        mix(which);
        mix(value);
    });
    return out;
}

void PeerView::append_to(std::vector<kith::peer> &out) const {
    kith::peer &peer = out.emplace_back(kith::peer{.key = std::string(key), .name = std::string(name)});
    each_attribute(*this, [&](std::string_view which, std::string_view value) {
        peer.attributes.push_back({std::string(which), std::string(value)});
    });
}

void PeerView::append_to(kith::packed_peers &out) const {
    out.add(key, name);
    each_attribute(*this, [&](std::string_view which, std::string_view value) { out.attribute(which, value); });
}

void find_peers(const Object &object, const Naming &naming, Omissions &omitted,
                const std::function<void(const PeerView &)> &found) {
    std::string name, key;
    for (const Address &address : object.addresses) {
        auto why = omission(object, address);
        const std::string_view name_space = address.name_space.empty() ? object.name_space : address.name_space;
        name.assign(naming.base).append("@");
        if (!why) why = append_host(object, address, name_space, naming, name);
        key = key_of(object, address);
        for (const auto *text :
             {&std::as_const(name), &std::as_const(key), &address.target, &address.hostname, &address.node}) {
            if (!why && text->size() > max_size) why = Omission::too_long;
        }
        if (why) {
            ++omitted[static_cast<std::size_t>(*why)];
        } else {
            found({key, name, name_space, address});
        }
    }
}

} // namespace k8s
