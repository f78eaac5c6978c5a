// SPDX-License-Identifier: MIT
#include "plugin_library.hpp"

#include <core/loader/elf_image.hpp>
#include <core/loader/file_bytes.hpp>
#include <core/loader/plugin_description.hpp>

#include <utility>

namespace kith::isolation {

namespace {

PluginLibrary refused(PluginLibrary library, std::string why) {
    library.refusal = std::move(why);
    return library;
}

} // namespace

PluginLibrary PluginLibrary::load(core::Fd copy, const std::string &file, std::string_view description) {
    PluginLibrary library;
    {
        const auto mapping = core::Mapping::of(copy);
        if (!mapping) return refused(std::move(library), "L2: it " + mapping.error().text);
        const auto image = core::elf::Image::read(mapping->bytes());
        if (!image) return refused(std::move(library), "L2: it " + image.error().text);
        library.opened = core::open_sealed_copy(std::move(copy), *image, file);
    }
    if (!library.opened) {
        std::string why = "L2: it cannot be loaded: " + library.opened.error;
        return refused(std::move(library), std::move(why));
    }
    const auto *const entry = static_cast<const kith_entry *>(library.opened.symbol("kith_plugin_entry"));
    if (entry == nullptr) return refused(std::move(library), "L2: it has no kith_plugin_entry after loading");
    const auto known = core::deserialize(description);
    if (!known || core::read_description(*entry) != *known)
        return refused(std::move(library), "L5: its description after loading differs from the one in its file");
    library.entry = entry;
    return library;
}

} // namespace kith::isolation
