// SPDX-License-Identifier: MIT
//
// `plugins.grants`, and what the plugin of a stranger declares.
#include "config_fixture.hpp"

#include <core/config/plugin_grant.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

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
    BOOST_TEST(mentions(found, "[2]: expected process, authenticated, foreign_io, file:PATH"), found);
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

namespace {

std::string with_plugins(const std::string &plugins, const std::string &isolate = "") {
    return R"({"plugins": {)" + plugins + R"(}, "topologies": {"t": {"strategy": "x", "connector": "log")" + isolate + "}}}";
}

} // namespace

BOOST_AUTO_TEST_CASE(sockets_of_a_stranger_s_own_are_warned_of_or_refused_unless_they_are_granted) {
    const World world = with_stranger(KITH_FLAG_FOREIGN_IO, "");
    const auto errors = [](const Loaded &loaded) { return to_text(loaded.diagnostics); };

    for (const char *isolate : {"", R"(, "isolate": true)", R"(, "isolate": "group:g")"}) {
        const Loaded warned = load_text(with_plugins("", isolate), world);
        BOOST_REQUIRE_MESSAGE(warned.config, errors(warned));
        BOOST_REQUIRE(warned.config->security.size() == 1u);
        const SecurityWarning &warning = warned.config->security[0];
        BOOST_TEST(warning.topology == "t");
        BOOST_TEST(warning.source == "x");
        BOOST_TEST(mentions(warning.message, R"(add "foreign_io" to the list of "libstrategy_x.so" in plugins.grants)"),
                   warning.message);
        BOOST_TEST(mentions(errors(warned), "kith.json:1:50: warning: topologies.t.strategy: " + warning.message),
                   errors(warned));

        const Loaded refused = load_text(with_plugins(R"("isolate": "all")", isolate), world);
        BOOST_TEST(!refused.config);
        BOOST_TEST(mentions(errors(refused), "error: topologies.t.strategy: "), errors(refused));
        BOOST_TEST(
            mentions(errors(refused), R"(which plugins.isolate "all" refuses; to permit it, add "foreign_io" to the list of)"),
            errors(refused));
    }
    for (const char *grants : {R"("grants": {"libstrategy_x.so": ["foreign_io"]})",
                               R"("isolate": "all", "grants": {"libstrategy_x.so": ["foreign_io"]})", R"("isolate": "none")"})
        BOOST_TEST(errors(load_text(with_plugins(grants), world)) == "");
    for (const char *isolate : {R"(, "isolate": false)", R"(, "isolate": "crash")"}) // with all rights anyway
        BOOST_TEST(errors(load_text(with_plugins(R"("isolate": "all")", isolate), world)) == "");
    BOOST_TEST(!load_text(with_plugins(R"("isolate": "all", "grants": {"libother.so": ["foreign_io"]})"), world).config);

    World first_party = world;
    first_party.plugins.installed.back().stranger = nullptr;
    BOOST_TEST(errors(load_text(with_plugins(R"("isolate": "all")"), first_party)) == "");
}

BOOST_AUTO_TEST_CASE(a_group_of_several_files_is_warned_of) {
    World world = with_files();
    const auto warnings = [&](const std::string &connector) {
        return to_text(load_text(R"({"topologies": {"t": {"strategy": "k8s_dns", "isolate": "group:g", "connector": "log",
            "connector_isolate": ")" +
                                     connector + R"("}}})",
                                 world)
                           .diagnostics);
    };
    BOOST_TEST(mentions(warnings("group:g"), R"(the group "g" has instances of libk8s_dns.so and of liblog.so)"),
               warnings("group:g"));
    BOOST_TEST(!mentions(warnings("group:h"), "the group"));
    for (PluginInfo &plugin : world.plugins.installed) plugin.file = "libone.so";
    BOOST_TEST(!mentions(warnings("group:g"), "the group"));
}

BOOST_AUTO_TEST_CASE(sockets_of_another_plugin_of_the_file_and_those_of_connectors_and_sinks_are_warned_of_too) {
    World world = with_stranger(0, "");
    for (const auto &[kind, id] : {std::pair{KITH_KIND_CONNECTOR, "c"}, {KITH_KIND_SINK, "s"}})
        world.plugins.installed.push_back(
            {static_cast<std::uint32_t>(kind), id, {}, "", KITH_FLAG_FOREIGN_IO, KITH_PRUNE_UNSAID, "libstrategy_x.so", [] {
                 return true;
             }});
    const Loaded loaded =
        load_text(R"({"topologies": {"t": {"strategy": "x", "connector": "c"}}, "sinks": {"out": {"plugin": "s"}}})", world);
    BOOST_REQUIRE_MESSAGE(loaded.config, to_text(loaded.diagnostics));
    const auto &security = loaded.config->security;
    const auto about = [&](std::string_view plugin) {
        return std::ranges::count_if(security, [&](const SecurityWarning &one) {
            return mentions(one.message, "the file libstrategy_x.so of the plugin " + std::string(plugin) + " declares");
        });
    };
    for (const char *plugin : {"x", "c", "s"}) BOOST_TEST(about(plugin) == 1, plugin);
    BOOST_TEST(std::ranges::any_of(security, [](const SecurityWarning &one) { return one.connector == "c"; }));
}

BOOST_AUTO_TEST_SUITE_END()
