// SPDX-License-Identifier: MIT
#include <core/config/source_map.hpp>

namespace kith::core {

const SourceMap *SourceMap::member(std::string_view key) const {
    const auto found = members.find(key);
    return found == members.end() ? nullptr : &found->second;
}

const SourceMap *SourceMap::element(std::size_t index) const { return index < elements.size() ? &elements[index] : nullptr; }

} // namespace kith::core
