// SPDX-License-Identifier: MIT
//
// A map from the ids of an IdPool to values, stored as an array up to the greatest id that was written.
#pragma once

#include <core/cluster/membership/ids.hpp>

#include <vector>

namespace kith::core {

template <typename Value, typename Id>
class IdMap {
  public:
    // For writing; adds the id.
    Value &operator[](Id id) {
        if (index_of(id) >= values_.size()) values_.resize(index_of(id) + 1);
        return values_[index_of(id)];
    }
    // For reading; Value{} for an id that was never written.
    const Value &operator[](Id id) const {
        static const Value none{};
        return index_of(id) < values_.size() ? values_[index_of(id)] : none;
    }
    // Resets the value of an id to Value{}.
    void reset(Id id) {
        if (index_of(id) < values_.size()) values_[index_of(id)] = Value{};
    }

  private:
    std::vector<Value> values_;
};

} // namespace kith::core
