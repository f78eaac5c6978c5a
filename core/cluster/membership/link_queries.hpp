// SPDX-License-Identifier: MIT
//
// What a membership must know of the links of its names.
#pragma once

#include <core/cluster/base/interner.hpp>

namespace kith::core {

class LinkQueries {
  public:
    // A link is up, or may be, or work on it is under way: a gone name is still remembered.
    virtual bool busy(NameId name) const = 0;
    virtual bool ever_linked(NameId name) const = 0;

  protected:
    ~LinkQueries() = default;
};

} // namespace kith::core
