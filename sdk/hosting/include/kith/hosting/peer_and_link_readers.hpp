// SPDX-License-Identifier: MIT
//
// Checks the arrays of peers, links and keys that a plugin passes in, and returns views of them.
#pragma once

#include <kith/hosting/peer_and_link_views.hpp>
#include <kith/plugin.h>
#include <kith/service/connector.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith {

inline constexpr std::uint64_t max_key = 1024;             // bytes
inline constexpr std::uint64_t max_name = 1024;            // bytes
inline constexpr std::uint64_t max_attribute_name = 256;   // bytes
inline constexpr std::uint64_t max_attribute_value = 4096; // bytes
inline constexpr std::uint32_t max_peer_attributes = 64;   // of one peer
inline constexpr std::uint32_t max_link_attributes = 16;   // of one link

/// Reads arrays of peers. It reuses its memory for the next array, so a hoster has one reader for each loop. The views are
/// borrowed from the plugin and from the reader: valid until the call from the plugin returns or the next read.
class PeerReader {
  public:
    /// seed: salt of the hash of keys, so that colliding keys cannot be chosen.
    explicit PeerReader(std::uint64_t seed = 0) noexcept : seed_(seed) {}

    /// Returns KITH_OK, or KITH_INVALID with a text. Checks the stride, each key (1..1024 bytes, unique in the array), name,
    /// attributes, UTF-8. More than `max` peers give KITH_LIMIT.
    std::int32_t read(const kith_peer *peers, std::uint32_t count, std::uint32_t stride, std::uint32_t max = UINT32_MAX);

    /// The same, of kith_discovery_host.update. Unknown keys are ignored later, so of keys only readability is checked.
    std::int32_t read_update(const kith_peer *peers, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
                             std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count,
                             std::uint32_t max = UINT32_MAX);

    std::span<const PeerView> peers() const noexcept { return peers_; }
    /// Of the last read_update.
    std::span<const std::string_view> missing() const noexcept { return missing_; }
    std::span<const std::string_view> left() const noexcept { return left_; }

    /// The text of the last refusal: the peer, the error, what was expected.
    const std::string &text() const noexcept { return text_; }

    /// Frees the memory that `count` peers do not need.
    void shrink(std::size_t count);

  private:
    std::int32_t refuse(std::int32_t status, std::uint32_t index, std::string_view key, std::string what);
    std::int32_t check_unique();

    std::vector<PeerView> peers_;
    std::vector<AttributeView> attributes_;
    std::vector<std::uint64_t> hashes_; // of the keys
    std::vector<std::uint64_t> slots_;  // open addressing: upper half of a hash, index + 1
    std::vector<std::string_view> missing_, left_;
    std::string text_;
    std::uint64_t seed_;
};

/// Reads arrays of links: names of 1..1024 bytes, unique in the array, at most 16 attributes, UTF-8.
class LinkReader {
  public:
    std::int32_t read(const kith_link *links, std::uint32_t count, std::uint32_t stride);
    std::span<const LinkView> links() const noexcept { return links_; }
    const std::string &text() const noexcept { return text_; }

  private:
    std::vector<LinkView> links_;
    std::vector<AttributeView> attributes_;
    std::vector<std::string_view> names_;
    std::string text_;
};

} // namespace kith
