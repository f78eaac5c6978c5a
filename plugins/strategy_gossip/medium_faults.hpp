// SPDX-License-Identifier: MIT
//
// Why nothing is heard or said, as far as it was observed: no socket, no group, or heartbeats that cannot be sent.
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
    /// False: it is the same as before.
    bool set_unsent(kith::error fault) {
        if (fault.text == unsent_.text) return false;
        unsent_ = std::move(fault);
        return true;
    }
    void sent() { unsent_ = none(); }

    /// The one that explains most; nullptr when nothing is wrong.
    [[nodiscard]] const kith::error *worst() const noexcept {
        for (const kith::error *fault : {&socket_, &group_, &unsent_}) {
            if (fault->status != KITH_OK) return fault;
        }
        return nullptr;
    }

  private:
    kith::error socket_ = none(); // why there is none
    kith::error group_ = none();  // why it is not joined
    kith::error unsent_ = none(); // why our last heartbeat did not go to all
};

} // namespace gossip
