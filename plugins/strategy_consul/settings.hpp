// SPDX-License-Identifier: MIT
//
// The options, read and made sense of.
#pragma once

#include <kith/options.hpp>

#include <optional>
#include <string>
#include <vector>

namespace consul {

enum class Endpoint : std::uint8_t { agent, catalog, health };
enum class Expected : std::uint8_t { ip, host };

/// One way to look; several datacenters are several of them.
struct Listing {
    Endpoint endpoint = Endpoint::health;
    Expected expected = Expected::ip;
    bool passing = true;
    std::string datacenter; ///< empty: the agent's own
};

/// Listings for each datacenter that Consul knows.
struct Multisite {
    std::vector<Listing> in_each;
};

struct Registration {
    std::string id, address; ///< empty: made of the local node's name
    std::uint16_t port = 0;
    std::vector<std::string> tags;
    std::chrono::milliseconds ttl{}, deregister_after{};
};

struct Settings {
    std::vector<Listing> listings;
    std::vector<Multisite> multisites;
    std::string service; ///< its name, or the id of an instance
    bool by_id = false;
    std::string url; ///< without a slash at its end
    std::string token, token_file;
    std::string filter;
    std::string basename;    ///< empty: the local node's
    std::string authorities; ///< path of a file
    bool insecure = false;
    std::chrono::milliseconds interval{}, wait{};
    std::optional<Registration> registration;
};

/// Throws kith::error where options contradict each other.
Settings read_settings(const kith::options &options);

} // namespace consul
