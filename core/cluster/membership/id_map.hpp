// SPDX-License-Identifier: MIT
//
// One more value for each thing of an IdPool, for what only some of them need: it takes memory up to the greatest number that was
// ever written.
#pragma once

#include <core/cluster/membership/ids.hpp>

#include <vector>

namespace kith::core {

template <typename Value, typename Id>
class IdMap {
  public:
    // To write.
    Value &operator[](Id id) {
        if (index_of(id) >= values_.size()) values_.resize(index_of(id) + 1);
        return values_[index_of(id)];
    }
    // Value{} for one that was never written.
    const Value &operator[](Id id) const {
        static const Value none{};
        return index_of(id) < values_.size() ? values_[index_of(id)] : none;
    }
    // As if it had never been written.
    void reset(Id id) {
        if (index_of(id) < values_.size()) values_[index_of(id)] = Value{};
    }

  private:
    std::vector<Value> values_;
};

} // namespace kith::core
