// SPDX-License-Identifier: MIT
#include "term_view.hpp"

#include "../big_endian.hpp"
#include "encoded_term_size.hpp"
#include "tag.hpp"

#include <array>
#include <bit>

namespace kith::erlang::etf {
namespace {

struct Name {
    std::string_view bytes;
    bool latin1 = false;
    std::size_t size = 0; // of the whole atom term
};

Name name_at(std::string_view bytes) noexcept {
    const std::uint8_t t = read_u8(bytes);
    const bool wide = t == tag::atom || t == tag::atom_utf8;
    const std::size_t before = wide ? 3 : 2;
    const std::size_t size = wide ? read_u16(bytes, 1) : read_u8(bytes, 1);
    return {bytes.substr(before, size), t == tag::atom || t == tag::small_atom, before + size};
}

std::string text_of(const Name &name) {
    if (!name.latin1) return std::string(name.bytes);
    std::string text;
    text.reserve(name.bytes.size());
    for (const char c : name.bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x80) {
            text.push_back(c);
        } else {
            text.push_back(static_cast<char>(0xc0 | byte >> 6));
            text.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
        }
    }
    return text;
}

} // namespace

Kind TermView::kind() const noexcept {
    if (bytes_.empty()) return Kind::nothing;
    switch (read_u8(bytes_)) {
    case tag::small_integer:
    case tag::integer: return Kind::integer;
    case tag::small_big:
    case tag::large_big: return integer() ? Kind::integer : Kind::big;
    case tag::new_float: return Kind::real;
    case tag::atom:
    case tag::atom_utf8:
    case tag::small_atom:
    case tag::small_atom_utf8: return Kind::atom;
    case tag::small_tuple:
    case tag::large_tuple: return Kind::tuple;
    case tag::nil:
    case tag::list: return Kind::list;
    case tag::string: return Kind::string;
    case tag::binary: return Kind::binary;
    case tag::bit_binary: return Kind::bits;
    case tag::map: return Kind::map;
    case tag::pid:
    case tag::new_pid: return Kind::pid;
    case tag::port:
    case tag::new_port:
    case tag::v4_port: return Kind::port;
    case tag::new_reference:
    case tag::newer_reference: return Kind::reference;
    default: return Kind::function;
    }
}

bool TermView::is_atom(std::string_view utf8) const noexcept {
    if (kind() != Kind::atom) return false;
    const Name name = name_at(bytes_);
    if (!name.latin1) return name.bytes == utf8;
    std::size_t at = 0; // compare without making the text
    for (const char c : name.bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x80) {
            if (at >= utf8.size() || utf8[at++] != c) return false;
        } else {
            if (at + 2 > utf8.size() || read_u8(utf8, at) != (0xc0 | byte >> 6) ||
                read_u8(utf8, at + 1) != (0x80 | (byte & 0x3f)))
                return false;
            at += 2;
        }
    }
    return at == utf8.size();
}

bool TermView::is_tuple(std::size_t arity) const noexcept { return kind() == Kind::tuple && size() == arity; }

bool TermView::is_nil() const noexcept { return !bytes_.empty() && read_u8(bytes_) == tag::nil; }

bool TermView::is_list() const noexcept { return kind() == Kind::list || kind() == Kind::string; }

std::optional<TermView::Big> TermView::big() const noexcept {
    if (bytes_.empty()) return std::nullopt;
    switch (read_u8(bytes_)) {
    case tag::small_big: return Big{bytes_.substr(3), read_u8(bytes_, 2) != 0};
    case tag::large_big: return Big{bytes_.substr(6), read_u8(bytes_, 5) != 0};
    default: return std::nullopt;
    }
}

std::optional<std::int64_t> TermView::integer() const noexcept {
    if (bytes_.empty()) return std::nullopt;
    switch (read_u8(bytes_)) {
    case tag::small_integer: return read_u8(bytes_, 1);
    case tag::integer: return static_cast<std::int32_t>(read_u32(bytes_, 1));
    default: break;
    }
    const auto value = big();
    if (!value) return std::nullopt;
    std::uint64_t magnitude = 0;
    for (std::size_t i = 0; i < value->magnitude.size(); ++i) {
        const std::uint64_t byte = read_u8(value->magnitude, i);
        if (i >= 8) {
            if (byte != 0) return std::nullopt;
            continue;
        }
        magnitude |= byte << (8 * i);
    }
    constexpr std::uint64_t top = std::uint64_t{1} << 63;
    if (value->negative) {
        if (magnitude > top) return std::nullopt;
        return static_cast<std::int64_t>(~magnitude + 1);
    }
    if (magnitude >= top) return std::nullopt;
    return static_cast<std::int64_t>(magnitude);
}

std::optional<double> TermView::real() const noexcept {
    if (kind() != Kind::real) return std::nullopt;
    return std::bit_cast<double>(read_u64(bytes_, 1));
}

