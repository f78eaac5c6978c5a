// SPDX-License-Identifier: MIT
//
// kith.http/1: clients and responses that close when they are destroyed.
//
//     auto client = co_await http.open({.connect_timeout = 5s});
//     if (!client) co_return client.error();
//     auto answer = co_await client->fetch({.url = "https://registry.example/peers", .timeout = 10s});
//     if (!answer) co_return answer.error();
//     if (answer->code != 200) co_return answer->refusal();
//     parse(answer->body);
//
// `request` instead of `fetch` gives the response as soon as its headers are there, to read its body in pieces.
#pragma once

#include "handle.hpp"
#include "http_date.hpp"
#include "peer.hpp"
#include "reading.hpp"
#include "service/http.h"
#include "timer.hpp"

#include <span>

namespace kith {

/// For each time of a client or a request: no limit. A stream that may be silent, such as a watch, needs it as idle_timeout.
inline constexpr std::chrono::nanoseconds forever = std::chrono::nanoseconds::max();
/// For max_body: no limit, for a stream without an end. The limit counts all bytes of a body, however long it takes.
inline constexpr std::uint64_t unlimited = UINT64_MAX;

/// As kith_http_client, where each is explained. Zero and empty are its defaults.
struct http_settings {
    std::string_view authorities = {}, certificate = {}, key = {}; // PEM
    std::string_view server_name = {};
    std::string_view proxy = {};
    std::uint32_t flags = 0;
    std::chrono::nanoseconds connect_timeout{}, response_timeout{}, idle_timeout{}, keep_alive{};
    std::uint32_t max_header = 0;
    std::uint64_t max_body = 0;
};

/// As kith_http_request. What it refers to must stay valid until the request has begun.
struct http_request {
    std::string_view method = "GET";
    std::string_view url = {};
    std::span<const attribute> fields = {};
    std::string_view body = {};
    std::chrono::nanoseconds response_timeout{}, idle_timeout{}, timeout{};
    std::uint64_t max_body = 0;
};

namespace http_detail {

inline bool alike(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

/// As the ABI counts it; kith::forever is KITH_HTTP_FOREVER.
constexpr std::uint64_t time_of(std::chrono::nanoseconds time) noexcept {
    return time == forever ? KITH_HTTP_FOREVER : nanos(time);
}

/// Borrowed forms of a request's fields.
inline std::vector<kith_attribute> borrowed(std::span<const attribute> fields) {
    std::vector<kith_attribute> out;
    out.reserve(fields.size());
    for (const auto &one : fields) out.push_back({str(one.name), str(one.value)});
    return out;
}

} // namespace http_detail

/// The head of a response.
struct http_head {
    std::uint32_t code = 0;
    std::vector<attribute> fields{};
    std::string request{}; ///< what was requested, such as "GET https://registry.example/peers"; without the query

    /// The first header of that name, regardless of case; empty if there is none.
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept {
        for (const auto &one : fields) {
            if (http_detail::alike(one.name, name)) return one.value;
        }
        return {};
    }

    /// How long the server asks us to wait by Retry-After (RFC 9110, section 10.2.3), in seconds or until a date, which counts from the
    /// response's own Date; at most a day. Zero when it does not ask.
    [[nodiscard]] std::chrono::seconds retry_after() const noexcept {
        constexpr std::chrono::seconds none{0}, longest{86'400};
        const std::string_view value = field("Retry-After");
        if (const auto until = http_date(value)) {
            const auto sent = http_date(field("Date"));
            return sent ? std::clamp(*until - *sent, none, longest) : none;
        }
        std::chrono::seconds out = none;
        for (const char c : value) {
            if (c < '0' || c > '9') return none;
            out = std::min(out * 10 + std::chrono::seconds(c - '0'), longest);
        }
        return out;
    }

    /// An unexpected code as an error: "GET https://registry.example/peers: the server answered 404".
    [[nodiscard]] error refusal() const {
        const auto status = code == 401 || code == 403   ? KITH_UNAUTHORIZED
                            : code == 404 || code == 410 ? KITH_NOT_FOUND
                            : code == 429 || code >= 500 ? KITH_UNAVAILABLE
                                                         : KITH_PROTOCOL;
        return {status, (request.empty() ? "" : request + ": ") + "the server answered " + std::to_string(code)};
    }
};

/// A response whose body is read in pieces. Using one that is not open is KITH_STALE.
class http_response : public detail::handle<kith_http_host>, public http_head {
  public:
    using handle::handle;

