// SPDX-License-Identifier: MIT
//
// The numbers by which a membership knows its sources, records and names. Each kind has a type of its own: mixing them does not
// compile. (NameId of interner.hpp is a number that all topologies of one connector share; MemberId is this membership's.)
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
