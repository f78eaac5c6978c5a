// SPDX-License-Identifier: MIT
//
// Bodies and paths of the requests that register the local node with the agent as an instance of the service, with a TTL check. Uses no
// services.
#pragma once

#include "settings.hpp"

namespace consul {

/// The registered instance; `id` and `address` are never empty.
struct Entry {
    std::string id, address;
    friend bool operator==(const Entry &, const Entry &) = default;
};

/// The instance of this node; empty while neither the options nor the node's name contain an address.
std::optional<Entry> entry_of(const Registration &registration, std::string_view service, std::string_view node);

/// Body and path of the PUT that registers the instance with a passing check.
std::string registration_body(const Registration &registration, const Entry &entry, std::string_view service);
inline constexpr std::string_view registration_path = "/v1/agent/service/register?replace-existing-checks=true";

/// Paths of the PUT that refreshes its check, and of the PUT that removes it.
std::string pass_path(const Entry &entry);
std::string deregistration_path(const Entry &entry);

} // namespace consul
