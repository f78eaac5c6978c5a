// SPDX-License-Identifier: MIT
//
// The questions that a membership asks about the links of its names.
#pragma once

#include <core/cluster/base/interner.hpp>

namespace kith::core {

class LinkQueries {
  public:
    // Whether a link is up or may be up, or an operation on it is in flight: the membership then keeps a name that is gone.
    virtual bool busy(NameId name) const = 0;
    virtual bool ever_linked(NameId name) const = 0;

  protected:
    ~LinkQueries() = default;
};

} // namespace kith::core
