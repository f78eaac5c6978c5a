// SPDX-License-Identifier: MIT
//
// The names of members, numbered, and their places on the rings. It contains no state of a member, so that the members of one
// simulation can share it. A name is held by each member that knows it; when the last one has released it the name is gone, and its number
// is that of another name later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kith::mesh {

using NodeId = std::uint32_t;
inline constexpr NodeId nobody = UINT32_MAX;

/// The place of a name on a ring: FNV-1a (64 bits) over the ring's number (one byte) and the name, then the finalizer of splitmix64.
/// Everybody must compute the same.
std::uint64_t ring_hash(unsigned ring, std::string_view name) noexcept;

class NameTable {
  public:
    struct Place {
        std::uint64_t hash;
        NodeId id;
    };
    using Ring = std::vector<Place>;

    explicit NameTable(unsigned rings) : rings_(rings) {}
    NameTable(const NameTable &) = delete;
    NameTable &operator=(const NameTable &) = delete;

    /// The number of the name, which it gets here if it has none.
    NodeId intern(std::string_view name);
    /// One more, or one fewer, needs the name. Without any that ever held it a name stays.
    void hold(NodeId id) { ++holders_[id]; }
    void release(NodeId id);
    [[nodiscard]] std::optional<NodeId> find(std::string_view name) const;
    [[nodiscard]] const std::string &name(NodeId id) const { return names_[id]; }
    /// A hash of the name alone, for digests.
    [[nodiscard]] std::uint64_t hash(NodeId id) const noexcept { return hashes_[id]; }
    /// All numbers are below it. Some may be free: they are on no ring, and their name is empty.
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
    /// How many names there are.
    [[nodiscard]] std::size_t count() const noexcept { return ids_.size(); }

    /// In the order of the hashes; equal ones in the order of the names.
    [[nodiscard]] const std::vector<Ring> &rings() const noexcept { return rings_; }
    /// Where the member stands on a ring.
    [[nodiscard]] std::size_t position(unsigned ring, NodeId id) const;

  private:
    [[nodiscard]] std::size_t lower(const Ring &ring, std::uint64_t hash, std::string_view name) const;

    std::deque<std::string> names_; // a deque: the keys below refer to them
    std::vector<std::uint64_t> hashes_;
    std::vector<std::uint32_t> holders_;
    std::set<NodeId> free_; // the smallest is used first, so that the greatest can be removed
    std::unordered_map<std::string_view, NodeId> ids_;
    std::vector<Ring> rings_;
};

} // namespace kith::mesh
