// SPDX-License-Identifier: MIT
//
// The connects of the core that are not done yet: each waits until the member that it is for is up, or no link with it can be had.
#pragma once

#include <kith/signal.hpp>

#include <list>
#include <string>
#include <utility>

namespace kith::mesh {

class WaitingConnects {
    struct Item {
        Item(host h, std::string peer) : name(std::move(peer)), changed(h) {}
        std::string name;
        std::string failure;
        signal changed;
    };
    using Items = std::list<Item>;

  public:
    explicit WaitingConnects(host h) : host_(h) {}

    /// One of them, for as long as it exists.
    class One {
      public:
        One(WaitingConnects &in, const std::string &peer) : of_(in.items_), at_(of_.emplace(of_.end(), in.host_, peer)) {}
        ~One() { of_.erase(at_); }
        One(const One &) = delete;
        One &operator=(const One &) = delete;

        [[nodiscard]] const std::string &failure() const noexcept { return at_->failure; }
        [[nodiscard]] signal &changed() noexcept { return at_->changed; }

      private:
        Items &of_;
        Items::iterator at_;
    };

    /// Something has become known about the member. failure: why no link can be had; empty: it is up.
    void changed(const std::string &name, const std::string &failure) {
        for (Item &each : items_) {
            if (each.name != name) continue;
            each.failure = failure;
            each.changed.notify();
        }
    }

  private:
    host host_;
    Items items_;
};

} // namespace kith::mesh
