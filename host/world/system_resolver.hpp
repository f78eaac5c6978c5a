// SPDX-License-Identifier: MIT
//
// Resolves host names by the system's resolver (nsswitch, /etc/hosts, DNS). The resolver may block for any time, so it runs on
// a worker thread. Concurrent requests for the same name share one lookup.
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
    std::vector<boost::asio::ip::address> addresses; ///< in the order of the resolver; not empty with KITH_OK
    std::int32_t status = KITH_INTERNAL;
    std::string text;
};

class SystemResolver {
  public:
    using Done = std::function<void(const Resolved &)>;

    explicit SystemResolver(boost::asio::io_context &io) : workers_(io, 8) {}

    /// done: called later on the loop. Throws std::system_error when no thread can be started.
    void resolve(const std::string &name, const void *asker, Done done);
    /// Cancels the requests of `asker`. A `done` that is being called may still complete.
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
