// SPDX-License-Identifier: MIT
//
// Finds a part of a configuration by its name, such as a topology in Config::topologies.
#pragma once

#include <algorithm>
#include <string_view>

namespace kith::core {

// Null when the list has no part with this name.
template <class List>
auto *find_named(List &list, std::string_view name) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto &each) { return each.name == name; });
    return found == list.end() ? nullptr : &*found;
}

} // namespace kith::core
