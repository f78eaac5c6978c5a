// SPDX-License-Identifier: MIT
//
// kith::peer, with strings of its own, and the forms the ABI has for it.
#pragma once

#include "result.hpp"

#include <chrono>
#include <span>
#include <vector>

namespace kith {

struct attribute {
    std::string name;
    std::string value;
};

struct peer {
    std::string key;  // the source's own identity for it
    std::string name; // what the connector connects to
    std::vector<attribute> attributes{};
    std::chrono::nanoseconds ttl{0}; // 0: no lease

    /// Empty if there is no attribute of that name.
    [[nodiscard]] std::string_view attribute_or_empty(std::string_view which) const noexcept {
        for (const auto &a : attributes) {
            if (a.name == which) return a.value;
        }
        return {};
    }
};

namespace detail {

inline std::vector<attribute> keep(const kith_attribute *list, std::uint32_t count) {
    std::vector<attribute> out;
    out.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i)
        out.push_back({std::string(view(list[i].name)), std::string(view(list[i].value))});
    return out;
}

inline peer keep(const kith_peer &p) {
    return {std::string(view(p.key)), std::string(view(p.name)), keep(p.attributes, p.attribute_count),
            std::chrono::nanoseconds(static_cast<std::int64_t>(p.ttl))};
}

/// Borrowed forms of a list of peers.
class peers_view {
  public:
    explicit peers_view(std::span<const peer> list) {
        std::size_t total = 0;
        for (const auto &p : list) total += p.attributes.size();
        attributes_.reserve(total);
        peers_.reserve(list.size());
        for (const auto &p : list) {
            const auto *first = attributes_.data() + attributes_.size();
            for (const auto &a : p.attributes) attributes_.push_back({str(a.name), str(a.value)});
            peers_.push_back({str(p.key), str(p.name), p.attributes.empty() ? nullptr : first,
                              static_cast<std::uint32_t>(p.attributes.size()), 0,
                              p.ttl.count() < 0 ? 0 : static_cast<std::uint64_t>(p.ttl.count())});
        }
    }
    [[nodiscard]] const kith_peer *data() const noexcept { return peers_.data(); }
    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(peers_.size()); }

  private:
    std::vector<kith_attribute> attributes_;
    std::vector<kith_peer> peers_;
};

} // namespace detail
} // namespace kith
