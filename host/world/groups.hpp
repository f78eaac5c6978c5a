// SPDX-License-Identifier: MIT
//
// The groups that one socket was asked to be in. A standing wish: it is joined as soon as its interface allows, and again whenever
// that comes back or changes.
#pragma once

#include "interfaces.hpp"
#include "seat.hpp"

#include <kith/address.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace kith::app {

class Groups : public std::enable_shared_from_this<Groups> {
  public:
    /// socket: its descriptor, open until `close`. id: its number.
    Groups(Seat &seat, int socket, std::uint64_t id);

    std::int32_t join(const address &group, std::string_view spelt, std::string_view interface);
    std::int32_t leave(const address &group, std::string_view interface);
    /// Of the interfaces or the routes: each wish is looked at again.
    void changed();
    /// Nothing is told any more, and the descriptor is not touched.
    void close() { socket_ = -1; }

  private:
    struct Wish {
        address group;
        std::string spelt; // as it was given, and so the interface
        std::string interface;
        Place joined; // of index 0: nowhere
        std::int32_t status = KITH_OK;
        std::string text;
        bool untold = true;
    };
    using Wishes = std::map<std::uint64_t, Wish>; // in the order of the calls
    Wishes::iterator find(const address &group, std::string_view interface);
    void look(Wish &wish);
    int enter(const Wish &wish, const Place &place);
    void part(Wish &wish);
    bool held_by_another(const Wish &wish, const Place &place) const;
    void tell();

    std::shared_ptr<Seat> seat_;
    int socket_;
    std::uint64_t id_;
    Wishes wishes_;
    std::uint64_t last_ = 0;
};

} // namespace kith::app
