// SPDX-License-Identifier: MIT
//
// kith.file/1 `watch`: inotify on the directories of the watched files tells when to look, and a slow poll looks where inotify is
// blind (network file systems, a directory that is not there yet, a link further up that moved).
#pragma once

#include "seat.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <string>

namespace kith::app {

class Watches {
  public:
    explicit Watches(AsioWorld::Parts &parts);
    ~Watches();

    void add(Seat &seat, std::string path, std::uint64_t version, std::uint64_t user, std::uint64_t *op);

  private:
    struct Watch {
        std::weak_ptr<Seat> seat;
        std::string path;
        std::uint64_t version;
    };
    void drain();
    void poll();
    void look(); // at all of them
    void forget_unused();

    AsioWorld::Parts &parts_;
    boost::asio::posix::stream_descriptor notices_;
    boost::asio::steady_timer timer_;
    std::map<std::uint64_t, Watch> watches_; // by operation
    std::map<std::string, int> directories_; // inotify's watch descriptors
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    bool looking_ = false;
    bool again_ = false;
    bool polling_ = false;
};

} // namespace kith::app
