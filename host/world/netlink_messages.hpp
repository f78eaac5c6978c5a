// SPDX-License-Identifier: MIT
//
// Iterates over rtnetlink messages and their attributes, which are stored one after the other, each preceded by its length.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <optional>
#include <span>
#include <utility>

namespace kith::app {

using Bytes = std::span<const std::byte>;

/// Reads a struct at the beginning of the bytes; nullopt when there are too few.
template <class T>
std::optional<T> peek(Bytes bytes) {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    T out;
    std::memcpy(&out, bytes.data(), sizeof out);
    return out;
}

/// Returns the first element and the bytes after its header, and advances `row` to the next element. Header: nlmsghdr or
/// rtattr.
template <class Header, auto Length>
std::optional<std::pair<Header, Bytes>> next_of(Bytes &row) {
    const auto header = peek<Header>(row);
    if (!header || (*header).*Length < sizeof(Header) || (*header).*Length > row.size()) return std::nullopt;
    const std::size_t length = (*header).*Length;
    const Bytes body = row.first(length).subspan(sizeof(Header));
    row = row.subspan(std::min(row.size(), (length + 3) / 4 * 4));
    return std::pair(*header, body);
}

inline auto next_message(Bytes &row) { return next_of<nlmsghdr, &nlmsghdr::nlmsg_len>(row); }
inline auto next_attribute(Bytes &row) { return next_of<rtattr, &rtattr::rta_len>(row); }

} // namespace kith::app
