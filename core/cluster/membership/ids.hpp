// SPDX-License-Identifier: MIT
//
// The ids of sources, records and names in a membership. Each kind has its own type, so mixing them does not compile. (NameId
// of interner.hpp is shared by all topologies of one connector; MemberId belongs to one membership.)
#pragma once

#include <cstddef>
#include <cstdint>

namespace kith::core {

enum class SourceId : std::uint32_t {}; // in the order of the file
enum class RecordId : std::uint32_t { none = ~std::uint32_t{0} };
enum class MemberId : std::uint32_t { none = ~std::uint32_t{0} };

constexpr std::size_t index_of(SourceId id) { return static_cast<std::size_t>(id); }
constexpr std::size_t index_of(RecordId id) { return static_cast<std::size_t>(id); }
constexpr std::size_t index_of(MemberId id) { return static_cast<std::size_t>(id); }

} // namespace kith::core
