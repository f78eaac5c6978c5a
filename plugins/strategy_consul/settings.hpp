// SPDX-License-Identifier: MIT
//
// Reads the options of schema.hpp into a struct, and checks combinations of options.
#pragma once

#include <kith/options.hpp>

#include <optional>
#include <string>
#include <vector>

namespace consul {

enum class Endpoint : std::uint8_t { agent, catalog, health };
enum class Expected : std::uint8_t { ip, host };

/// One query: an endpoint in one datacenter.
struct Listing {
    Endpoint endpoint = Endpoint::health;
    Expected expected = Expected::ip;
    bool passing = true;
    std::string datacenter; ///< empty: the agent's own
};

/// Listings that are repeated for each datacenter known to Consul.
struct Multisite {
    std::vector<Listing> in_each;
};

struct Registration {
    std::string id, address; ///< empty: derived from the local node's name
    std::uint16_t port = 0;
    std::vector<std::string> tags;
    std::chrono::milliseconds ttl{}, deregister_after{};
};

struct Settings {
    std::vector<Listing> listings;
    std::vector<Multisite> multisites;
    std::string service; ///< name of the service, or id of an instance
    bool by_id = false;
    std::string url; ///< without a trailing slash
    std::string token, token_file;
    std::string filter;
    std::string basename;    ///< empty: the local node's
    std::string authorities; ///< path of a file with CA certificates
    bool insecure = false;
    std::chrono::milliseconds interval{}, wait{};
    std::optional<Registration> registration;
};

/// Throws kith::error (KITH_INVALID) for options that contradict each other.
Settings read_settings(const kith::options &options);

} // namespace consul
