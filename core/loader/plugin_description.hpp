// SPDX-License-Identifier: MIT
//
// What a library says about itself: kith_entry and its descriptors, copied. It is read from the library's file, from a library that is loaded,
// or from the bytes that another process made of one; all three give the same.
#pragma once

#include "core/loader/elf_image.hpp"

#include <kith/plugin.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

inline std::string_view view(const kith_str &text) { return {text.data, static_cast<std::size_t>(text.size)}; }

/// The four numbers that an entry begins with. They can be looked at in the file, before anything of the plugin runs.
struct EntryHead {
    std::uint32_t struct_size, abi_major, abi_minor, descriptor_count;
    bool operator==(const EntryHead &) const = default;
};

/// Whether it keeps the contract is for descriptor.hpp; what breaks a limit of that is not copied, only its size.
struct Description {
    EntryHead head{};
    bool has_descriptors = false; ///< kith_entry::descriptors is not null
    bool has_create = false;
    struct One {
        bool given = false;           ///< the pointer to it is not null
        kith_descriptor descriptor{}; ///< its strings and lists are those below
    };
    std::vector<One> descriptors;

    Description() = default;
    Description(Description &&) = default;
    Description &operator=(Description &&) = default;

    /// By what it says, not by where it lies.
    bool operator==(const Description &other) const;

    std::deque<std::string> texts;
    std::deque<std::vector<kith_str>> lists;
};

/// A description in the file, and how far it can be relied on.
struct ReadDescription {
    Description description;
    bool complete = true; ///< false: part of it needs another library or code of this one, so `description` is not complete
    bool constant = true; ///< false: code of the library could change it when it is loaded
};

/// entry: address of kith_plugin_entry in the image.
ReadDescription read_description(const elf::Image &image, std::uint64_t entry);

/// Of a library that is loaded. What it points to must be there.
Description read_description(const kith_entry &entry);

/// As bytes, and back. Any bytes are safe to read; nothing when they are no description.
std::string serialize(const Description &description);
std::optional<Description> deserialize(std::string_view bytes);

} // namespace kith::core
