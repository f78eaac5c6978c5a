// SPDX-License-Identifier: MIT
//
// The description of a plugin library: a copy of its kith_entry and descriptors. It is read from the library's file, from a loaded
// library, or from the serialized form that a child process made; all three give the same.
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

/// The first four members of kith_entry. They are read from the file, before any code of the plugin runs.
struct EntryHead {
    std::uint32_t struct_size, abi_major, abi_minor, descriptor_count;
    bool operator==(const EntryHead &) const = default;
};

/// A copy that is not yet checked (see descriptor_check.hpp). Strings and lists beyond the limits of that check are not copied, only their
/// sizes.
struct Description {
    EntryHead head{};
    bool has_descriptors = false; ///< kith_entry::descriptors is not null
    bool has_create = false;
    struct One {
        bool given = false;           ///< the pointer to the descriptor is not null
        kith_descriptor descriptor{}; ///< its strings and lists point into `texts` and `lists`
    };
    std::vector<One> descriptors;

    Description() = default;
    Description(Description &&) = default;
    Description &operator=(Description &&) = default;

    /// Compares the contents, not the addresses.
    bool operator==(const Description &other) const;

    std::deque<std::string> texts;
    std::deque<std::vector<kith_str>> lists;
};

/// A description that was read from a file, and whether it is what memory will contain after loading.
struct ReadDescription {
    Description description;
    bool complete = true; ///< false: parts depend on another library or on code of this one
    bool constant = true; ///< false: code of the library can change it when it is loaded
};

/// Reads the description from a file. entry: address of kith_plugin_entry in the image.
ReadDescription read_description(const elf::Image &image, std::uint64_t entry);

/// Reads the description of a loaded library. All pointers of the entry must be valid.
Description read_description(const kith_entry &entry);

/// Serializes a description, and reads it back. deserialize() accepts any bytes; empty when they are not a description.
std::string serialize(const Description &description);
std::optional<Description> deserialize(std::string_view bytes);

} // namespace kith::core
