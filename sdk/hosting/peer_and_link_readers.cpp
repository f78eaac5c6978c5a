// SPDX-License-Identifier: MIT
#include <kith/hosting/peer_and_link_readers.hpp>

#include <kith/hosting/utf8.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

namespace kith {

namespace {

bool readable(kith_str s) noexcept { return s.size == 0 || s.data != nullptr; }

std::string_view text_of(kith_str s) noexcept { return s.size == 0 ? std::string_view{} : std::string_view{s.data, s.size}; }

std::string sizes(std::string_view what, std::uint64_t size, std::uint64_t limit) {
    return std::string(what) + " has " + std::to_string(size) + " bytes, at most " + std::to_string(limit) + " are allowed";
}

// A key for an error message: short, and only with printable text.
std::string in_quotes(std::string_view key) {
    if (!is_utf8(key)) return "a key that is not UTF-8";
    std::string out = "key \"";
    out += key.substr(0, 64);
    while (!is_utf8(out)) out.pop_back();
    return out + (key.size() > 64 ? "...\"" : "\"");
}

bool unique_names(std::span<const AttributeView> list) {
    if (list.size() <= 8) {
        for (std::size_t i = 1; i < list.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (list[i].name == list[j].name) return false;
            }
        }
        return true;
    }
    std::array<std::string_view, max_peer_attributes> names;
    const auto end = std::ranges::transform(list, names.begin(), &AttributeView::name).out;
    std::sort(names.begin(), end);
    return std::adjacent_find(names.begin(), end) == end;
}

// Appends to out. Returns an error text; empty when there is no error.
std::string read_attributes(const kith_attribute *list, std::uint32_t count, std::uint32_t limit,
                            std::vector<AttributeView> &out) {
    if (count > limit) {
        return "it has " + std::to_string(count) + " attributes, at most " + std::to_string(limit) + " are allowed";
    }
    if (count != 0 && list == nullptr) return "its attributes are a null pointer, but their number is not 0";
    const auto first = out.size();
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto &[name, value] = list[i];
        if (!readable(name) || !readable(value)) return "an attribute has a null pointer with a size that is not 0";
        if (name.size > max_attribute_name)
            return sizes("the name of attribute " + std::to_string(i), name.size, max_attribute_name);
        if (value.size > max_attribute_value)
            return sizes("the value of attribute " + std::to_string(i), value.size, max_attribute_value);
        if (!is_utf8(text_of(name)) || !is_utf8(text_of(value))) return "attribute " + std::to_string(i) + " is not UTF-8";
        out.push_back({text_of(name), text_of(value)});
    }
    if (!unique_names(std::span(out).subspan(first))) return "two of its attributes have the same name";
    return {};
}

// The minimum is the size of the struct in ABI 1.0 (A2).
std::string check_array(const void *data, std::uint32_t count, std::uint32_t stride, std::size_t least, std::size_t align) {
    if (count == 0) return {};
    if (data == nullptr) return "the array is a null pointer, but its count is " + std::to_string(count);
    if (stride < least || stride % align != 0) {
        return "the stride is " + std::to_string(stride) + ": expected sizeof the struct, at least " + std::to_string(least);
    }
    return {};
}

template <class T>
const T &at(const T *first, std::uint32_t stride, std::uint32_t index) noexcept {
    const auto *bytes = reinterpret_cast<const unsigned char *>(first) + std::size_t{stride} * index;
    return *static_cast<const T *>(static_cast<const void *>(bytes));
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ typedef unsigned __int128 Wide;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash(std::string_view key, std::uint64_t seed) noexcept {
    std::uint64_t h = seed ^ 0x9e3779b97f4a7c15u;
    const char *p = key.data();
    std::size_t left = key.size();
    std::uint64_t word;
    for (; left >= 8; left -= 8, p += 8) {
        std::memcpy(&word, p, 8);
        h = mix(h ^ word, 0xd6e8feb86659fd93u);
    }
    word = 0;
    if (left != 0) std::memcpy(&word, p, left);
    return mix(h ^ word, 0xa0761d6478bd642fu ^ key.size());
}

bool read_keys(const kith_str *keys, std::uint32_t count, std::vector<std::string_view> &out) {
    out.clear();
    if (count != 0 && keys == nullptr) return false;
    for (const kith_str &key : std::span(keys, count)) {
        if (!readable(key)) return false;
        out.push_back(text_of(key));
    }
    return true;
}

} // namespace

std::int32_t PeerReader::refuse(std::int32_t status, std::uint32_t index, std::string_view key, std::string what) {
    text_ = "peer " + std::to_string(index) + " (" + in_quotes(key) + "): " + std::move(what);
    peers_.clear();
    return status;
}

