// SPDX-License-Identifier: MIT
#include <kith/hosting/status.hpp>

#include <kith/plugin.h>

#include <array>
#include <cstddef>

namespace kith {

namespace {

struct Words {
    std::string_view slug;
    std::string_view sentence;
};

// Indexed by number: status -n is at n.
constexpr std::array<Words, 21> words = {{
    {"ok", "no failure"},
    {"cancelled", "it was cancelled"},
    {"invalid", "an argument or an option is not what the contract asks for"},
    {"unsupported", "this host cannot do it"},
    {"denied", "no permission, or not declared in the plugin's descriptor"},
    {"not_found", "there is no such thing"},
    {"exists", "it is taken already"},
    {"busy", "one such operation is under way already"},
    {"limit", "it is over a limit on size or number"},
    {"timed_out", "its time was over"},
    {"stale", "it is no longer valid"},
    {"closed", "the other side ended the stream"},
    {"reset", "the connection broke"},
    {"refused", "nobody listens there"},
    {"unreachable", "there is no route there"},
    {"unresolved", "the host name does not resolve"},
    {"unauthorized", "the credentials were not accepted"},
    {"protocol", "what came is not what the protocol allows"},
    {"unavailable", "the other side answered that it cannot, now"},
    {"io", "the operating system failed"},
    {"internal", "an internal error"},
}};
static_assert(words[-KITH_TIMED_OUT].slug == "timed_out");
static_assert(words[-KITH_INTERNAL].slug == "internal");

const Words &of(std::int32_t status) noexcept {
    if (status >= 0) return words[0];
    const auto number = static_cast<std::size_t>(-static_cast<std::int64_t>(status));
    return number < words.size() ? words[number] : words.back();
}

} // namespace

std::string_view status_slug(std::int32_t status) noexcept { return of(status).slug; }
std::string_view status_sentence(std::int32_t status) noexcept { return of(status).sentence; }

} // namespace kith
