// SPDX-License-Identifier: MIT
//
// The observed errors that prevent receiving or sending: no socket, no group, or heartbeats that cannot be sent.
#pragma once

#include <kith/result.hpp>

#include <string>
#include <utility>

namespace gossip {

class SocketErrors {
  public:
    [[nodiscard]] static kith::error none() { return {KITH_OK, std::string{}}; }

    void set_socket(kith::error error) { socket_ = std::move(error); }
    void set_group(kith::error error) { group_ = std::move(error); }
    /// Returns false when the error is the same as before.
    bool set_unsent(kith::error error) {
        if (error.text == unsent_.text) return false;
        unsent_ = std::move(error);
        return true;
    }
    void sent() { unsent_ = none(); }

    /// The most significant error; nullptr when there is none.
    [[nodiscard]] const kith::error *worst() const noexcept {
        for (const kith::error *error : {&socket_, &group_, &unsent_}) {
            if (error->status != KITH_OK) return error;
        }
        return nullptr;
    }

  private:
    kith::error socket_ = none(); // why there is no socket
    kith::error group_ = none();  // why the group is not joined
    kith::error unsent_ = none(); // why the last heartbeat was not sent to all targets
};

} // namespace gossip
