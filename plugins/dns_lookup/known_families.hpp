// SPDX-License-Identifier: MIT
//
// Records which address families a name is known to have. A failure of a family that never gave an address is ignored: many servers
// refuse AAAA queries, or do not answer them, where only IPv4 is in use. A failure of a family that has given addresses is not ignored.
#pragma once

#include <sstream>
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
