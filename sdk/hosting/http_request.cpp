// SPDX-License-Identifier: MIT
#include <kith/hosting/http_request.hpp>

#include <kith/result.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace kith {

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::size_t max_fields_size = 65'536;

template <class T>
T or_else(T value, T fallback) {
    return value == 0 ? fallback : value;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool is_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\t' || (c >= ' ' && c != 0x7f) || (c & 0x80) != 0; });
}

constexpr std::array methods = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};

// Headers that the host sets itself, because it frames the message and manages the connection.
constexpr std::array ours = {"Host",
                             "Content-Length",
                             "Transfer-Encoding",
                             "Connection",
                             "Keep-Alive",
                             "Proxy-Connection",
                             "Proxy-Authorization",
                             "Upgrade",
                             "Expect",
                             "TE",
                             "Trailer"};

} // namespace

std::int32_t read_settings(const kith_http_client *given, HttpSettings &out, std::string &why) {
    if (given == nullptr) {
        why = "a kith_http_client is expected";
        return KITH_INVALID;
    }
    kith_http_client raw{};
    std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
    out.flags = raw.flags;
    out.authorities = view(raw.authorities);
    out.certificate = view(raw.certificate);
    out.key = view(raw.key);
    out.server_name = view(raw.server_name);
    out.connect_timeout = or_else(raw.connect_timeout, 10 * second);
    out.response_timeout = or_else(raw.response_timeout, 30 * second);
    out.idle_timeout = or_else(raw.idle_timeout, 30 * second);
    out.keep_alive = or_else(raw.keep_alive, 60 * second);
    out.max_header = or_else<std::uint32_t>(raw.max_header, 65'536);
    out.max_body = or_else<std::uint64_t>(raw.max_body, 67'108'864);
    if (out.certificate.empty() != out.key.empty()) {
        why = "`certificate` and `key` belong together: expected both, or none";
        return KITH_INVALID;
    }
    if (raw.proxy.size == 0) return KITH_OK;
    out.proxy = Url::parse(view(raw.proxy), why);
    if (out.proxy && !out.proxy->secure && out.proxy->target == "/") return KITH_OK;
    why = out.proxy ? "`proxy`: expected http://HOST:PORT, without a path" : "`proxy` is " + why;
    return KITH_INVALID;
}

std::int32_t read_request(const kith_http_request *given, const HttpSettings &settings, HttpRequest &out, std::string &why) {
    const auto refuse = [&why](std::int32_t status, std::string text) {
        why = std::move(text);
        return status;
    };
    if (given == nullptr) return refuse(KITH_INVALID, "a kith_http_request is expected");
    kith_http_request raw{};
    std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
    out.method = view(raw.method);
    if (std::find(methods.begin(), methods.end(), out.method) == methods.end()) {
        return refuse(KITH_INVALID, "a method is expected: GET, HEAD, POST, PUT, DELETE, PATCH or OPTIONS, in capitals");
    }
    out.idempotent = (out.method != "POST" && out.method != "PATCH") || settings.has(KITH_HTTP_IDEMPOTENT);
    auto url = Url::parse(view(raw.url), why);
    if (!url) return KITH_INVALID;
    out.url = std::move(*url);
    if (raw.body_size > KITH_HTTP_MAX_REQUEST) return refuse(KITH_LIMIT, "a request's body has at most 16777216 bytes");
    if (raw.body_size != 0 && raw.body == nullptr) return refuse(KITH_INVALID, "bytes are expected at `body`");
    if (raw.body_size != 0) out.body.assign(static_cast<const char *>(raw.body), raw.body_size);
    if (raw.field_count > KITH_HTTP_MAX_FIELDS) return refuse(KITH_LIMIT, "a request has at most 64 headers");
    if (raw.field_count != 0 && raw.fields == nullptr) return refuse(KITH_INVALID, "headers are expected at `fields`");
    std::size_t size = 0;
    for (std::uint32_t i = 0; i < raw.field_count; ++i) {
        const std::string_view name = view(raw.fields[i].name), value = view(raw.fields[i].value);
        if (!is_token(name)) return refuse(KITH_INVALID, "header " + std::to_string(i) + " has a name that no header can have");
        if (!is_value(value)) {
            return refuse(KITH_INVALID, "the header " + std::string(name) + " holds a line break or another control character");
        }
        if (std::any_of(ours.begin(), ours.end(), [&](const char *one) { return same_field(one, name); })) {
            return refuse(KITH_INVALID, "the header " + std::string(name) + " is the host's own: leave it out");
        }
        if (same_field(name, "Authorization") && !out.url.secure && !out.url.loopback() &&
            !settings.has(KITH_HTTP_PLAIN_AUTHORIZATION)) {
            return refuse(KITH_DENIED, out.what() +
                                           ": Authorization is not sent over http:// to another machine, where everybody on "
                                           "the way can read it: use https://, or configure that it may be");
        }
        size += name.size() + value.size();
        out.fields.emplace_back(name, value);
    }
    if (size > max_fields_size) return refuse(KITH_LIMIT, "a request's headers have at most 65536 bytes");
    out.response_timeout = or_else(raw.response_timeout, settings.response_timeout);
    out.idle_timeout = or_else(raw.idle_timeout, settings.idle_timeout);
    out.timeout = raw.timeout;
    out.max_body = or_else(raw.max_body, settings.max_body);
    return KITH_OK;
}

bool same_field(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string duration_text(std::uint64_t nanoseconds) {
    const std::uint64_t ms = nanoseconds / 1'000'000;
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

} // namespace kith
