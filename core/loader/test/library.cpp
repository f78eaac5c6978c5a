// SPDX-License-Identifier: MIT
//
// Each plugin that violates a rule on purpose is refused with that rule, a reason and a remedy.
#include "plugin_folder.hpp"

#include "core/loader/elf_image.hpp"
#include "core/loader/loadable_check.hpp"
#include "core/loader/sha256_pin.hpp"
#include <tests/sanitizers.hpp>

#include <kith/service/log.h>

#include <iostream>

namespace kith::core::test {

namespace {

struct Expected {
    const char *plugin, *rule, *reason, *remedy;
};

constexpr Expected refusals[] = {
    {"no_plugin", "L2", "it does not export kith_plugin_entry, so it is not a kith plugin", "kith_add_plugin()"},
    {"second_export", "L2",
     "it exports other symbols than kith_plugin_entry: ", "version script { global: kith_plugin_entry; local: *; }"},
    {"unique_symbol", "L2", "(STB_GNU_UNIQUE): shared_by_all", "-fno-gnu-unique"},
    {"entry_function", "L2", "its kith_plugin_entry is not data", "const kith_entry kith_plugin_entry"},
    {"undefined_symbol", "L2", "it cannot be loaded: undefined symbol: nobody_has_this", "-Wl,-z,defs"},
    {"absent_library", "L2", "it cannot be loaded: libkith_absent.so: cannot open shared object file",
     "install the library that it needs"},
    {"abi_major", "A1", "major version 2 of the plugin ABI; this kith supports major version 1", "build the plugin again"},
    {"newer_minor", "A1",
     "\"bad\" requires kith.carrier_pigeon/1, which this kith does not offer (the plugin is built for ABI 1.7",
     "install a newer kith"},
    {"missing_service", "A1", "\"bad\" requires example.teleport/3, which this kith does not offer",
     "a kith that offers the service"},
    {"entry_short", "A2", "is 20 bytes; version 1.0 has 32", "plugin's author"},
    {"entry_long", "A2", "is 4000, but it has 32 bytes", "sizeof(kith_entry)"},
    {"entry_constructed", "A2", "must be constant data", "plugin's author"},
    {"descriptor_short", "A2", "the struct_size of a descriptor is 64 bytes", "plugin's author"},
    {"no_descriptors", "L5", "it contains no plugin", "plugin's author"},
    {"null_descriptor", "L5", "one of its descriptors is null", "plugin's author"},
    {"no_create", "L5", "no create function", "plugin's author"},
    {"no_id", "L5", "a descriptor has no id", "plugin's author"},
    {"bad_id", "L5", "the id \"Not An Id\" does not consist of lower-case letters", "plugin's author"},
    {"unknown_kind", "L5", "kind 9 is not a kind of plugin that this kith supports", "plugin's author"},
    {"bad_plugin_version", "L5", "the version \"latest\" is not of the form 1.2.3", "plugin's author"},
    {"no_licence", "L5", "it names no licence", "plugin's author"},
    {"schema_not_json", "L5", "its options schema is not JSON: ", "plugin's author"},
    {"schema_not_object", "L5", "its options schema is not a JSON object", "plugin's author"},
    {"bad_service_id", "L5", "\"discovery please\" is not a valid required service", "plugin's author"},
    {"bad_prune", "L5", "prune is 9", "plugin's author"},
    {"alias_is_own_id", "L5", "it uses the name \"bad\" twice for plugins of one kind", "plugin's author"},
    {"not_utf8", "M1", "its summary is not UTF-8", "plugin's author"},
    {"exec_stack", "L2", "it requires an executable stack (PT_GNU_STACK is RWE)", ".note.GNU-stack"},
#if !KITH_ADDRESS_SANITIZER
    {"sanitized", "L2", "it was built with -fsanitize=address", "without -fsanitize"},
#endif
    {"static_tls", "L2", "bytes of static thread-local storage (DF_STATIC_TLS)", "-ftls-model=global-dynamic"},
    {"go", "P1", "it is built by Go, whose runtime starts threads", "strategy_exec"},
    {"dies_when_loaded", "L5", "the process that loaded it was killed by signal 6 (Aborted)", "constant data"},
    {"null_string", "M1", "its licence has a size and no data", "plugin's author"},
};

Refusal refused(const fs::path &file, const LoaderSettings &with = settings()) {
    const auto outcome = Library::load(file, with);
    BOOST_REQUIRE_MESSAGE(!outcome, file.native() + " was loaded");
    BOOST_TEST(outcome.error().file == file.native());
    return outcome.error();
}

std::unique_ptr<Library> loaded(const fs::path &file, const LoaderSettings &with = settings()) {
    auto outcome = Library::load(file, with);
    BOOST_REQUIRE_MESSAGE(outcome, outcome.error().rule + ": " + outcome.error().reason + "; " + outcome.error().remedy);
    return std::move(*outcome);
}

} // namespace

BOOST_AUTO_TEST_SUITE(library)

BOOST_AUTO_TEST_CASE(each_bad_plugin_is_refused_with_its_own_reason) {
    std::cout << "\nplugin bad on purpose  rule  reason and remedy\n";
    for (const auto &expected : refusals) {
        BOOST_TEST_CONTEXT(expected.plugin) {
            const PluginFolder folder{expected.plugin};
            const Refusal refusal = refused(folder / ("lib" + std::string(expected.plugin) + ".so"));
            BOOST_TEST(refusal.rule == expected.rule);
            KITH_CHECK_CONTAINS(refusal.reason, expected.reason);
            KITH_CHECK_CONTAINS(refusal.remedy, expected.remedy);
            std::string name = expected.plugin;
            name.resize(21, ' ');
            std::cout << name << "  " << refusal.rule << "    " << refusal.reason << "\n                             -> "
                      << refusal.remedy << '\n';
        }
    }
    std::cout << '\n';
}

BOOST_AUTO_TEST_CASE(a_library_of_the_system_that_is_not_loaded_yet_is_found) {
    const PluginFolder folder{"reading/needs_libresolv"};
    const fs::path file = folder / "libneeds_libresolv.so";
    const std::string text = content(file);
    const auto image = elf::Image::read(bytes(text));
    BOOST_REQUIRE(image);
    BOOST_REQUIRE(std::ranges::count(image->needed(), "libresolv.so.2") == 1);
    BOOST_REQUIRE(!is_loaded("libresolv.so.2"));
    BOOST_TEST(loaded(file)->plugins().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_small_plugin_loads) {
    const PluginFolder folder{"good"};
    const auto library = loaded(folder / "libgood.so");
    BOOST_TEST(library->file() == (folder / "libgood.so").native());
    BOOST_TEST(library->abi() == "1.0");
    BOOST_TEST(!library->pinned());
    BOOST_REQUIRE(library->plugins().size() == 1);
    const Plugin &plugin = *library->plugins()[0];
    BOOST_TEST(plugin.kind() == KITH_KIND_STRATEGY);
    BOOST_TEST(plugin.id() == "good");
    BOOST_TEST(plugin.is_named("good"));
    BOOST_TEST(!plugin.is_named("bad"));
    BOOST_TEST(plugin.declares_service("kith.log/1"));
    BOOST_TEST(!plugin.declares_service("kith.tcp/1"));
    BOOST_TEST(&plugin.library() == library.get());
}

BOOST_AUTO_TEST_CASE(every_member_of_a_descriptor_is_read) {
    const PluginFolder folder{"two_plugins"};
    const auto library = loaded(folder / "libtwo_plugins.so");
    BOOST_REQUIRE(library->plugins().size() == 2);
    const Plugin &strategy = *library->plugins()[0];
    BOOST_TEST(strategy.version() == "2.11.0-rc.1+build.5");
    BOOST_TEST(strategy.licence() == "MIT OR Apache-2.0");
    BOOST_TEST(strategy.summary() == "Sees nobody; gr\u00fc\u00dft trotzdem.");
    KITH_CHECK_CONTAINS(strategy.options(), "\"hosts\"");
    BOOST_TEST(strategy.is_named("first"));
    BOOST_TEST(strategy.declares_service("kith.options/1"));
    BOOST_REQUIRE(strategy.env().size() == 1);
    BOOST_TEST(strategy.env()[0] == "TWO_PLUGINS_TOKEN");
    BOOST_TEST(strategy.has_flag(KITH_FLAG_ROTATING));
    BOOST_TEST(!strategy.has_flag(KITH_FLAG_TRUSTS_PEERS));
    // Its struct is longer than this version's.
    BOOST_TEST(strategy.descriptor().struct_size > sizeof(kith_descriptor));
    const Plugin &connector = *library->plugins()[1];
    BOOST_TEST(connector.kind() == KITH_KIND_CONNECTOR);
    BOOST_TEST(connector.prune() == KITH_PRUNE_KEEP);
    BOOST_TEST(connector.parallel() == 3);
    BOOST_TEST(connector.options().empty());
}

BOOST_AUTO_TEST_CASE(a_newer_minor_version_loads_if_its_services_exist) {
    const PluginFolder folder{"newer_minor_good", "newer_minor"};
    BOOST_TEST(loaded(folder / "libnewer_minor_good.so")->abi() == "1.7");
    LoaderSettings later = settings();
    later.services.emplace_back("kith.carrier_pigeon/1");
    BOOST_TEST(loaded(folder / "libnewer_minor.so", later)->abi() == "1.7");
}

BOOST_AUTO_TEST_CASE(a_plugin_whose_create_fails_is_loaded) {
    const PluginFolder folder{"failing_create"};
    const auto library = loaded(folder / "libfailing_create.so");
    static std::string text;
    kith_host host{};
    host.error = [](const kith_host *, kith_str said) { text = view(said); };
    const kith_instance *instance = nullptr;
    BOOST_TEST(library->plugins()[0]->create(host, &instance) == KITH_UNSUPPORTED);
    BOOST_TEST((instance == nullptr));
    KITH_CHECK_CONTAINS(text, "never comes to life");
}

BOOST_AUTO_TEST_CASE(the_reported_hash_is_that_of_the_file) {
    const PluginFolder folder{"good"};
    const auto library = loaded(folder / "libgood.so");
    BOOST_TEST(library->sha256() == sha256(bytes(content(folder / "libgood.so"))));
}

BOOST_AUTO_TEST_CASE(an_entry_linked_into_the_host_can_be_used) {
    static const kith_str required[] = {{"kith.log/1", 10}};
    static const auto descriptor = [] {
        kith_descriptor d{};
        d.struct_size = sizeof d;
        d.kind = KITH_KIND_SINK;
        d.id = {"inside", 6};
        d.version = {"1.2.3", 5};
        d.licence = {"MIT", 3};
        d.summary = {"Linked in.", 10};
        d.required = required;
        d.required_count = 1;
        return d;
    }();
    static const kith_descriptor *const descriptors[] = {&descriptor};
    static const kith_entry entry{
        sizeof entry,   KITH_ABI_MAJOR,
        KITH_ABI_MINOR, 1,
        descriptors,    [](const kith_host *, kith_str, const kith_instance **) -> std::int32_t { return KITH_OK; }};
    const auto library = Library::link(entry, "(linked in)", settings());
    BOOST_REQUIRE(library);
    BOOST_TEST((*library)->plugins()[0]->id() == "inside");
    BOOST_TEST((*library)->file() == "(linked in)");
    BOOST_TEST((*library)->sha256().empty());
    // The same rules apply to it.
    const auto refusal = Library::link(entry, "(linked in)", LoaderSettings{});
    BOOST_REQUIRE(!refusal);
    BOOST_TEST(refusal.error().rule == "A1");
    BOOST_TEST(refusal.error().file == "(linked in)");
}

BOOST_AUTO_TEST_CASE(a_library_is_unmapped_only_by_unload) {
    const PluginFolder folder{"good"};
    const auto mapped = [](const char *name) { return contains(content("/proc/self/maps"), "memfd:" + std::string(name)); };
    fs::rename(folder / "libgood.so", folder / "libstays.so");
    { const auto library = loaded(folder / "libstays.so"); }
    BOOST_TEST(mapped("libstays.so"), "a library that goes out of scope must stay (L4)");
    const PluginFolder other;
    const auto library = loaded(other.add("good", "libgoes.so"));
    BOOST_TEST(mapped("libgoes.so"));
    library->unload();
    BOOST_TEST(!mapped("libgoes.so"));
}

BOOST_AUTO_TEST_SUITE_END()

// Files that are not libraries for this machine.
BOOST_AUTO_TEST_SUITE(files_that_are_not_plugins)

BOOST_AUTO_TEST_CASE(a_text_file_is_refused) {
    const PluginFolder folder;
    const auto refusal = refused(folder.write("libtext.so", "#!/bin/sh\necho I am no plugin\n"));
    BOOST_TEST(refusal.rule == "L2");
    BOOST_TEST(refusal.reason == "it is not an ELF file");
    KITH_CHECK_CONTAINS(refusal.remedy, "remove it from the plugins directory");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_refused) {
    const PluginFolder folder;
    BOOST_TEST(refused(folder.write("libempty.so", "")).reason == "it is empty");
}

BOOST_AUTO_TEST_CASE(a_linker_script_is_refused) {
    const PluginFolder folder;
    BOOST_TEST(refused(folder.write("libscript.so", "INPUT(-lgood)\n")).reason == "it is not an ELF file");
}

BOOST_AUTO_TEST_CASE(a_truncated_library_is_refused) {
    const PluginFolder folder;
    const auto whole = content(PluginFolder::built("good"));
    const auto refusal = refused(folder.write("libhalf.so", whole.substr(0, whole.size() / 8)));
    BOOST_TEST(refusal.rule == "L2");
    KITH_CHECK_CONTAINS(refusal.reason, "it is a damaged ELF file: ");
}

BOOST_AUTO_TEST_CASE(a_library_for_another_machine_is_refused) {
    const PluginFolder folder;
    auto other = content(PluginFolder::built("good"));
    other[18] = 40, other[19] = 0; // EM_ARM
    KITH_CHECK_CONTAINS(refused(folder.write("libarm.so", other)).reason, "it is built for ARM; this kith runs on ");
}

BOOST_AUTO_TEST_CASE(a_32_bit_library_is_refused) {
    const PluginFolder folder;
    auto other = content(PluginFolder::built("good"));
    other[4] = 1; // ELFCLASS32
    BOOST_TEST(refused(folder.write("lib32.so", other)).reason == "it is a 32-bit library; this kith is a 64-bit program");
}

BOOST_AUTO_TEST_CASE(a_program_is_refused) {
    const PluginFolder folder;
    KITH_CHECK_CONTAINS(refused(folder.write("libprogram.so", content("/proc/self/exe"))).reason,
                        "it is a program, not a shared library");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
