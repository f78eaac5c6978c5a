// SPDX-License-Identifier: MIT
#include "writer.hpp"

#include "../big_endian.hpp"
#include "tag.hpp"

#include <bit>

namespace kith::erlang::etf {

Writer &Writer::version() {
    append_u8(out_, tag::version);
    return *this;
}

Writer &Writer::integer(std::int64_t value) {
    if (value >= 0 && value <= 255) {
        append_u8(out_, tag::small_integer);
        append_u8(out_, static_cast<std::uint8_t>(value));
    } else if (value >= INT32_MIN && value <= INT32_MAX) {
        append_u8(out_, tag::integer);
        append_u32(out_, static_cast<std::uint32_t>(value));
    } else {
        std::uint64_t magnitude = static_cast<std::uint64_t>(value);
        if (value < 0) magnitude = ~magnitude + 1;
        std::string bytes;
        for (; magnitude != 0; magnitude >>= 8) append_u8(bytes, static_cast<std::uint8_t>(magnitude));
        big(bytes, value < 0);
    }
    return *this;
}

Writer &Writer::big(std::string_view magnitude, bool negative) {
    append_u8(out_, tag::small_big);
    append_u8(out_, static_cast<std::uint8_t>(magnitude.size()));
    append_u8(out_, negative ? 1 : 0);
    out_.append(magnitude.substr(0, 255));
    return *this;
}

Writer &Writer::real(double value) {
    append_u8(out_, tag::new_float);
    append_u64(out_, std::bit_cast<std::uint64_t>(value));
    return *this;
}

Writer &Writer::atom(std::string_view utf8) {
    utf8 = utf8.substr(0, 65535);
    if (utf8.size() <= 255) {
        append_u8(out_, tag::small_atom_utf8);
        append_u8(out_, static_cast<std::uint8_t>(utf8.size()));
    } else {
        append_u8(out_, tag::atom_utf8);
        append_u16(out_, static_cast<std::uint16_t>(utf8.size()));
    }
    out_.append(utf8);
    return *this;
}

Writer &Writer::tuple(std::uint32_t arity) {
    if (arity <= 255) {
        append_u8(out_, tag::small_tuple);
        append_u8(out_, static_cast<std::uint8_t>(arity));
    } else {
        append_u8(out_, tag::large_tuple);
        append_u32(out_, arity);
    }
    return *this;
}

Writer &Writer::list(std::uint32_t size) {
    if (size == 0) return *this;
    append_u8(out_, tag::list);
    append_u32(out_, size);
    return *this;
}

Writer &Writer::nil() {
    append_u8(out_, tag::nil);
    return *this;
}

Writer &Writer::binary(std::string_view bytes) {
    append_u8(out_, tag::binary);
    append_u32(out_, static_cast<std::uint32_t>(bytes.size()));
    out_.append(bytes);
    return *this;
}

Writer &Writer::map(std::uint32_t size) {
    append_u8(out_, tag::map);
    append_u32(out_, size);
    return *this;
}

Writer &Writer::pid(const Pid &pid) {
    append_u8(out_, tag::new_pid);
    atom(pid.node);
    append_u32(out_, pid.id);
    append_u32(out_, pid.serial);
    append_u32(out_, pid.creation);
    return *this;
}

Writer &Writer::reference(const Reference &reference) {
    append_u8(out_, tag::newer_reference);
    append_u16(out_, static_cast<std::uint16_t>(reference.size));
    atom(reference.node);
    append_u32(out_, reference.creation);
    for (std::size_t i = 0; i < reference.size; ++i) append_u32(out_, reference.words[i]);
    return *this;
}

Writer &Writer::raw(std::string_view encoded) {
    out_.append(encoded);
    return *this;
}

} // namespace kith::erlang::etf
