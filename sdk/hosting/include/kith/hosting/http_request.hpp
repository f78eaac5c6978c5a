// SPDX-License-Identifier: MIT
//
// Checks and copies the arguments of kith.http/1. Every world uses it, so the simulated world refuses the same requests as the
// real one.
#pragma once

#include <kith/hosting/url.hpp>
#include <kith/service/http.h>

#include <string>
#include <utility>
#include <vector>

namespace kith {

/// The settings of a client, with defaults filled in.
struct HttpSettings {
    std::uint32_t flags = 0;
    std::string authorities, certificate, key, server_name;
    std::optional<Url> proxy;
    std::uint64_t connect_timeout = 0, response_timeout = 0, idle_timeout = 0, keep_alive = 0;
    std::uint32_t max_header = 0;
    std::uint64_t max_body = 0;

    bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
};

/// Returns KITH_OK, or the status of a refusal with its text in `why`.
std::int32_t read_settings(const kith_http_client *given, HttpSettings &out, std::string &why);

struct HttpRequest {
    std::string method;
    Url url;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    std::uint64_t response_timeout = 0, idle_timeout = 0, timeout = 0; // timeout 0: no limit for the whole request
    std::uint64_t max_body = 0;
    bool idempotent = false; // it may be sent twice: by its method, or because the client declared it
    /// A description for messages: "GET https://registry.example:443/peers". It contains nothing that may be secret.
    std::string what() const { return method + " " + url.origin() + std::string(url.path()); }
};

/// The same for a request of a client with these settings, which provide the values that the request does not set.
std::int32_t read_request(const kith_http_request *given, const HttpSettings &settings, HttpRequest &out, std::string &why);

/// Whether two header names are equal; case is ignored.
bool same_field(std::string_view a, std::string_view b) noexcept;

/// Formats a duration for messages: "10 s", "250 ms".
std::string duration_text(std::uint64_t nanoseconds);

} // namespace kith
