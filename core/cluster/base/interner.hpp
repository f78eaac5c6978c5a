// SPDX-License-Identifier: MIT
//
// Maps strings to small numbers with reference counts. A string without references is freed, and its number is reused.
#pragma once

#include <core/cluster/base/hash.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace kith::core {

using NameId = std::uint32_t;
inline constexpr NameId no_name = ~NameId{0};

class Interner {
  public:
    Interner();
    Interner(const Interner &) = delete;
    Interner &operator=(const Interner &) = delete;

    // The number of the string, with an additional reference that the caller releases.
    NameId acquire(std::string_view text);
    void retain(NameId id) { ++slots_[id].references; }
    void release(NameId id);

    // The number of the string, without an additional reference; no_name for an unknown string.
    NameId find(std::string_view text) const;
    // Valid until the last reference is released.
    std::string_view text(NameId id) const { return {slots_[id].text.get(), slots_[id].size}; }

    std::size_t size() const { return index_.size(); }
    // Every number ever used is below this.
    std::size_t bound() const { return slots_.size(); }

  private:
    struct Slot {
        std::unique_ptr<char[]> text;
        std::uint32_t size = 0;
        std::uint32_t references = 0;
    };
    struct Hash {
        using is_transparent = void;
        const std::vector<Slot> *slots;
        std::size_t operator()(NameId id) const {
            return (*this)(std::string_view{(*slots)[id].text.get(), (*slots)[id].size});
        }
        std::size_t operator()(std::string_view text) const { return hash_bytes(text); }
    };
    struct Equal {
        using is_transparent = void;
        const std::vector<Slot> *slots;
        bool operator()(NameId a, NameId b) const { return a == b; }
        bool operator()(std::string_view a, NameId b) const {
            return a == std::string_view{(*slots)[b].text.get(), (*slots)[b].size};
        }
        bool operator()(NameId a, std::string_view b) const { return (*this)(b, a); }
    };

    std::vector<Slot> slots_;
    std::vector<NameId> free_;
    boost::unordered_flat_set<NameId, Hash, Equal> index_;
};

} // namespace kith::core
