// SPDX-License-Identifier: MIT
//
// The description of a library is the same from its file, from memory and serialized; a child process reads the parts that the file does not
// contain.
#include "plugin_folder.hpp"

#include "core/loader/description_cache.hpp"
#include "core/loader/descriptor_check.hpp"

#include <dlfcn.h>
#include <elf.h>

#include <cstring>
#include <random>

namespace kith::core::test {

namespace {

std::uint64_t entry_of(const elf::Image &image) { return image.exports()[0].value; }

ReadDescription reading_of(const std::string &library) {
    const auto image = elf::Image::read(bytes(library));
    BOOST_REQUIRE_MESSAGE(image, image.error().text);
    return read_description(*image, entry_of(*image));
}

// Converts the table of Elf64_Rela to the packed table of newer linkers (DT_RELR), with the addends in the data.
[[maybe_unused]] std::string packed(std::string library) {
    Elf64_Ehdr header;
    std::memcpy(&header, library.data(), sizeof header);
    std::vector<Elf64_Phdr> programs(header.e_phnum);
    std::memcpy(programs.data(), library.data() + header.e_phoff, programs.size() * sizeof(Elf64_Phdr));
    const auto offset = [&](std::uint64_t address) {
        for (const auto &program : programs)
            if (program.p_type == PT_LOAD && address >= program.p_vaddr && address - program.p_vaddr < program.p_filesz)
                return program.p_offset + (address - program.p_vaddr);
        BOOST_FAIL("an address outside of the file");
        return std::uint64_t{0};
    };
    const auto dynamic = std::ranges::find(programs, Elf64_Word{PT_DYNAMIC}, &Elf64_Phdr::p_type);
    Elf64_Dyn *table = nullptr, *size = nullptr;
    for (auto *entry = reinterpret_cast<Elf64_Dyn *>(library.data() + dynamic->p_offset); entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == DT_RELA) table = entry;
        if (entry->d_tag == DT_RELASZ) size = entry;
    }
    BOOST_REQUIRE((table != nullptr && size != nullptr));
    char *const at = library.data() + offset(table->d_un.d_ptr);
    std::vector<Elf64_Rela> old(size->d_un.d_val / sizeof(Elf64_Rela));
    std::memcpy(old.data(), at, old.size() * sizeof(Elf64_Rela));
    std::vector<std::uint64_t> addresses, words;
    for (const auto &relocation : old) {
        if (ELF64_R_TYPE(relocation.r_info) != R_X86_64_RELATIVE) continue;
        std::memcpy(library.data() + offset(relocation.r_offset), &relocation.r_addend, sizeof relocation.r_addend);
        addresses.push_back(relocation.r_offset);
    }
    for (std::size_t i = 0; i < addresses.size();) {
        words.push_back(addresses[i]);
        std::uint64_t next = addresses[i++] + 8, map = 0;
        for (; i < addresses.size() && addresses[i] - next < std::uint64_t{63} * 8 && addresses[i] % 8 == 0; ++i)
            map |= std::uint64_t{2} << ((addresses[i] - next) / 8);
        if (map != 0) words.push_back(map | 1);
    }
    BOOST_REQUIRE(!words.empty()); // it is not packed already
    std::memcpy(at, words.data(), words.size() * 8);
    table->d_tag = 36; // DT_RELR
    size->d_tag = 35;  // DT_RELRSZ
    size->d_un.d_val = words.size() * 8;
    return library;
}

} // namespace

BOOST_AUTO_TEST_SUITE(plugin_description)

BOOST_AUTO_TEST_CASE(the_description_from_the_file_equals_that_from_memory) {
    for (const char *plugin : {"good", "two_plugins", "newer_minor_good", "failing_create", "not_utf8", "null_string"}) {
        BOOST_TEST_CONTEXT(plugin) {
            const ReadDescription reading = reading_of(content(PluginFolder::built(plugin)));
            BOOST_TEST(reading.complete);
            BOOST_TEST(reading.constant);
            void *const handle = ::dlopen(PluginFolder::built(plugin).c_str(), RTLD_NOW | RTLD_LOCAL);
            BOOST_REQUIRE_MESSAGE(handle != nullptr, ::dlerror());
            const auto *const entry = static_cast<const kith_entry *>(::dlsym(handle, "kith_plugin_entry"));
            BOOST_TEST((reading.description == read_description(*entry)));
            ::dlclose(handle);
        }
    }
}

#if defined(__x86_64__)
BOOST_AUTO_TEST_CASE(packed_relocations_give_the_same_description) {
    const auto library = content(PluginFolder::built("two_plugins"));
    const ReadDescription reading = reading_of(packed(library));
    BOOST_TEST(reading.complete);
    BOOST_TEST(reading.description.descriptors.size() == 2);
    BOOST_TEST((reading.description == reading_of(library).description));
}
#endif

BOOST_AUTO_TEST_CASE(different_descriptions_are_not_equal) {
    BOOST_TEST((reading_of(content(PluginFolder::built("good"))).description !=
                reading_of(content(PluginFolder::built("two_plugins"))).description));
}