std::int32_t PeerReader::read(const kith_peer *peers, std::uint32_t count, std::uint32_t stride, std::uint32_t max) {
    peers_.clear();
    attributes_.clear();
    hashes_.clear();
    text_ = check_array(peers, count, stride, sizeof(kith_peer), alignof(kith_peer));
    if (!text_.empty()) return KITH_INVALID;
    if (count > max) {
        text_ = "the set has " + std::to_string(count) + " peers, at most " + std::to_string(max) +
                " are allowed (policy max_peers)";
        return KITH_LIMIT;
    }
    // Spans point into attributes_, so it must not be reallocated meanwhile.
    std::size_t total = 0;
    for (std::uint32_t i = 0; i < count; ++i) total += std::min(at(peers, stride, i).attribute_count, max_peer_attributes);
    attributes_.reserve(total);
    peers_.reserve(count);
    hashes_.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const kith_peer &peer = at(peers, stride, i);
        if (!readable(peer.key) || !readable(peer.name)) {
            return refuse(KITH_INVALID, i, {}, "its key or name is a null pointer with a size that is not 0");
        }
        const std::string_view key = text_of(peer.key);
        const std::string_view name = text_of(peer.name);
        if (key.empty()) return refuse(KITH_INVALID, i, key, "the key is empty; a peer needs its source's own identity for it");
        if (key.size() > max_key) return refuse(KITH_INVALID, i, key, sizes("the key", key.size(), max_key));
        if (name.size() > max_name) return refuse(KITH_INVALID, i, key, sizes("the name", name.size(), max_name));
        if (!is_utf8(key)) return refuse(KITH_INVALID, i, key, "the key is not UTF-8");
        if (!is_utf8(name)) return refuse(KITH_INVALID, i, key, "the name is not UTF-8");
        const auto first = attributes_.size();
        std::string trouble = read_attributes(peer.attributes, peer.attribute_count, max_peer_attributes, attributes_);
        if (!trouble.empty()) return refuse(KITH_INVALID, i, key, std::move(trouble));
        peers_.push_back({key, name, {attributes_.data() + first, attributes_.size() - first}, peer.ttl});
        hashes_.push_back(hash(key, seed_));
    }
    return check_unique();
}

std::int32_t PeerReader::read_update(const kith_peer *peers, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
                                     std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count,
                                     std::uint32_t max) {
    const std::int32_t status = read(peers, count, stride, max);
    if (status != KITH_OK) return status;
    if (read_keys(missing, missing_count, missing_) && read_keys(left, left_count, left_)) return KITH_OK;
    text_ = "a key in `missing` or `left` has a null pointer with a size that is not 0";
    return KITH_INVALID;
}

std::int32_t PeerReader::check_unique() {
    constexpr std::uint64_t upper = 0xffffffff00000000u;
    constexpr std::size_t ahead = 8; // slots are scattered, so they are prefetched
    slots_.assign(std::bit_ceil(peers_.size() * 2 + 1), 0);
    const std::uint64_t mask = slots_.size() - 1;
    for (std::uint32_t i = 0; i < peers_.size(); ++i) {
        if (i + ahead < peers_.size()) __builtin_prefetch(&slots_[hashes_[i + ahead] & mask], 1);
        const std::uint64_t h = hashes_[i];
        for (std::uint64_t place = h & mask;; place = (place + 1) & mask) {
            std::uint64_t &slot = slots_[place];
            if (slot == 0) {
                slot = (h & upper) | (std::uint64_t{i} + 1);
                break;
            }
            if ((slot & upper) != (h & upper)) continue;
            const auto other = static_cast<std::uint32_t>(slot) - 1;
            const std::string_view key = peers_[i].key;
            if (peers_[other].key != key) continue;
            return refuse(KITH_INVALID, i, key, "peer " + std::to_string(other) + " has the same key; each key may stand once");
        }
    }
    return KITH_OK;
}

void PeerReader::shrink(std::size_t count) {
    if (peers_.capacity() <= count) return;
    const auto free = [](auto &vector) { std::remove_reference_t<decltype(vector)>().swap(vector); }; // `= {}` keeps the memory
    free(peers_);
    free(attributes_);
    free(hashes_);
    free(slots_);
}

std::int32_t LinkReader::read(const kith_link *links, std::uint32_t count, std::uint32_t stride) {
    links_.clear();
    attributes_.clear();
    names_.clear();
    text_ = check_array(links, count, stride, sizeof(kith_link), alignof(kith_link));
    if (!text_.empty()) return KITH_INVALID;
    const auto refuse = [&](std::uint32_t index, std::string what) {
        text_ = "link " + std::to_string(index) + ": " + std::move(what);
        links_.clear();
        return KITH_INVALID;
    };
    std::size_t total = 0;
    for (std::uint32_t i = 0; i < count; ++i) total += std::min(at(links, stride, i).attribute_count, max_link_attributes);
    attributes_.reserve(total);
    for (std::uint32_t i = 0; i < count; ++i) {
        const kith_link &link = at(links, stride, i);
        if (!readable(link.name)) return refuse(i, "its name is a null pointer with a size that is not 0");
        const std::string_view name = text_of(link.name);
        if (name.empty()) return refuse(i, "the name is empty");
        if (name.size() > max_name) return refuse(i, sizes("the name", name.size(), max_name));
        if (!is_utf8(name)) return refuse(i, "the name is not UTF-8");
        const auto first = attributes_.size();
        std::string trouble = read_attributes(link.attributes, link.attribute_count, max_link_attributes, attributes_);
        if (!trouble.empty()) return refuse(i, std::move(trouble));
        links_.push_back(
            {name, {attributes_.data() + first, attributes_.size() - first}, (link.flags & KITH_LINK_NOT_CONNECTED) == 0});
        names_.push_back(name);
    }
    std::ranges::sort(names_);
    const auto twice = std::ranges::adjacent_find(names_);
    if (twice == names_.end()) return KITH_OK;
    text_ = "two links have the name \"" + std::string(*twice) + "\"; each may stand once";
    links_.clear();
    return KITH_INVALID;
}

} // namespace kith
