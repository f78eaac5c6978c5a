// SPDX-License-Identifier: MIT
//
// Records which address families a name is known to have. A failure of a family that never gave an address is ignored: many servers
// refuse AAAA queries, or do not answer them, where only IPv4 is in use. A failure of a family that has given addresses is not ignored.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace dns_lookup {

class KnownFamilies {
  public:
    enum Which : bool { ipv4, ipv6 };

    /// Whether the family has given an address, in this run or the previous run of kith.
    bool known(Which family) const noexcept { return known_[family]; }

    /// Records the answer of a family. After an empty answer the family stays known until the end of this run, because it still has peers.
    void answered(Which family, bool addresses) noexcept {
        known_[family] = known_[family] || addresses;
        latest_[family] = addresses;
    }

    /// Serializes the state for kith.state/1.
    std::string text(std::string_view name) const {
        std::string out(name);
        if (latest_[ipv4]) out += " ipv4";
        if (latest_[ipv6]) out += " ipv6";
        return out;
    }

    /// Restores the state; ignored if it was saved for another name.
    void read(std::string_view text, std::string_view name) {
        if (next_word(text) != name) return;
        for (auto word = next_word(text); !word.empty(); word = next_word(text)) {
            if (word == "ipv4") known_[ipv4] = latest_[ipv4] = true;
            if (word == "ipv6") known_[ipv6] = latest_[ipv6] = true;
        }
    }

  private:
    // Not by a stream, which would bring the locales of libstdc++ into the plugin, more code than all else of it.
    static std::string_view next_word(std::string_view &text) {
        constexpr std::string_view blanks = " \t\r\n";
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
        const std::string_view word = text.substr(0, text.find_first_of(blanks));
        text.remove_prefix(word.size());
        return word;
    }

    bool known_[2] = {}, latest_[2] = {};
};

} // namespace dns_lookup