BOOST_AUTO_TEST_CASE(a_serialized_description_is_read_back) {
    for (const char *plugin : {"good", "two_plugins", "null_string", "descriptor_short", "null_descriptor"}) {
        BOOST_TEST_CONTEXT(plugin) {
            const ReadDescription reading = reading_of(content(PluginFolder::built(plugin)));
            const std::string text = serialize(reading.description);
            const auto again = deserialize(text);
            BOOST_REQUIRE(again);
            BOOST_TEST((*again == reading.description));
            for (std::size_t size = 0; size < text.size(); ++size) BOOST_TEST(!deserialize(text.substr(0, size)));
            BOOST_TEST(!deserialize(text + "x"));
        }
    }
}

BOOST_AUTO_TEST_CASE(damaged_serialized_descriptions_are_read_without_a_crash) {
    std::mt19937_64 random(1);
    const std::string text = serialize(reading_of(content(PluginFolder::built("two_plugins"))).description);
    for (int round = 0; round < 20000; ++round) {
        auto damaged = text;
        for (auto flips = 1 + random() % 4; flips > 0; --flips)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        if (const auto read = deserialize(damaged)) static_cast<void>(check_description(*read, settings()));
    }
}

BOOST_AUTO_TEST_CASE(values_set_by_a_constructor_are_not_taken_as_constant) {
    const ReadDescription reading = reading_of(content(PluginFolder::built("reading/descriptor_constructed")));
    BOOST_TEST(!reading.constant);
    BOOST_TEST(check_description(reading.description, settings()).has_value());
}

BOOST_AUTO_TEST_CASE(values_set_by_a_constructor_are_read_in_a_child_process) {
    const PluginFolder folder{"reading/descriptor_constructed"};
    const auto state = folder.directory("state", 0700);
    LoaderSettings with_state = settings();
    with_state.state_dir = state;
    const auto file = folder / "libdescriptor_constructed.so";
    Reader reader;
    auto first = Library::read(file, with_state, reader.context);
    BOOST_REQUIRE_MESSAGE(first, first.error().reason);
    BOOST_TEST((*first)->plugins()[0]->id() == "descriptor_constructed");
    BOOST_TEST(!contains(content("/proc/self/maps"), "libdescriptor_constructed.so"));
    BOOST_TEST(!(*first)->open(with_state, reader.context));

    // From then on no child is started: the cached description is used until the library is opened.
    const std::string hash = sha256(bytes(content(file)));
    std::string complete = load_cached_description(state, hash);
    BOOST_REQUIRE(complete.find("1.0.0") != std::string::npos);
    complete.replace(complete.find("1.0.0"), 5, "9.9.9");
    std::ofstream(state / ("plugin." + hash + ".description"), std::ios::binary) << complete;
    auto second = Library::read(file, with_state, reader.context);
    BOOST_REQUIRE(second);
    BOOST_TEST((*second)->plugins()[0]->version() == "9.9.9");
    const auto refusal = (*second)->open(with_state, reader.context);
    BOOST_REQUIRE(refusal.has_value());
    BOOST_TEST(refusal->rule == "L5");

    // A cached description that is damaged, or that other users could have written, is not used.
    std::ofstream(state / ("plugin." + hash + ".description"), std::ios::binary) << complete.substr(0, 50);
    BOOST_TEST((*Library::read(file, with_state, reader.context))->plugins()[0]->version() == "1.0.0");
    std::ofstream(state / ("plugin." + hash + ".description"), std::ios::binary) << complete;
    PluginFolder::mode(state / ("plugin." + hash + ".description"), 0622);
    BOOST_TEST((*Library::read(file, with_state, reader.context))->plugins()[0]->version() == "1.0.0");
}

BOOST_AUTO_TEST_CASE(a_library_that_hangs_when_loaded_is_refused_after_a_timeout) {
    const PluginFolder folder{"reading/hangs_when_loaded"};
    Reader reader{.zygote = Zygote({}, std::chrono::milliseconds(200)), .buffer = {}, .paths = {}};
    const auto outcome = Library::read(folder / "libhangs_when_loaded.so", settings(), reader.context);
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error().rule == "L5");
    KITH_CHECK_CONTAINS(outcome.error().reason, "did not end within 200 ms");
}

BOOST_AUTO_TEST_CASE(threads_of_the_process_are_ended_before_a_child_is_forked_and_only_then) {
    const PluginFolder folder{"reading/hangs_when_loaded", "good"};
    int calls = 0;
    Reader reader{.zygote = Zygote([&] { ++calls; }, std::chrono::milliseconds(50)), .buffer = {}, .paths = {}};
    BOOST_REQUIRE(Library::read(folder / "libgood.so", settings(), reader.context));
    BOOST_TEST(calls == 0);
    BOOST_REQUIRE(!Library::read(folder / "libhangs_when_loaded.so", settings(), reader.context));
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
