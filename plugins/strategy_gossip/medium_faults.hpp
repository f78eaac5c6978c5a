// SPDX-License-Identifier: MIT
//
// The observed faults that prevent receiving or sending: no socket, no group, or heartbeats that cannot be sent.
#pragma once

#include <kith/result.hpp>

#include <string>
#include <utility>

namespace gossip {

class MediumFaults {
  public:
    [[nodiscard]] static kith::error none() { return {KITH_OK, std::string{}}; }

    void set_socket(kith::error fault) { socket_ = std::move(fault); }
    void set_group(kith::error fault) { group_ = std::move(fault); }
    /// Returns false when the fault is the same as before.
    bool set_unsent(kith::error fault) {
        if (fault.text == unsent_.text) return false;
        unsent_ = std::move(fault);
        return true;
    }
    void sent() { unsent_ = none(); }

    /// The most significant fault; nullptr when there is none.
    [[nodiscard]] const kith::error *worst() const noexcept {
        for (const kith::error *fault : {&socket_, &group_, &unsent_}) {
            if (fault->status != KITH_OK) return fault;
        }
        return nullptr;
    }

  private:
    kith::error socket_ = none(); // why there is no socket
    kith::error group_ = none();  // why the group is not joined
    kith::error unsent_ = none(); // why the last heartbeat was not sent to all targets
};

} // namespace gossip
