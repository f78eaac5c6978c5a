// SPDX-License-Identifier: MIT
#include "plugin_folder.hpp"

#include "core/loader/plugins_as_json_and_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace kith::core::test {

namespace {

struct Fixture {
    PluginFolder folder{"two_plugins", "no_plugin"};
    Registry registry{settings()};
    Fixture() { BOOST_REQUIRE(!registry.scan(folder.path())); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(plugin_list, Fixture)

BOOST_AUTO_TEST_CASE(plugins_are_listed_as_json) {
    const std::string text = plugins_as_json(registry);
    BOOST_TEST(text.ends_with("}\n"));
    const auto all = boost::json::parse(text).as_object();
    const auto &plugins = all.at("plugins").as_array();
    BOOST_REQUIRE(plugins.size() == 2);
    const auto &strategy = plugins[0].as_object();
    BOOST_TEST(strategy.at("id").as_string() == "one");
    BOOST_TEST(strategy.at("kind").as_string() == "strategy");
    BOOST_TEST(strategy.at("abi").as_string() == "1.0");
    BOOST_TEST(std::string(strategy.at("file").as_string()) == (folder / "libtwo_plugins.so").native());
    BOOST_TEST(std::string(strategy.at("sha256").as_string()) == sha256(bytes(content(folder / "libtwo_plugins.so"))));
    BOOST_TEST(strategy.at("services").at("required").as_array().size() == 2);
    BOOST_TEST(strategy.at("services").at("optional").as_array().size() == 2);
    BOOST_TEST(strategy.at("flags").as_array().size() == 4);
    BOOST_TEST(strategy.at("options").at("properties").at("wait").at("default").as_int64() == 5000);
    BOOST_TEST((strategy.if_contains("prune") == nullptr));
    const auto &connector = plugins[1].as_object();
    BOOST_TEST(connector.at("prune").as_string() == "keep");
    BOOST_TEST(connector.at("parallel").as_int64() == 3);
    const auto &refused = all.at("refused").as_array();
    BOOST_REQUIRE(refused.size() == 1);
    for (const char *key : {"file", "rule", "reason", "remedy"}) BOOST_TEST(!refused[0].at(key).as_string().empty());
}

BOOST_AUTO_TEST_CASE(plugins_are_listed_as_text) {
    const std::string text = plugins_as_text(registry);
    KITH_CHECK_CONTAINS(text, "ID   KIND       VERSION              ABI  LICENCE            SUMMARY\n");
    KITH_CHECK_CONTAINS(text, "one  connector  0.1.0                1.0  MIT                Joins nobody.\n");
    KITH_CHECK_CONTAINS(text, "\nrefused:\n  " + (folder / "libno_plugin.so").native() +
                                  " (L2)\n    it does not export kith_plugin_entry");
    const std::string details = plugins_as_text(registry, true);
    KITH_CHECK_CONTAINS(details, "\nstrategy one\n  file       " + (folder / "libtwo_plugins.so").native() + "\n  sha256     ");
    KITH_CHECK_CONTAINS(details,
                        "\n  services   kith.discovery/1, kith.log/1\n  optional   kith.semaphore_flags/9, kith.options/1\n");
    KITH_CHECK_CONTAINS(details, "\n  flags      authenticated, rotating, foreign_io, threads\n");
    KITH_CHECK_CONTAINS(details, "\n  prune      keep unless the policy sets it\n  parallel   3 operations at most\n");
}

BOOST_AUTO_TEST_CASE(what_a_file_was_granted_is_listed_when_a_configuration_was_read) {
    const auto grants = [](const Library &library) {
        BOOST_TEST(library.file().ends_with("/libtwo_plugins.so"));
        return std::vector<std::string>{"process", "env:X"};
    };
    const auto plugin = boost::json::parse(plugins_as_json(registry, grants)).at("plugins").as_array()[0].as_object();
    BOOST_TEST(plugin.at("grants").as_array().size() == 2u);
    BOOST_TEST(plugin.at("stranger").as_bool() == false);
    KITH_CHECK_CONTAINS(plugins_as_text(registry, true, grants), "\n  grants     process, env:X\n");
    BOOST_TEST(plugins_as_json(registry).find("grants") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(instances_in_quarantine_are_listed_by_a_daemon) {
    const std::vector<QuarantinedInstance> quarantined{{"sinks.audit", "two", "libtwo_plugins.so", "it crashed"}};
    const auto listed = boost::json::parse(plugins_as_json(registry, {}, &quarantined)).at("quarantined");
    BOOST_TEST(boost::json::serialize(listed) ==
               R"([{"instance":"sinks.audit","plugin":"two","file":"libtwo_plugins.so","reason":"it crashed"}])");
    const std::vector<QuarantinedInstance> none;
    KITH_CHECK_CONTAINS(plugins_as_json(registry, {}, &none), "\"quarantined\": []");
    BOOST_TEST(plugins_as_json(registry).find("quarantined") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stranger_s_file_is_named_as_such) {
    LoaderSettings settings = test::settings();
    settings.manifest = {{"libtwo_plugins.so", std::string(64, '0')}};
    Registry other(settings);
    BOOST_REQUIRE(!other.scan(folder.path()));
    KITH_CHECK_CONTAINS(plugins_as_text(other, true), "\n  origin     not of this build: it is isolated\n");
    settings.manifest->front().sha256 = other.libraries().front()->sha256();
    Registry same(settings);
    BOOST_REQUIRE(!same.scan(folder.path()));
    BOOST_TEST(plugins_as_text(same, true).find("origin") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_empty_list_is_stated) { BOOST_TEST(plugins_as_text(Registry(settings())) == "no plugins\n"); }

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
