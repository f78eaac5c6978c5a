// SPDX-License-Identifier: MIT
//
// The digest of the handshake binds neither direction nor names, so a server that sends a challenge back to its issuer gets the
// answer to it for nothing. Hence: what we issued, we never answer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kith::erlang {

/// The challenges issued last by this instance, in all of its handshakes.
class Challenges {
  public:
    void issued(std::uint32_t challenge) noexcept {
        recent_[next_] = challenge;
        next_ = (next_ + 1) % recent_.size();
        if (count_ < recent_.size()) ++count_;
    }

    bool ours(std::uint32_t challenge) const noexcept {
        for (std::size_t i = 0; i < count_; ++i)
            if (recent_[i] == challenge) return true;
        return false;
    }

  private:
    std::array<std::uint32_t, 64> recent_{};
    std::size_t next_ = 0;
    std::size_t count_ = 0;
};

} // namespace kith::erlang
