// SPDX-License-Identifier: MIT
//
// The connects of the core that are not done yet: each waits until the member that it is for is up, or no link with it can be had.
#pragma once

#include <kith/signal.hpp>

#include <functional>
#include <map>
#include <string>

namespace kith::mesh {

class WaitingConnects {
    struct Item {
        explicit Item(host h) : changed(h) {}
        std::string failure;
        signal changed;
    };
    using Items = std::multimap<std::string, Item, std::less<>>; // by the names of the peers

  public:
    explicit WaitingConnects(host h) : host_(h) {}

    /// One of them, for as long as it exists.
    class One {
      public:
        One(WaitingConnects &in, const std::string &peer) : of_(in.items_), at_(of_.emplace(peer, in.host_)) {}
        ~One() { of_.erase(at_); }
        One(const One &) = delete;
        One &operator=(const One &) = delete;

        [[nodiscard]] const std::string &failure() const noexcept { return at_->second.failure; }
        [[nodiscard]] signal &changed() noexcept { return at_->second.changed; }

      private:
        Items &of_;
        Items::iterator at_;
    };

    /// Something has become known about the member. failure: why no link can be had; empty: it is up.
    void changed(const std::string &name, const std::string &failure) {
        const auto [first, last] = items_.equal_range(name);
        for (auto at = first; at != last; ++at) {
            at->second.failure = failure;
            at->second.changed.notify();
        }
    }

  private:
    host host_;
    Items items_;
};

} // namespace kith::mesh
