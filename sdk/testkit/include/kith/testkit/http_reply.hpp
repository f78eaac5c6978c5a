// SPDX-License-Identifier: MIT
//
// The response of a scripted HTTP server: a status, headers, and a body that can be sent in pieces, delayed, truncated, or
// never.
//
//     HttpReply(200, R"({"peers": []})")
//     HttpReply(200).field("Content-Type", "text/plain").send("a").wait(1s).send("b")
//     HttpReply(200).length(100).send("only this").cut()
#pragma once

#include <kith/hosting/http_request.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

/// The rest of a body that the test sends while it runs: `HttpReply().live(feed)`, then `feed->send(...)`. For one response.
class HttpFeed {
  public:
    enum class Do : std::uint8_t { send, end, cut, reset, say = send }; // say: the former name

    void send(std::string_view bytes) { pass(Do::send, std::string(bytes)); }
    void say(std::string_view bytes) { send(bytes); } ///< the former name of send
    void end() { pass(Do::end); }                     ///< the regular end of the body
    void cut() { pass(Do::cut); }                     ///< closes the connection too early, without a reset
    void reset() { pass(Do::reset); }
    /// Whether a client receives the body, or may do so later.
    bool open() const { return !over_ && (!deliver_ || deliver_(Do::send, {})); }

    /// For the server: earlier bytes are delivered first. deliver: returns false when no client receives the body any more.
    void attach(std::function<bool(Do, const std::string &)> deliver) {
        deliver_ = std::move(deliver);
        for (const auto &[what, bytes] : std::exchange(waiting_, {})) pass(what, bytes);
    }

  private:
    void pass(Do what, std::string bytes = {}) {
        if (over_) return;
        over_ = what != Do::send;
        if (!deliver_) return waiting_.emplace_back(what, std::move(bytes)), void();
        if (!deliver_(what, bytes)) over_ = true;
    }

    std::function<bool(Do, const std::string &)> deliver_;
    std::vector<std::pair<Do, std::string>> waiting_;
    bool over_ = false;
};

class HttpReply;

/// A complete response that the test provides later, as for a server that waits for a change: `HttpReply().later(promise)`,
/// then `promise->answer(...)`. For one response.
class HttpPromise {
  public:
    /// Returns false when no client waits for it any more.
    bool answer(const HttpReply &with) { return deliver_ && std::exchange(deliver_, nullptr)(with); }

    /// For the server.
    void attach(std::function<bool(const HttpReply &)> deliver) { deliver_ = std::move(deliver); }

  private:
    std::function<bool(const HttpReply &)> deliver_;
};

class HttpReply {
  public:
    using Duration = std::chrono::nanoseconds;

    explicit HttpReply(std::uint32_t status = 200, std::string_view body = {}) : code(status) {
        if (!body.empty()) send(body);
    }

    HttpReply &field(std::string_view name, std::string_view value) {
        fields.emplace_back(name, value);
        return *this;
    }
    /// Sets the Content-Length header, whatever the body is. Otherwise the header has the length of the body, or is absent.
    HttpReply &length(std::uint64_t bytes) {
        content_length = bytes;
        return *this;
    }

    // ---- steps, done one after the other; the head is sent with the first piece of the body, by head(), or at the end ----

    HttpReply &head() { return add({Step::Kind::head, {}, {}}); }
    HttpReply &send(std::string_view bytes) { return add({Step::Kind::send, std::string(bytes), {}}); }
    HttpReply &say(std::string_view bytes) { return send(bytes); } ///< the former name of send
    HttpReply &wait(Duration span) { return add({Step::Kind::wait, {}, span}); }
    /// Sends these bytes repeatedly without end, as fast as the client reads them.
    HttpReply &endless(std::string_view bytes, Duration pause = {}) {
        return add({Step::Kind::endless, std::string(bytes), pause});
    }
    /// Closes the connection here, too early, without a reset.
    HttpReply &cut() { return add({Step::Kind::cut, {}, {}}); }
    /// Resets the connection here.
    HttpReply &reset() { return add({Step::Kind::reset, {}, {}}); }
    /// Sends nothing more and keeps the connection open.
    HttpReply &stall() { return add({Step::Kind::stall, {}, {}}); }
    HttpReply &mute() { return stall(); } ///< the former name of stall
    /// From here on the body is sent by the test.
    HttpReply &live(std::shared_ptr<HttpFeed> from) {
        feed = std::move(from);
        return add({Step::Kind::live, {}, {}});
    }
    /// Another reply, which the test provides later, replaces this one, including the head.
    HttpReply &later(std::shared_ptr<HttpPromise> given) {
        promise = std::move(given);
        return add({Step::Kind::later, {}, {}});
    }
    /// Sends bytes that are not HTTP instead of a head.
    HttpReply &garbage() { return add({Step::Kind::garbage, {}, {}}); }
    /// Closes the connection after this response.
    HttpReply &last() {
        closes = true;
        return *this;
    }

    struct Step {
        enum class Kind : std::uint8_t { head, send, wait, endless, cut, reset, stall, live, later, garbage };
        Kind kind;
        std::string bytes;
        Duration span;
    };
    std::uint32_t code;
    std::vector<std::pair<std::string, std::string>> fields;
    std::optional<std::uint64_t> content_length;
    std::vector<Step> steps;
    std::shared_ptr<HttpFeed> feed;
    std::shared_ptr<HttpPromise> promise;
    bool closes = false;

  private:
    HttpReply &add(Step step) {
        steps.push_back(std::move(step));
        return *this;
    }
};

/// A request as the server received it.
struct HttpAsked {
    std::string method, target;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    std::size_t connection = 0; ///< number of the server's connection, from 1

    /// The value of a header, whose case is ignored; empty when it is absent.
    std::string_view field(std::string_view name) const noexcept {
        for (const auto &[one, value] : fields) {
            if (same_field(one, name)) return value;
        }
        return {};
    }
};

} // namespace kith::testkit
