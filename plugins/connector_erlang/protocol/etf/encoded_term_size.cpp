// SPDX-License-Identifier: MIT
#include "encoded_term_size.hpp"

#include "../big_endian.hpp"
#include "identifiers.hpp"
#include "tag.hpp"

namespace kith::erlang::etf {
namespace {

Head fail(Fault fault) noexcept { return {0, 0, fault}; }

Head leaf(std::string_view bytes, std::uint64_t size) noexcept {
    if (size > bytes.size()) return fail(Fault::truncated);
    return {static_cast<std::size_t>(size), 0, Fault::none};
}

bool has(std::string_view bytes, std::size_t size) noexcept { return bytes.size() >= size; }

Head atom_head(std::string_view bytes) noexcept {
    if (bytes.empty()) return fail(Fault::truncated);
    switch (read_u8(bytes)) {
    case tag::atom:
    case tag::atom_utf8:
        if (!has(bytes, 3)) return fail(Fault::truncated);
        return leaf(bytes, 3u + read_u16(bytes, 1));
    case tag::small_atom:
    case tag::small_atom_utf8:
        if (!has(bytes, 2)) return fail(Fault::truncated);
        return leaf(bytes, 2u + read_u8(bytes, 1));
    default: return fail(Fault::tag);
    }
}

// A name of a node behind `before` bytes, then `after` bytes.
Head named(std::string_view bytes, std::size_t before, std::size_t after) noexcept {
    if (!has(bytes, before)) return fail(Fault::truncated);
    const Head node = atom_head(bytes.substr(before));
    if (node.fault != Fault::none) return node;
    return leaf(bytes, before + node.size + after);
}

Head reference_head(std::string_view bytes, std::size_t creation) noexcept {
    if (!has(bytes, 3)) return fail(Fault::truncated);
    const std::size_t words = read_u16(bytes, 1);
    if (words == 0 || words > Reference::max_words) return fail(Fault::value);
    return named(bytes, 3, creation + 4 * words);
}

Head container(std::string_view bytes, std::size_t size, std::uint64_t children) noexcept {
    // Each child has a byte at least, so a count beyond the bytes is known to be a lie at once.
    if (children > bytes.size() - size) return fail(Fault::truncated);
    return {size, children, Fault::none};
}

// A fun is not parsed: its own size field contains its length.
Head fun_head(std::string_view bytes) noexcept {
    constexpr std::size_t fixed = 4 + 1 + 16 + 4 + 4; // size, arity, uniq, index, free
    if (!has(bytes, 5)) return fail(Fault::truncated);
    const std::uint64_t size = read_u32(bytes, 1);
    if (size < fixed) return fail(Fault::value);
    return leaf(bytes, 1 + size);
}

Head export_head(std::string_view bytes) noexcept {
    const Head module = named(bytes, 1, 0);
    if (module.fault != Fault::none) return module;
    const Head both = named(bytes, module.size, 0);
    if (both.fault != Fault::none) return both;
    if (!has(bytes, both.size + 2)) return fail(Fault::truncated);
    if (read_u8(bytes, both.size) != tag::small_integer) return fail(Fault::tag);
    return leaf(bytes, both.size + 2);
}

} // namespace

Head head(std::string_view bytes) noexcept {
    if (bytes.empty()) return fail(Fault::truncated);
    switch (read_u8(bytes)) {
    case tag::small_integer: return leaf(bytes, 2);
    case tag::integer: return leaf(bytes, 5);
    case tag::new_float: return leaf(bytes, 9);
    case tag::atom:
    case tag::atom_utf8:
    case tag::small_atom:
    case tag::small_atom_utf8: return atom_head(bytes);
    case tag::nil: return leaf(bytes, 1);
    case tag::small_tuple:
        if (!has(bytes, 2)) return fail(Fault::truncated);
        return container(bytes, 2, read_u8(bytes, 1));
    case tag::large_tuple:
        if (!has(bytes, 5)) return fail(Fault::truncated);
        return container(bytes, 5, read_u32(bytes, 1));
    case tag::list:
        if (!has(bytes, 5)) return fail(Fault::truncated);
        return container(bytes, 5, std::uint64_t{read_u32(bytes, 1)} + 1);
    case tag::map:
        if (!has(bytes, 5)) return fail(Fault::truncated);
        return container(bytes, 5, std::uint64_t{read_u32(bytes, 1)} * 2);
    case tag::string:
        if (!has(bytes, 3)) return fail(Fault::truncated);
        return leaf(bytes, 3u + read_u16(bytes, 1));
    case tag::binary:
        if (!has(bytes, 5)) return fail(Fault::truncated);
        return leaf(bytes, std::uint64_t{5} + read_u32(bytes, 1));
    case tag::bit_binary: {
        if (!has(bytes, 6)) return fail(Fault::truncated);
        const std::uint8_t bits = read_u8(bytes, 5);
        if (bits > 8 || (bits == 0) != (read_u32(bytes, 1) == 0)) return fail(Fault::value);
        return leaf(bytes, std::uint64_t{6} + read_u32(bytes, 1));
    }
    case tag::small_big:
        if (!has(bytes, 3)) return fail(Fault::truncated);
        if (read_u8(bytes, 2) > 1) return fail(Fault::value);
        return leaf(bytes, 3u + read_u8(bytes, 1));
    case tag::large_big:
        if (!has(bytes, 6)) return fail(Fault::truncated);
        if (read_u8(bytes, 5) > 1) return fail(Fault::value);
        return leaf(bytes, std::uint64_t{6} + read_u32(bytes, 1));
    case tag::pid: return named(bytes, 1, 9);
    case tag::new_pid: return named(bytes, 1, 12);
    case tag::port: return named(bytes, 1, 5);
    case tag::new_port: return named(bytes, 1, 8);
    case tag::v4_port: return named(bytes, 1, 12);
    case tag::new_reference: return reference_head(bytes, 1);
    case tag::newer_reference: return reference_head(bytes, 4);
    case tag::new_fun: return fun_head(bytes);
    case tag::export_fun: return export_head(bytes);
    default: return fail(Fault::tag);
    }
}

std::size_t extent(std::string_view bytes) noexcept {
    std::size_t at = 0;
    for (std::uint64_t open = 1; open != 0; --open) {
        const Head h = head(bytes.substr(at));
        at += h.size;
        open += h.children;
    }
    return at;
}

} // namespace kith::erlang::etf
