// SPDX-License-Identifier: MIT
//
// Which families of addresses a name is known to have. A family that never gave an address may fail without harm: many servers refuse
// questions for AAAA, or never answer them, where only IPv4 is in use. One that has given some may not.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

namespace dns_lookup {

class KnownFamilies {
  public:
    enum Which : bool { ipv4, ipv6 };

    /// It has given an address, in this run or when kith ran last.
    bool known(Which family) const noexcept { return known_[family]; }

    /// What a family answered. An empty answer is forgotten by the next run only: in this one there are peers that it speaks of.
    void answered(Which family, bool addresses) noexcept {
        known_[family] = known_[family] || addresses;
        latest_[family] = addresses;
    }

    /// For kith.state/1.
    std::string text(std::string_view name) const {
        std::string out(name);
        if (latest_[ipv4]) out += " ipv4";
        if (latest_[ipv6]) out += " ipv6";
        return out;
    }

    /// What another name had counts for nothing.
    void read(std::string_view text, std::string_view name) {
        std::istringstream words{std::string(text)};
        std::string word;
        words >> word;
        if (word != name) return;
        while (words >> word) {
            if (word == "ipv4") known_[ipv4] = latest_[ipv4] = true;
            if (word == "ipv6") known_[ipv6] = latest_[ipv6] = true;
        }
    }

  private:
    bool known_[2] = {}, latest_[2] = {};
};

} // namespace dns_lookup
