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
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

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
    /// These bytes again and again, for ever.
    HttpReply &endless(std::string_view bytes, Duration pause = {}) {
        return add({Step::Kind::endless, std::string(bytes), pause});
    }
    /// The connection ends here, in good order but too early.
    HttpReply &cut() { return add({Step::Kind::cut, {}, {}}); }
    /// It breaks here.
    HttpReply &reset() { return add({Step::Kind::reset, {}, {}}); }
    /// Nothing comes any more, and the connection stays.
    HttpReply &mute() { return add({Step::Kind::mute, {}, {}}); }
    /// Something that is not HTTP, instead of a head.
    HttpReply &garbage() { return add({Step::Kind::garbage, {}, {}}); }
    /// The connection ends after this answer.
    HttpReply &last() {
        closes = true;
        return *this;
    }

    struct Step {
        enum class Kind : std::uint8_t { head, say, wait, endless, cut, reset, mute, garbage };
        Kind kind;
        std::string bytes;
        Duration span;
    };
    std::uint32_t code;
    std::vector<std::pair<std::string, std::string>> fields;
    std::optional<std::uint64_t> content_length;
    std::vector<Step> steps;
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