    /// Some bytes of the body, at least one, into the buffer, which must stay valid meanwhile. KITH_CLOSED at its end.
    [[nodiscard]] auto read(std::span<std::byte> into) {
        return detail::operate<detail::reading>(
            [h = home_, t = table_, id = id_, max = into.size()](std::uint64_t user, std::uint64_t *op) {
                if (id == 0) return KITH_STALE;
                const auto most = max < KITH_HTTP_MAX_READ ? static_cast<std::uint32_t>(max) : KITH_HTTP_MAX_READ;
                return t->read(h->raw, id, most, user, op);
            },
            *home_, into);
    }
};

/// A response with all of its body.
struct http_answer : http_head {
    std::string body;
};

namespace http_detail {

/// A request whose response is still to come.
class requesting : public detail::completion<http_response> {
  public:
    requesting(detail::context &home, const http_request &what) : completion(home), what_(what.method) {
        what_.append(" ").append(what.url.substr(0, what.url.find_first_of("?#")));
    }
    http_response keep(http_response made) {
        made.request = std::move(what_);
        return made;
    }

  private:
    std::string what_;
};

} // namespace http_detail

class http_client : public detail::handle<kith_http_host> {
  public:
    using handle::handle;

    /// The response, as soon as its headers are there.
    [[nodiscard]] auto request(const http_request &what) {
        return detail::operate<http_detail::requesting>(
            [h = home_, t = table_, id = id_, what](std::uint64_t user, std::uint64_t *op) {
                if (id == 0) return KITH_STALE;
                const auto fields = http_detail::borrowed(what.fields);
                const kith_http_request raw{.struct_size = sizeof raw,
                                            .field_count = static_cast<std::uint32_t>(fields.size()),
                                            .method = str(what.method),
                                            .url = str(what.url),
                                            .fields = fields.data(),
                                            .body = what.body.data(),
                                            .body_size = what.body.size(),
                                            .response_timeout = http_detail::time_of(what.response_timeout),
                                            .idle_timeout = http_detail::time_of(what.idle_timeout),
                                            .timeout = http_detail::time_of(what.timeout),
                                            .max_body = what.max_body};
                return t->request(h->raw, id, &raw, user, op);
            },
            *home_, what);
    }

    /// The response with all of its body, which max_body bounds.
    [[nodiscard]] task<result<http_answer>> fetch(http_request what) {
        auto response = co_await request(what);
        if (!response) co_return std::move(response).error();
        http_answer out;
        out.code = response->code;
        out.fields = std::move(response->fields);
        out.request = std::move(response->request);
        constexpr std::size_t piece = 16'384;
        for (std::size_t size = 0;;) {
            out.body.resize(size + piece);
            auto got = co_await response->read(std::as_writable_bytes(std::span(out.body).subspan(size)));
            size += got ? *got : 0;
            if (got) continue;
            if (got.status() != KITH_CLOSED) co_return std::move(got).error();
            out.body.resize(size);
            co_return out;
        }
    }
};

namespace http_detail {

inline const kith_http_host &table_of(void *p) { return *detail::self(p).find<kith_http_host>(KITH_HTTP); }

inline void opened(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t id) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<http_client>::from(user), status, text,
               [=] { return http_client(detail::self(p), table_of(p), id); });
    });
}

inline void responded(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t id,
                      std::uint32_t code, const kith_attribute *fields, std::uint32_t count) noexcept {
    detail::self(p).enter([=] {
        auto &item = static_cast<requesting &>(detail::completion<http_response>::from(user));
        finish(item, status, text, [=, &item] {
            http_response made(detail::self(p), table_of(p), id);
            made.code = code;
            made.fields = detail::keep(fields, count);
            return item.keep(std::move(made));
        });
    });
}

inline void read(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, const void *data,
                 std::uint32_t size) noexcept {
    detail::self(p).enter([=] {
        auto &item = static_cast<detail::reading &>(detail::completion<std::size_t>::from(user));
        finish(item, status, text, [&] { return result<std::size_t>(item.keep(data, size)); });
    });
}

inline constexpr kith_http_plugin table{.opened = opened, .responded = responded, .read = read};

} // namespace http_detail

class http {
  public:
    static constexpr std::string_view id = KITH_HTTP;

    explicit http(host h) : home_(&h.context()), table_(h.service<kith_http_host>(id)) {
        home_->provide(id, &http_detail::table);
    }

    /// A client: its trust, its limits, and the connections it keeps. One for each server and credential is enough.
    [[nodiscard]] auto open(const http_settings &with = {}) const {
        return detail::operate<detail::completion<http_client>>(
            [h = home_, t = table_, with](std::uint64_t user, std::uint64_t *op) {
                const kith_http_client raw{.struct_size = sizeof raw,
                                           .flags = with.flags,
                                           .authorities = str(with.authorities),
                                           .certificate = str(with.certificate),
                                           .key = str(with.key),
                                           .server_name = str(with.server_name),
                                           .proxy = str(with.proxy),
                                           .connect_timeout = http_detail::time_of(with.connect_timeout),
                                           .response_timeout = http_detail::time_of(with.response_timeout),
                                           .idle_timeout = http_detail::time_of(with.idle_timeout),
                                           .keep_alive = http_detail::time_of(with.keep_alive),
                                           .max_header = with.max_header,
                                           .reserved = 0,
                                           .max_body = with.max_body};
                return t->open(h->raw, &raw, user, op);
            },
            *home_);
    }

  private:
    detail::context *home_;
    const kith_http_host *table_;
};

} // namespace kith