std::optional<std::string> TermView::atom() const {
    if (kind() != Kind::atom) return std::nullopt;
    return text_of(name_at(bytes_));
}

std::optional<std::string_view> TermView::bytes() const noexcept {
    switch (kind()) {
    case Kind::binary: return bytes_.substr(5);
    case Kind::bits: return bytes_.substr(6);
    case Kind::string: return bytes_.substr(3);
    default: return std::nullopt;
    }
}

std::optional<Pid> TermView::pid() const {
    if (kind() != Kind::pid) return std::nullopt;
    const Name node = name_at(bytes_.substr(1));
    const std::size_t at = 1 + node.size;
    const bool wide = read_u8(bytes_) == tag::new_pid;
    return Pid{text_of(node), read_u32(bytes_, at), read_u32(bytes_, at + 4),
               wide ? read_u32(bytes_, at + 8) : read_u8(bytes_, at + 8)};
}

std::optional<Reference> TermView::reference() const {
    if (kind() != Kind::reference) return std::nullopt;
    const Name node = name_at(bytes_.substr(3));
    const std::size_t at = 3 + node.size;
    const bool wide = read_u8(bytes_) == tag::newer_reference;
    Reference reference;
    reference.node = text_of(node);
    reference.creation = wide ? read_u32(bytes_, at) : read_u8(bytes_, at);
    reference.size = read_u16(bytes_, 1);
    for (std::size_t i = 0; i < reference.size; ++i) reference.words[i] = read_u32(bytes_, at + (wide ? 4 : 1) + 4 * i);
    return reference;
}

std::size_t TermView::size() const noexcept { return elements().left(); }

Elements TermView::elements() const noexcept {
    Elements elements;
    if (bytes_.empty()) return elements;
    switch (read_u8(bytes_)) {
    case tag::small_tuple:
        elements.left_ = read_u8(bytes_, 1);
        elements.rest_ = bytes_.substr(2);
        break;
    case tag::large_tuple:
    case tag::list:
        elements.left_ = read_u32(bytes_, 1);
        elements.rest_ = bytes_.substr(5);
        break;
    case tag::map:
        elements.left_ = std::size_t{read_u32(bytes_, 1)} * 2;
        elements.rest_ = bytes_.substr(5);
        break;
    default: break;
    }
    return elements;
}

TermView Elements::next() noexcept {
    if (left_ == 0) return {};
    --left_;
    const std::size_t size = extent(rest_);
    const TermView term(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return term;
}

TermView Elements::tail() const noexcept { return TermView(rest_); }

Parsed parse_bare(std::string_view bytes, const Limits &limits) noexcept {
    Parsed parsed;
    // Only what is looked at counts: bytes behind the term may be as many as they like.
    const std::string_view within = bytes.substr(0, limits.bytes);
    const std::size_t depth_limit = limits.depth < Limits::max_depth ? limits.depth : Limits::max_depth;
    std::array<std::uint64_t, Limits::max_depth + 1> open; // children to come, on each level
    open[0] = 1;
    std::size_t depth = 0;
    std::size_t at = 0;
    std::size_t terms = 0;
    for (;;) {
        while (open[depth] == 0) {
            if (depth == 0) {
                parsed.term = TermView(bytes.substr(0, at));
                parsed.rest = bytes.substr(at);
                return parsed;
            }
            --depth;
        }
        --open[depth];
        if (++terms > limits.terms) {
            parsed.fault = Fault::terms;
            return parsed;
        }
        const Head h = head(within.substr(at));
        if (h.fault != Fault::none) {
            parsed.fault = h.fault == Fault::truncated && within.size() < bytes.size() ? Fault::size : h.fault;
            return parsed;
        }
        at += h.size;
        if (h.children == 0) continue;
        if (depth == depth_limit) {
            parsed.fault = Fault::depth;
            return parsed;
        }
        open[++depth] = h.children;
    }
}

Parsed parse(std::string_view bytes, const Limits &limits) noexcept {
    Parsed parsed;
    if (bytes.empty()) {
        parsed.fault = Fault::truncated;
        return parsed;
    }
    if (read_u8(bytes) != tag::version) {
        parsed.fault = Fault::version;
        return parsed;
    }
    return parse_bare(bytes.substr(1), limits);
}

std::string_view to_string(Fault fault) noexcept {
    switch (fault) {
    case Fault::none: return "no fault";
    case Fault::truncated: return "the bytes end within a term";
    case Fault::version: return "a term does not begin with version 131";
    case Fault::tag: return "a term has a tag that is not known";
    case Fault::value: return "a term has a field with a value that cannot be";
    case Fault::size: return "a term is larger than the limit";
    case Fault::terms: return "a term has more parts than the limit";
    case Fault::depth: return "a term is nested deeper than the limit";
    }
    return "unknown fault";
}

} // namespace kith::erlang::etf
