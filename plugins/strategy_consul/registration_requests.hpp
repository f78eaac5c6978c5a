// SPDX-License-Identifier: MIT
//
// The local node as an instance of the service, with a TTL check: what is said to the agent. Needs no host.
#pragma once

#include "settings.hpp"

namespace consul {

/// What is registered; `id` and `address` are never empty.
struct Entry {
    std::string id, address;
    friend bool operator==(const Entry &, const Entry &) = default;
};

/// Of this node: empty while neither the options nor the node's name tell an address.
std::optional<Entry> entry_of(const Registration &registration, std::string_view service, std::string_view node);

/// Body and path of the PUT that registers it, its check passing.
std::string registration_body(const Registration &registration, const Entry &entry, std::string_view service);
inline constexpr std::string_view registration_path = "/v1/agent/service/register?replace-existing-checks=true";

/// Path of the PUT that refreshes its check, and of the one that takes it back.
std::string pass_path(const Entry &entry);
std::string deregistration_path(const Entry &entry);

} // namespace consul
