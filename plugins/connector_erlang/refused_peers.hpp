// SPDX-License-Identifier: MIT
//
// Peers that have refused the driven node or the probe, each with the reason. Every attempt and its probe are two lines in the log of such a
// peer, so it is left alone for a minute, and the reason is reported again meanwhile.
#pragma once

#include <kith/result.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace kith::erlang {

class RefusedPeers {
  public:
    using Time = std::chrono::nanoseconds; // monotonic
    static constexpr Time lasts = std::chrono::seconds(60);
    static constexpr std::size_t most = 1024; // a new entry removes those whose minute is over when there are so many

    void add(const std::string &name, const error &why, Time now);
    /// The reason, if its minute is not over; valid until the next call.
    const error *find(const std::string &name, Time now);
    void remove(const std::string &name) { refusals_.erase(name); }
    void clear() noexcept { refusals_.clear(); }
    std::size_t size() const noexcept { return refusals_.size(); }

  private:
    struct Refusal {
        error why;
        Time until{};
    };
    std::unordered_map<std::string, Refusal> refusals_;
};

} // namespace kith::erlang
