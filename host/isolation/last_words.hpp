// SPDX-License-Identifier: MIT
//
// The end of what a helper has written to its standard error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kith::isolation {

class LastWords {
  public:
    static constexpr std::size_t kept = 4096; ///< bytes

    void add(std::string_view bytes) {
        words_.append(bytes.substr(bytes.size() > kept ? bytes.size() - kept : 0));
        if (words_.size() > kept) words_.erase(0, words_.size() - kept);
    }

    /// As one line of ASCII: what is no printable character is a space, and several are one.
    std::string text() const {
        std::string out;
        for (const char c : words_) {
            const char shown = c > ' ' && c < 127 ? c : ' ';
            if (shown != ' ' || (!out.empty() && out.back() != ' ')) out += shown;
        }
        while (!out.empty() && out.back() == ' ') out.pop_back();
        return out;
    }

  private:
    std::string words_;
};

} // namespace kith::isolation
