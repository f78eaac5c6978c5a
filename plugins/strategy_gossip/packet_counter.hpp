// SPDX-License-Identifier: MIT
//
// The counter in authenticated packets: it grows with each packet, across restarts too. It is kept by kith.state/1, a block ahead, so that
// it is written once in a million packets. It never begins below the wall clock's microseconds: without a `state_dir` it
// still grows across restarts, as long as the clock is not set back.
#pragma once

#include <kith/state.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace gossip {

class PacketCounter {
  public:
    static constexpr std::uint64_t block = 1'000'000;

    /// wall: microseconds since 1970. It works by the clock alone until `keep` has succeeded.
    void begin(std::uint64_t wall) noexcept { next_ = kept_ = wall; }

    [[nodiscard]] bool running_out() const noexcept { return next_ + block / 2 >= kept_; }

    /// Fails when what is kept cannot be read or written; to be called again then. What was kept before is never lowered.
    kith::task<kith::result<void>> keep(const kith::state &state) {
        if (!loaded_) {
            auto loaded = co_await state.load();
            if (!loaded && loaded.status() != KITH_NOT_FOUND) co_return std::move(loaded).error();
            if (loaded && loaded->size() == sizeof kept_) {
                std::uint64_t saved = 0;
                std::memcpy(&saved, loaded->data(), sizeof saved);
                next_ = std::max(next_, saved);
            }
            loaded_ = true;
        }
        const std::uint64_t until = next_ + block;
        auto saved = co_await state.save({reinterpret_cast<const char *>(&until), sizeof until});
        if (saved) kept_ = until;
        co_return saved;
    }

    [[nodiscard]] std::uint64_t next() noexcept { return ++next_; }

  private:
    std::uint64_t next_ = 0;
    std::uint64_t kept_ = 0;
    bool loaded_ = false; // what an earlier process kept is known
};

} // namespace gossip
