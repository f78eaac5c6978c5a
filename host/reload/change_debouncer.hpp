// SPDX-License-Identifier: MIT
//
// When a watched set of files has changed and come to rest. Sans I/O: it is given what the files look like at each look.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace kith::app {

class ChangeDebouncer {
  public:
    /// A signature that is the same at two looks in a row, and not that of the last report, is reported once. So 200 edits in a second are
    /// one change, the last.
    explicit ChangeDebouncer(std::string signature) : reported_(signature), seen_(std::move(signature)) {}

    /// At each look. True: the files have changed and rest.
    bool look(std::string signature) {
        const bool rests = signature == seen_;
        seen_ = std::move(signature);
        if (!rests || seen_ == reported_) return false;
        reported_ = seen_;
        return true;
    }

  private:
    std::string reported_;
    std::string seen_;
};

} // namespace kith::app
