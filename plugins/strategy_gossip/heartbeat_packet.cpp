// SPDX-License-Identifier: MIT
#include "heartbeat_packet.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace gossip {

namespace {

constexpr std::string_view prefix = "heartbeat::";
constexpr unsigned char begin_of_map[] = {131, 116, 0, 0, 0, 1}; // version, MAP_EXT, one pair
constexpr unsigned atom_latin1 = 100, small_atom_latin1 = 115, atom_utf8 = 118, small_atom_utf8 = 119;

unsigned at(Bytes bytes, std::size_t i) noexcept { return std::to_integer<unsigned>(bytes[i]); }

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t more = lead < 0x80                   ? 0
                                 : lead >= 0xc2 && lead < 0xe0 ? 1
                                 : lead >= 0xe0 && lead < 0xf0 ? 2
                                 : lead >= 0xf0 && lead < 0xf5 ? 3
                                                               : text.size();
        if (more >= text.size() - i) return false;
        unsigned point = more == 0 ? lead : lead & (0x3fU >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xc0U) != 0x80) return false;
            point = point << 6U | (next & 0x3fU);
        }
        const bool overlong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
        if (overlong || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) return false;
        i += more + 1;
    }
    return true;
}

struct Atom {
    std::string_view text;
    std::size_t size = 0; // in all, with its tag; 0: there is none
    bool cut = false;
};

Atom read_atom(Bytes bytes) noexcept {
    if (bytes.empty()) return {{}, 0, true};
    const unsigned tag = at(bytes, 0);
    const bool small = tag == small_atom_latin1 || tag == small_atom_utf8;
    if (!small && tag != atom_latin1 && tag != atom_utf8) return {};
    const std::size_t head = small ? 2 : 3;
    if (bytes.size() < head) return {{}, 0, true};
    const std::size_t length = small ? at(bytes, 1) : at(bytes, 1) << 8U | at(bytes, 2);
    if (bytes.size() - head < length) return {{}, 0, true};
    return {{reinterpret_cast<const char *>(bytes.data()) + head, length}, head + length, false};
}

void write_atom(unsigned tag, std::string_view text, std::vector<std::byte> &out) {
    out.push_back(static_cast<std::byte>(tag));
    out.push_back(static_cast<std::byte>(text.size() >> 8U));
    out.push_back(static_cast<std::byte>(text.size() & 0xffU));
    const auto *bytes = reinterpret_cast<const std::byte *>(text.data());
    out.insert(out.end(), bytes, bytes + text.size());
}

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace

bool is_node_name(std::string_view name) noexcept {
    if (name.size() < 3 || name.size() > max_name) return false;
    // Eight bytes at a time, each looked at in its own part of a word (Warren, "Hacker's Delight", 6-1).
    constexpr std::uint64_t ones = 0x0101010101010101U, low = 0x7f * ones, high = 0x80 * ones;
    const auto zeros = [](std::uint64_t word) { return ~(((word & low) + low) | word) & high; }; // marks each byte that is 0
    std::uint64_t unprintable = 0, all = 0, signs = 0;
    const auto look = [&](std::uint64_t word) {
        const std::uint64_t control = ~(((word & low) + (0x7f - 0x20) * ones) | word) & high; // marks each byte up to a space
        unprintable |= control | zeros(word ^ 0x7f * ones);
        signs += (zeros(word ^ '@' * ones) >> 7U) * ones >> 56U; // the marks, summed up in the uppermost byte
        all |= word;
    };
    std::uint64_t word = 0;
    std::size_t i = 0;
    for (; i + sizeof word <= name.size(); i += sizeof word) {
        std::memcpy(&word, name.data() + i, sizeof word);
        look(word);
    }
    if (const std::size_t rest = name.size() - i; rest != 0) {
        if (i == 0) {
            word = 0;
            for (std::size_t k = 0; k < rest; ++k) word = word << 8U | static_cast<unsigned char>(name[k]);
        } else { // the last eight, without those that were looked at
            std::memcpy(&word, name.data() + name.size() - sizeof word, sizeof word);
            word =
                std::endian::native == std::endian::little ? word >> (64 - 8 * rest) : word & ~(~std::uint64_t{0} << 8 * rest);
        }
        word |= 'a' * ones << 8 * rest;
        look(word);
    }
    const bool ascii = (all & high) == 0;
    return unprintable == 0 && signs == 1 && name.front() != '@' && name.back() != '@' && (ascii || is_utf8(name));
}

void write_heartbeat(std::string_view name, std::vector<std::byte> &out) {
    const unsigned tag = is_ascii(name) ? atom_latin1 : atom_utf8;
    const auto *text = reinterpret_cast<const std::byte *>(prefix.data());
    out.insert(out.end(), text, text + prefix.size());
    for (const unsigned char byte : begin_of_map) out.push_back(static_cast<std::byte>(byte));
    write_atom(atom_latin1, "node", out);
    write_atom(tag, name, out);
}

bool has_prefix(Bytes packet) noexcept {
    return packet.size() >= prefix.size() && std::memcmp(packet.data(), prefix.data(), prefix.size()) == 0;
}

namespace {

Heartbeat read_name(Bytes term) noexcept {
    const Atom value = read_atom(term);
    if (value.cut) return {Fault::cut, {}};
    if (value.size == 0 || !is_node_name(value.text)) return {Fault::no_name, {}};
    if (value.size != term.size()) return {Fault::trailing, {}};
    return {Fault::none, value.text};
}

} // namespace

Heartbeat read_heartbeat(Bytes packet) noexcept {
    if (packet.size() > usual_size && std::memcmp(packet.data(), usual, usual_size) == 0)
        return read_name(packet.subspan(usual_size));
    if (!has_prefix(packet)) return {Fault::no_heartbeat, {}};
    Bytes term = packet.subspan(prefix.size());
    if (term.size() < sizeof begin_of_map) return {Fault::cut, {}};
    if (at(term, 0) != begin_of_map[0]) return {Fault::no_term, {}};
    if (std::memcmp(term.data(), begin_of_map, sizeof begin_of_map) != 0) return {Fault::no_map, {}};
    term = term.subspan(sizeof begin_of_map);

    const Atom key = read_atom(term);
    if (key.cut) return {Fault::cut, {}};
    if (key.size == 0 || key.text != "node") return {Fault::no_node, {}};
    return read_name(term.subspan(key.size));
}

std::string_view text_of(Fault fault) noexcept {
    switch (fault) {
    case Fault::none: return "a heartbeat";
    case Fault::no_heartbeat: return "it does not begin with `heartbeat::`";
    case Fault::cut: return "it ends too early";
    case Fault::trailing: return "more bytes follow the term";
    case Fault::no_term: return "what follows `heartbeat::` is no external term";
    case Fault::no_map: return "the term is no map of one pair";
    case Fault::no_node: return "the map has no key `node`";
    case Fault::no_name: return "the value of `node` is no node's name, name@host";
    }
    return "unknown";
}

} // namespace gossip
