// SPDX-License-Identifier: MIT
//
// What a scripted HTTP server answers: a status, headers, and a body that comes in pieces, late, half, or never.
//
//     HttpReply(200, R"({"peers": []})")
//     HttpReply(200).field("Content-Type", "text/plain").say("a").wait(1s).say("b")
//     HttpReply(200).length(100).say("only this").cut()
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

/// The rest of a body that the test says while it runs: `HttpReply().live(feed)`, then `feed->say(...)`. Of one answer.
class HttpFeed {
  public:
    enum class Do : std::uint8_t { say, end, cut, reset };

    void say(std::string_view bytes) { tell(Do::say, std::string(bytes)); }
    void end() { tell(Do::end); } ///< in good order
    void cut() { tell(Do::cut); } ///< the connection ends in good order, too early
    void reset() { tell(Do::reset); }
    /// Somebody is still there to hear it, or will be.
    bool open() const { return !over_ && (!deliver_ || deliver_(Do::say, {})); }

    /// For the server: what was said before comes first. deliver: false when nobody hears it any more.
    void attach(std::function<bool(Do, const std::string &)> deliver) {
        deliver_ = std::move(deliver);
        for (const auto &[what, bytes] : std::exchange(waiting_, {})) tell(what, bytes);
    }

  private:
    void tell(Do what, std::string bytes = {}) {
        if (over_) return;
        over_ = what != Do::say;
        if (!deliver_) return waiting_.emplace_back(what, std::move(bytes)), void();
        if (!deliver_(what, bytes)) over_ = true;
    }

    std::function<bool(Do, const std::string &)> deliver_;
    std::vector<std::pair<Do, std::string>> waiting_;
    bool over_ = false;
};

class HttpReply;

/// A whole answer that the test gives later, as a server does that waits for a change: `HttpReply().later(promise)`, then
/// `promise->answer(...)`. Of one answer.
class HttpPromise {
  public:
    /// False: nobody waits for it any more.
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
        if (!body.empty()) say(body);
    }

    HttpReply &field(std::string_view name, std::string_view value) {
        fields.emplace_back(name, value);
        return *this;
    }
    /// The Content-Length that is told, whatever comes; else the body is told to end where it ends.
    HttpReply &length(std::uint64_t told) {
        content_length = told;
        return *this;
    }

    // ---- steps, done one after the other; the head goes out with the first piece, with head(), or at the end ----

    HttpReply &head() { return add({Step::Kind::head, {}, {}}); }
    HttpReply &say(std::string_view bytes) { return add({Step::Kind::say, std::string(bytes), {}}); }
    HttpReply &wait(Duration span) { return add({Step::Kind::wait, {}, span}); }
    /// These bytes again and again, for ever, and as fast as the other side takes them.
    HttpReply &endless(std::string_view bytes, Duration pause = {}) {
        return add({Step::Kind::endless, std::string(bytes), pause});
    }
    /// The connection ends here, in good order but too early.
    HttpReply &cut() { return add({Step::Kind::cut, {}, {}}); }
    /// It breaks here.
    HttpReply &reset() { return add({Step::Kind::reset, {}, {}}); }
    /// Nothing comes any more, and the connection stays.
    HttpReply &mute() { return add({Step::Kind::mute, {}, {}}); }
    /// What the test says, from here on.
    HttpReply &live(std::shared_ptr<HttpFeed> from) {
        feed = std::move(from);
        return add({Step::Kind::live, {}, {}});
    }
    /// Another reply takes the place of this one, head and all, when the test gives it.
    HttpReply &later(std::shared_ptr<HttpPromise> given) {
        promise = std::move(given);
        return add({Step::Kind::later, {}, {}});
    }
    /// Something that is not HTTP, instead of a head.
    HttpReply &garbage() { return add({Step::Kind::garbage, {}, {}}); }
    /// The connection ends after this answer.
    HttpReply &last() {
        closes = true;
        return *this;
    }

    struct Step {
        enum class Kind : std::uint8_t { head, say, wait, endless, cut, reset, mute, live, later, garbage };
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

/// A request as the server got it.
struct HttpAsked {
    std::string method, target;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    std::size_t connection = 0; ///< which one of the server's it came by, from 1

    /// Empty when there is none of that name, in whatever case.
    std::string_view field(std::string_view name) const noexcept {
        for (const auto &[one, value] : fields) {
            if (same_field(one, name)) return value;
        }
        return {};
    }
};

} // namespace kith::testkit
