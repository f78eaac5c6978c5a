// SPDX-License-Identifier: MIT
//
// What the instances of this process send to kith. Messages wait until the loop has handled what came, so that many are one write.
#pragma once

#include <sdk/messages/one_way.hpp>

#include <mutex>
#include <string>
#include <string_view>

namespace kith::isolation {

class Outbox final : public messages::MessageSink {
  public:
    /// socket: blocking, so that a plugin that sends more than kith reads waits.
    explicit Outbox(int socket) : socket_(socket) {}

    /// On any thread.
    bool send(std::string_view message) override;
    /// Writes everything. Ends this process when kith is gone.
    void flush();

  private:
    void write_all();

    int socket_;
    std::mutex lock_;
    std::string waiting_;
};

} // namespace kith::isolation
