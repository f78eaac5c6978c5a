// SPDX-License-Identifier: MIT
//
// What a plugin asks of kith.http/1, checked and copied: the same in every world, so that what is refused in a rehearsal is refused
// in the field.
#pragma once

#include <kith/hosting/url.hpp>
#include <kith/service/http.h>

#include <string>
#include <utility>
#include <vector>

namespace kith {

/// Of a client, with defaults filled in.
struct HttpSettings {
    std::uint32_t flags = 0;
    std::string authorities, certificate, key, server_name;
    std::optional<Url> proxy;
    std::uint64_t connect_timeout = 0, response_timeout = 0, idle_timeout = 0, keep_alive = 0;
    std::uint32_t max_header = 0;
    std::uint64_t max_body = 0;

    bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
};

/// KITH_OK, or why not, with the text in `why`.
std::int32_t read_settings(const kith_http_client *given, HttpSettings &out, std::string &why);

struct HttpRequest {
    std::string method;
    Url url;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    std::uint64_t response_timeout = 0, idle_timeout = 0, timeout = 0; // 0: no bound on the whole
    std::uint64_t max_body = 0;

    /// Doing it twice is doing it once.
    bool idempotent() const noexcept { return method != "POST" && method != "PATCH"; }
    /// For texts: "GET https://registry.example:443/peers". Nothing that may be a secret.
    std::string what() const { return method + " " + url.origin() + std::string(url.path()); }
};

/// The same for a request of a client with these settings; what the request does not say is the client's.
std::int32_t read_request(const kith_http_request *given, const HttpSettings &settings, HttpRequest &out, std::string &why);

/// Are the names of headers the same? They are, in whatever case.
bool same_field(std::string_view a, std::string_view b) noexcept;

/// "10 s" or "250 ms", for texts.
std::string duration_text(std::uint64_t nanoseconds);

} // namespace kith
