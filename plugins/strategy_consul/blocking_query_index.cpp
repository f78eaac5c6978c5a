// SPDX-License-Identifier: MIT
#include "blocking_query_index.hpp"

#include <algorithm>
#include <charconv>

namespace consul {

namespace {

constexpr std::size_t longest_hash = 256;

bool is_hash(std::string_view text) {
    return !text.empty() && text.size() <= longest_hash && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

} // namespace

std::string BlockingQueryIndex::parameter() const {
    if (!hash_.empty()) return "hash=" + hash_;
    return index_ == 0 ? std::string() : "index=" + std::to_string(index_);
}

bool BlockingQueryIndex::update(std::string_view index, std::string_view hash) {
    if (is_hash(hash)) {
        const bool changed = hash != hash_;
        hash_ = hash;
        index_ = 0;
        return changed;
    }
    std::uint64_t now = 0;
    const auto read = std::from_chars(index.data(), index.data() + index.size(), now);
    if (index.empty() || read.ec != std::errc{} || read.ptr != index.data() + index.size()) {
        reset(); // this endpoint does not support blocking queries
        return true;
    }
    const bool changed = now != index_;
    index_ = now < index_ ? 0 : std::max<std::uint64_t>(now, 1);
    hash_.clear();
    return changed;
}

void BlockingQueryIndex::reset() noexcept {
    index_ = 0;
    hash_.clear();
}

} // namespace consul
