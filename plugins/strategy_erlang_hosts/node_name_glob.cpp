// SPDX-License-Identifier: MIT
#include "node_name_glob.hpp"

#include <epmd_names/utf8.hpp>

#include <algorithm>
#include <string>

namespace erlang_hosts {
namespace {

// Iterates over the characters of the pattern.
class Pattern {
  public:
    explicit Pattern(std::string_view text) : whole_(text), rest_(text) {}

    [[nodiscard]] bool more() const noexcept { return !rest_.empty(); }
    [[nodiscard]] bool at(char c) const noexcept { return rest_.starts_with(c); }
    bool take(char c) noexcept {
        if (!at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// Whether a hyphen is part of a range: it is followed by a character other than the end of the set.
    bool take_hyphen() noexcept { return rest_.size() > 1 && rest_[1] != ']' && take('-'); }
    std::uint32_t character() {
        if (take('\\') && !more()) fail("ends with a single \\");
        const auto next = epmd_names::first_code_point(rest_);
        if (next.size == 0) fail("is not UTF-8");
        rest_.remove_prefix(next.size);
        return next.value;
    }
    [[noreturn]] void fail(const char *what) const {
        throw kith::error(KITH_INVALID, "option match is \"" + std::string(whole_) + "\", which " + what);
    }

  private:
    std::string_view whole_, rest_;
};

} // namespace

Glob::Glob(std::string_view text) {
    for (Pattern pattern(text); pattern.more();) {
        Step &step = steps_.emplace_back();
        if (pattern.take('*')) {
            step.kind = Step::Kind::any;
        } else if (pattern.take('?')) {
            step.kind = Step::Kind::not_in;
        } else if (pattern.take('[')) {
            if (pattern.take('!') || pattern.take('^')) step.kind = Step::Kind::not_in;
            do { // a ] right after the [ is an ordinary character
                if (!pattern.more()) pattern.fail("has a [ without its ]");
                const auto low = pattern.character();
                step.ranges.emplace_back(low, pattern.take_hyphen() ? pattern.character() : low);
            } while (!pattern.take(']'));
        } else {
            const auto character = pattern.character();
            step.ranges.emplace_back(character, character);
        }
    }
}

bool Glob::Step::takes(std::uint32_t character) const noexcept {
    const bool found = std::ranges::any_of(
        ranges, [character](const auto &range) { return range.first <= character && character <= range.second; });
    return found == (kind == Kind::in);
}

bool Glob::matches(std::string_view name) const {
    std::vector<std::uint32_t> characters;
    while (!name.empty()) {
        const auto next = epmd_names::first_code_point(name);
        if (next.size == 0) return false;
        characters.push_back(next.value);
        name.remove_prefix(next.size);
    }
    constexpr std::size_t none = ~std::size_t{0};
    std::size_t star = none, retry = 0; // position of the last * in the pattern, and where in the name it was last tried
    std::size_t s = 0, c = 0;
    while (c < characters.size() || s < steps_.size()) {
        if (s < steps_.size() && steps_[s].kind == Step::Kind::any) {
            star = s++;
            retry = c;
        } else if (s < steps_.size() && c < characters.size() && steps_[s].takes(characters[c])) {
            ++s;
            ++c;
        } else if (star != none && retry < characters.size()) {
            s = star + 1;
            c = ++retry;
        } else {
            return false;
        }
    }
    return true;
}

} // namespace erlang_hosts
