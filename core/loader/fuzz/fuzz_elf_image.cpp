// SPDX-License-Identifier: MIT
//
// Parses any bytes as a shared library. All strings must be within the bytes, the number of symbols is limited by their size, and the
// description can be serialized and read back.
#include "core/loader/elf_image.hpp"
#include "core/loader/plugin_description.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace kith::core;
    const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
    const auto image = elf::Image::read(bytes);
    if (!image) return image.error().text.empty() ? std::abort(), 0 : 0;

    const auto within = [&](std::string_view text) {
        const auto *const start = reinterpret_cast<const char *>(data);
        if (text.data() < start || text.data() + text.size() >= start + size) std::abort();
    };
    constexpr std::size_t symbol_size = 24;
    if (image->exports().size() + image->imports().size() > size / symbol_size) std::abort();
    for (const auto &symbol : image->exports()) {
        within(symbol.name);
        const auto start = image->initial(symbol.value, 16);
        if (start && start->size() != 16) std::abort();
        const auto initial = image->data(symbol.value, 64);
        if (initial && (initial->bytes.size() != 64 || initial->pointers.size() > 64)) std::abort();
    }
    // Only the first export: a file has one entry.
    if (!image->exports().empty()) {
        const ReadDescription reading = read_description(*image, image->exports()[0].value);
        const auto again = deserialize(serialize(reading.description));
        if (!again || !(*again == reading.description)) std::abort();
    }
    for (const auto &import : image->imports()) {
        within(import.name);
        if (!import.version.empty()) within(import.version);
    }
    if (!image->run_path().empty()) within(image->run_path());
    for (const auto name : image->needed()) within(name);
    return 0;
}
