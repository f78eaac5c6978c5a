// SPDX-License-Identifier: MIT
//
// `plugins.grants`, and what the plugin of a stranger declares.
#include "config_fixture.hpp"

#include <core/config/plugin_grant.hpp>

#include <boost/test/unit_test.hpp>

using namespace kith::core;
using namespace kith::core::test;

namespace {

World with_files() {
    World world;
    for (PluginInfo &plugin : world.plugins.installed) plugin.file = "lib" + plugin.id + ".so";
    return world;
}

// A stranger's strategy that declares to be authenticated, with a connector that trusts its peers.
World with_stranger(std::uint32_t flags, const char *schema) {
    World world = with_files();
    world.plugins.installed.push_back(
        {KITH_KIND_STRATEGY, "x", {}, schema, flags, KITH_PRUNE_UNSAID, "libstrategy_x.so", [] { return true; }});
    return world;
}

std::string text(const std::string &grants) {
    return R"({"plugins": {"grants": )" + grants + R"(}, "topologies": {"t": {"strategy": "x", "connector": "erlang"}}})";
}

std::string diagnostics(const std::string &grants, const World &world) {
    const Loaded loaded = load_text(text(grants), world);
    BOOST_TEST(loaded.config.has_value() == loaded.diagnostics.ok());
    return to_text(loaded.diagnostics);
}

bool mentions(const std::string &where, std::string_view part) { return where.find(part) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_SUITE(plugin_grants)

BOOST_AUTO_TEST_CASE(grants_are_read_and_rendered) {
    const World world = with_stranger(0, "");
    const Loaded loaded = load_text(text(R"({"libstrategy_x.so": ["process", "tcp:127.0.0.1:8500"], "liblog.so": []})"), world);
    BOOST_REQUIRE(loaded.config);
    const auto &grants = loaded.config->plugins.grants;
    BOOST_REQUIRE(grants.size() == 2u);
    BOOST_TEST(grants[0].file == "libstrategy_x.so");
    BOOST_TEST(grants[0].has("tcp:127.0.0.1:8500"));
    BOOST_TEST(!grants[0].has("authenticated"));
    const Loaded again = load_text(render(*loaded.config, world.plugins), world);
    BOOST_REQUIRE(again.config);
    BOOST_TEST((again.config->plugins == loaded.config->plugins));
}

BOOST_AUTO_TEST_CASE(an_invalid_grant_is_an_error_with_its_place) {
    const std::string found = diagnostics(R"({"libstrategy_x.so": ["process", "tcp:localhost:8500", "exec"], "a/libx.so": []})",
                                          with_stranger(0, ""));
    BOOST_TEST(
        mentions(found,
                 "kith.json:1:57: error: plugins.grants.\"libstrategy_x.so\"[1]: expected \"tcp:\", a numeric address or "
                 "network, and a port or *, such as tcp:127.0.0.1:8500"),
        found);
    BOOST_TEST(mentions(found, "got the string \"tcp:localhost:8500\""), found);
    BOOST_TEST(mentions(found, "[2]: expected process, authenticated, file:PATH"), found);
    BOOST_TEST(mentions(found, "the name of a plugin's file, such as libstrategy_example.so"), found);
}

BOOST_AUTO_TEST_CASE(a_grant_for_a_file_that_is_not_there_is_warned_of) {
    World world = with_stranger(0, "");
    const std::string found = diagnostics(R"({"libstrategy_y.so": ["process"], "libstrategy_consul.so": ["process"]})", world);
    BOOST_TEST(
        mentions(found,
                 "warning: plugins.grants.\"libstrategy_y.so\": no plugin has the file \"libstrategy_y.so\"; did you mean "
                 "`libstrategy_x.so`?; these grants have no effect"),
        found);
    BOOST_TEST(!mentions(found, "consul"), found); // a refused file is there
    world.plugins.complete = false;
    BOOST_TEST(!mentions(diagnostics(R"({"libstrategy_y.so": ["process"]})", world), "libstrategy_y.so"));
}

BOOST_AUTO_TEST_CASE(what_a_stranger_declares_to_be_authenticated_counts_only_with_the_grant) {
    const char *const schema =
        R"({"properties": {"a": {"type": "integer", "default": 1}}, "x-kith-authenticated": {"required": ["a"]}})";
    for (const World &world : {with_stranger(KITH_FLAG_AUTHENTICATED, ""), with_stranger(0, schema)}) {
        const std::string without = diagnostics("{}", world);
        BOOST_TEST(
            mentions(without,
                     "its file libstrategy_x.so is not of this build; if that is true, add \"authenticated\" to the list of "
                     "\"libstrategy_x.so\" in plugins.grants"),
            without);
        BOOST_TEST(mentions(without, "does not authenticate what it observes"), without);
        BOOST_TEST(diagnostics(R"({"libstrategy_x.so": ["authenticated"]})", world) == "");
        BOOST_TEST(mentions(diagnostics(R"({"libstrategy_x.so": ["process"]})", world), "is not of this build"));
    }
    World first_party = with_stranger(KITH_FLAG_AUTHENTICATED, "");
    first_party.plugins.installed.back().stranger = nullptr;
    BOOST_TEST(diagnostics("{}", first_party) == "");
    BOOST_TEST(!mentions(diagnostics("{}", with_stranger(0, "")), "is not of this build")); // it declares nothing
}

BOOST_AUTO_TEST_SUITE_END()
