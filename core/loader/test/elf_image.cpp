// SPDX-License-Identifier: MIT
//
// Tests of the parser with libraries of this toolchain, and with many kinds of damage.
#include "plugin_folder.hpp"

#include "core/loader/elf_image.hpp"

#include <elf.h>

#include <cstring>
#include <random>

namespace kith::core::test {

namespace {

std::vector<std::string> names(std::span<const elf::Symbol> symbols) {
    std::vector<std::string> result;
    for (const auto &symbol : symbols) result.emplace_back(symbol.name);
    std::ranges::sort(result);
    return result;
}

elf::Image read(const std::string &content) {
    auto image = elf::Image::read(bytes(content));
    BOOST_REQUIRE_MESSAGE(image, image.error().text);
    return std::move(*image);
}

// Removes the section headers, as in a stripped library.
std::string without_sections(std::string library) {
    Elf64_Ehdr header;
    std::memcpy(&header, library.data(), sizeof header);
    header.e_shoff = 0;
    header.e_shnum = 0;
    header.e_shstrndx = 0;
    std::memcpy(library.data(), &header, sizeof header);
    return library;
}

} // namespace

BOOST_AUTO_TEST_SUITE(elf_image)

BOOST_AUTO_TEST_CASE(exports_are_read) {
    const auto content_ = content(PluginFolder::built("good"));
    const auto image = read(content_);
    BOOST_REQUIRE(image.exports().size() == 1);
    const auto &entry = image.exports()[0];
    BOOST_TEST(entry.name == "kith_plugin_entry");
    BOOST_TEST((entry.type == elf::Type::object));
    BOOST_TEST(entry.size == sizeof(kith_entry));
    BOOST_TEST(!entry.unique);
    const auto start = image.initial(entry.value, 12);
    BOOST_REQUIRE(start);
    std::uint32_t head[3];
    std::memcpy(head, start->data(), sizeof head);
    BOOST_TEST(head[0] == sizeof(kith_entry));
    BOOST_TEST(head[1] == KITH_ABI_MAJOR);
    BOOST_TEST(head[2] == KITH_ABI_MINOR);
}

BOOST_AUTO_TEST_CASE(imports_and_needed_libraries_are_read) {
    const auto undefined = content(PluginFolder::built("undefined_symbol"));
    const auto imports = read(undefined);
    const auto found = std::ranges::find(imports.imports(), "nobody_has_this", &elf::Import::name);
    BOOST_REQUIRE((found != imports.imports().end()));
    BOOST_TEST(found->version.empty());
    BOOST_TEST(!found->weak);
    const auto absent = content(PluginFolder::built("absent_library"));
    const auto image = read(absent);
    BOOST_TEST((std::ranges::find(image.needed(), "libkith_absent.so") != image.needed().end()));
}

BOOST_AUTO_TEST_CASE(unique_symbols_are_recognised) {
    const auto content_ = content(PluginFolder::built("unique_symbol"));
    const auto image = read(content_);
    BOOST_TEST(std::ranges::count_if(image.exports(), &elf::Symbol::unique) == 1);
}

BOOST_AUTO_TEST_CASE(exports_are_read_from_hash_tables_without_section_headers) {
    for (const char *plugin : {"good", "second_export", "unique_symbol", "two_plugins", "no_plugin"}) {
        BOOST_TEST_CONTEXT(plugin) {
            const auto whole = content(PluginFolder::built(plugin)), stripped = without_sections(whole);
            BOOST_TEST(names(read(stripped).exports()) == names(read(whole).exports()), boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_large_library_is_read_whole) {
    // The C library this test runs on: thousands of symbols, versions, both kinds of function.
    std::string path;
    const auto maps = content("/proc/self/maps");
    for (std::size_t at = 0, end; at < maps.size(); at = end + 1) {
        end = std::min(maps.find('\n', at), maps.size());
        const std::string line = maps.substr(at, end - at);
        if (contains(line, "/libc.so.6") || contains(line, "/libc-")) path = line.substr(line.find('/'));
    }
    BOOST_REQUIRE(!path.empty());
    const auto content_ = content(path);
    const auto image = read(content_);
    BOOST_TEST(image.exports().size() > 1000);
    const auto found = names(image.exports());
    for (const char *symbol : {"malloc", "printf", "environ", "strlen"})
        BOOST_TEST(std::ranges::binary_search(found, symbol), symbol << " is missing");
}

BOOST_AUTO_TEST_CASE(initial_bytes_stay_within_the_image) {
    const auto content_ = content(PluginFolder::built("good"));
    const auto image = read(content_);
    BOOST_TEST(!image.initial(UINT64_MAX, 1));
    BOOST_TEST(!image.initial(UINT64_MAX - 3, 16));
    BOOST_TEST(!image.initial(0, 4097));
    BOOST_TEST(!image.initial(std::uint64_t{1} << 40, 1));
}

BOOST_AUTO_TEST_CASE(versions_of_imports_are_read) {
    const auto content_ = content(PluginFolder::built("reading/marks"));
    const auto image = read(content_);
    const auto open = std::ranges::find_if(image.imports(), [](const auto &import) { return import.name == "getenv"; });
    BOOST_REQUIRE((open != image.imports().end()));
    BOOST_TEST(open->version.starts_with("GLIBC_2."), open->version);
}

BOOST_AUTO_TEST_CASE(the_requested_kind_of_stack_is_read) {
    BOOST_TEST((read(content(PluginFolder::built("good"))).stack() == elf::Stack::plain));
    BOOST_TEST((read(content(PluginFolder::built("exec_stack"))).stack() == elf::Stack::executable));
    auto unmarked = content(PluginFolder::built("good"));
    Elf64_Ehdr header;
    std::memcpy(&header, unmarked.data(), sizeof header);
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
        char *const at = unmarked.data() + header.e_phoff + i * sizeof(Elf64_Phdr);
        Elf64_Phdr program;
        std::memcpy(&program, at, sizeof program);
        if (program.p_type == PT_GNU_STACK) std::memset(at, 0, sizeof program.p_type);
    }
#if defined(__x86_64__)
    BOOST_TEST((read(unmarked).stack() == elf::Stack::unmarked));
#endif
}

BOOST_AUTO_TEST_CASE(the_size_of_static_thread_local_storage_is_read) {
    BOOST_TEST(read(content(PluginFolder::built("static_tls"))).static_tls() == 65536);
    BOOST_TEST(read(content(PluginFolder::built("good"))).static_tls() == 0);
}

BOOST_AUTO_TEST_CASE(code_built_by_go_is_recognised) {
    const auto go = content(PluginFolder::built("go"));
    BOOST_TEST(read(go).has_go());
    BOOST_TEST(read(without_sections(go)).has_go());
    BOOST_TEST(!read(content(PluginFolder::built("good"))).has_go());
    BOOST_TEST(!read(without_sections(content(PluginFolder::built("good")))).has_go());
}

BOOST_AUTO_TEST_CASE(truncated_images_are_read_without_a_crash) {
    const auto whole = content(PluginFolder::built("good"));
    const std::span all = bytes(whole);
    for (std::size_t size = 0; size < all.size(); ++size) static_cast<void>(elf::Image::read(all.first(size)));
    BOOST_TEST(!elf::Image::read(all.first(63)));
}

BOOST_AUTO_TEST_CASE(damaged_images_are_read_without_a_crash) {
    std::mt19937_64 random(1);
    for (const char *plugin : {"good", "unique_symbol"}) {
        const auto whole = content(PluginFolder::built(plugin));
        std::size_t still_read = 0;
        for (int round = 0; round < 5000; ++round) {
            auto damaged = whole;
            // Most of the relevant bytes are at the beginning.
            const std::size_t range = random() % 4 == 0 ? damaged.size() : std::min<std::size_t>(damaged.size(), 0x800);
            for (auto flips = 1 + random() % 8; flips > 0; --flips) {
                static constexpr unsigned char odd[] = {0x00, 0xff, 0x7f, 0x80, 0x01};
                damaged[random() % range] = static_cast<char>(random() % 2 == 0 ? odd[random() % 5] : random());
            }
            if (const auto image = elf::Image::read(bytes(damaged))) {
                ++still_read;
                for (const auto &symbol : image->exports()) {
                    static_cast<void>(image->initial(symbol.value, 16));
                    static_cast<void>(read_description(*image, symbol.value));
                }
            }
        }
        BOOST_TEST(still_read > 0);
        BOOST_TEST(still_read < 5000);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
