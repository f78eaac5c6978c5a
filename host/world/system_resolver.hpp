// SPDX-License-Identifier: MIT
//
// Host names to addresses, by the system's resolver (nsswitch, /etc/hosts, DNS). It may take as long as it likes: it is asked on a
// thread, and all who ask for a name while it is being looked up share the answer.
#pragma once

#include "worker_threads.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kith::app {

struct Resolved {
    std::vector<boost::asio::ip::address> addresses; ///< in the resolver's order; not empty with KITH_OK
    std::int32_t status = KITH_INTERNAL;
    std::string text;
};

class SystemResolver {
  public:
    using Done = std::function<void(const Resolved &)>;

    explicit SystemResolver(boost::asio::io_context &io) : workers_(io, 8) {}

    /// done: called on the loop, later. Throws std::system_error when no thread is to be had.
    void resolve(const std::string &name, const void *asker, Done done);
    /// It asks no more; a `done` that is called at this very moment may still come.
    void forget(const void *asker) noexcept;

  private:
    struct Question {
        WorkerThreads::Ticket ticket = 0;
        std::map<const void *, Done> askers;
    };
    WorkerThreads workers_;
    std::map<std::string, Question, std::less<>> questions_;
};

} // namespace kith::app
