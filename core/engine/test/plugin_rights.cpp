// SPDX-License-Identifier: MIT
#include "scripted_plugin.hpp"

#include <core/engine/address_class.hpp>
#include <core/engine/plugin_rights.hpp>
#include <kith/address.hpp>

#include <random>
#include <string>
#include <vector>

using namespace kith::core;
using kith::TenantRights;
using Transport = TenantRights::Transport;

namespace {

kith_address address(std::string_view text, std::uint16_t port = 80) {
    const auto parsed = kith::address::parse(text, port);
    BOOST_REQUIRE_MESSAGE(parsed, text);
    return parsed->raw();
}

bool mentions(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The rights of one plugin, and the first refusals that were reported.
struct Rights {
    explicit Rights(std::vector<std::string> grants, std::string_view options = "{}", std::string_view schema = "{}",
                    std::vector<kith_address> listeners = {})
        : policy({{"libother.so", {"process"}}, {"libstrategy_x.so", std::move(grants)}}, std::move(listeners)),
          rights(policy, "libstrategy_x.so", options, schema, [this](const std::string &text) { warnings.push_back(text); }) {}

    bool reaches(std::string_view host, std::uint16_t port = 80, Transport transport = Transport::tcp) {
        return rights.why_not_reach(transport, address(host, port)).empty();
    }
    bool opens(std::string_view path) { return rights.why_not_open(path).empty(); }

    PluginRightsPolicy policy;
    std::vector<std::string> warnings;
    PluginRights rights;
};

bool is_grant(std::string_view text) {
    std::string why;
    const bool good = parse_grant(text, why).has_value();
    BOOST_TEST(why.empty() == good, text);
    return good;
}

// The IPv6 addresses that lead to an IPv4 address.
std::vector<std::string> forms_of(std::string_view v4) {
    const kith_address plain = address(v4);
    char six_to_four[32];
    std::snprintf(six_to_four, sizeof six_to_four, "2002:%x:%x::1", plain.bytes[0] << 8 | plain.bytes[1],
                  plain.bytes[2] << 8 | plain.bytes[3]);
    const std::string dotted(v4);
    return {"::ffff:" + dotted, "::ffff:0:" + dotted, "64:ff9b::" + dotted, six_to_four};
}

} // namespace

BOOST_AUTO_TEST_SUITE(plugin_rights)

BOOST_AUTO_TEST_CASE(grants_are_recognized) {
    for (const char *good : {"process", "authenticated", "foreign_io", "file:/etc/x", "file:/etc/x/*", "tcp:127.0.0.1:8500",
                             "udp:127.0.0.1:53", "tcp:[::1]:8500", "tcp:10.0.0.0/8:*", "udp:[fd00::]/8:4000", "env:X_TOKEN"})
        BOOST_TEST(is_grant(good), good);
    for (const char *bad : {"",
                            "processes",
                            "process:",
                            "file:",
                            "file:etc/x",
                            "file:/",
                            "file:/etc/../root/x",
                            "file:/etc/[x",
                            "tcp:127.0.0.1",
                            "tcp:localhost:80",
                            "tcp:127.0.0.1:0",
                            "tcp:127.0.0.1:65536",
                            "tcp:127.0.0.1:080x",
                            "tcp:::1:80",
                            "tcp:[127.0.0.1]:80",
                            "tcp:10.0.0.0/33:80",
                            "tcp:10.0.0.0/:80",
                            "tcp:[fd00::]/129:80",
                            "tcp:*:80",
                            "http:10.0.0.1:80",
                            "env:",
                            "env:1X",
                            "env:A B",
                            "unix:/run/x",
                            "everything"})
        BOOST_TEST(!is_grant(bad), bad);
}

BOOST_AUTO_TEST_CASE(without_a_grant_a_plugin_reaches_other_machines_only) {
    Rights x({});
    for (const char *far :
         {"10.0.0.7", "192.168.1.1", "8.8.8.8", "169.253.255.255", "169.255.0.0", "126.255.255.255", "128.0.0.0", "fd00::7",
          "2001:db8::1", "fec0::1", "224.0.0.251", "233.252.1.32", "255.255.255.255", "ff02::77"})
        BOOST_TEST(x.reaches(far), far);
    for (const char *near : {"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "::1",
                             "::", "fe80::1", "febf::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"})
        BOOST_TEST(!x.reaches(near), near);
    BOOST_TEST(x.warnings.size() == 1u); // of one kind of right
    BOOST_TEST(x.warnings.front() ==
               "127.0.0.1:80 is a loopback address, which an isolated plugin may not use; to permit it, add "
               "\"tcp:127.0.0.1:80\" to the list of \"libstrategy_x.so\" in plugins.grants");
}

// Property: an IPv6 form of an IPv4 address gets the same answer, whatever is granted.
BOOST_AUTO_TEST_CASE(an_address_within_another_one_is_that_address) {
    std::mt19937 random(20);
    const auto byte = [&](unsigned below) { return std::to_string(random() % below); };
    Rights x({"tcp:127.0.0.0/30:80", "tcp:[::ffff:127.9.9.9]:*"});
    for (int i = 0; i < 2000; ++i) {
        const char *const first[] = {"127", "169", "10", "0", "100", "168"};
        const std::string second = random() % 2 == 0 ? "254" : byte(256);
        const std::string v4 =
            std::string(first[random() % 6]) + '.' + (random() % 2 == 0 ? "0" : second) + '.' + byte(3) + '.' + byte(8);
        const auto port = static_cast<std::uint16_t>(79 + random() % 3);
        const bool expected = x.reaches(v4, port);
        for (const std::string &form : forms_of(v4)) BOOST_TEST(x.reaches(form, port) == expected, form << " port " << port);
    }
    BOOST_TEST(x.reaches("127.0.0.3"));
    BOOST_TEST(!x.reaches("127.0.0.4"));
    BOOST_TEST(x.reaches("127.9.9.9", 1234));
}

BOOST_AUTO_TEST_CASE(a_grant_is_of_one_transport_and_port) {
    Rights x({"tcp:127.0.0.1:8500", "udp:[::1]:*", "tcp:[fe80::]/10:4369"});
    BOOST_TEST(x.reaches("127.0.0.1", 8500));
    BOOST_TEST(!x.reaches("127.0.0.1", 8501));
    BOOST_TEST(!x.reaches("127.0.0.1", 8500, Transport::udp));
    BOOST_TEST(x.reaches("::1", 1, Transport::udp));
    BOOST_TEST(!x.reaches("::1", 1));
    BOOST_TEST(x.reaches("fe80::abcd", 4369));
    BOOST_TEST(!x.reaches("fe80::abcd", 4370));
}

// Property: the grant that a refusal names permits exactly that, and parses.
BOOST_AUTO_TEST_CASE(the_grant_that_is_named_permits_it) {
    for (const char *host : {"127.0.0.1", "::1", "fe80::7", "169.254.169.254", "::ffff:127.0.0.1", "::"}) {
        Rights before({});
        const std::string text = before.rights.why_not_reach(Transport::udp, address(host, 53));
        const auto begin = text.find('"') + 1;
        Rights after({text.substr(begin, text.find('"', begin) - begin)});
        BOOST_TEST(after.reaches(host, 53, Transport::udp), text);
        BOOST_TEST(!after.reaches(host, 54, Transport::udp), text);
    }
}

BOOST_AUTO_TEST_CASE(the_daemon_s_own_listeners_are_refused_at_every_address_they_have) {
    Rights x({"tcp:10.0.0.9:9464"}, "{}", "{}", {address("10.0.0.7", 9464), address("0.0.0.0", 9500)});
    BOOST_TEST(!x.reaches("10.0.0.7", 9464));
    BOOST_TEST(x.reaches("10.0.0.7", 9465));
    BOOST_TEST(x.reaches("10.0.0.8", 9464));
    BOOST_TEST(!x.reaches("10.0.0.7", 9500));
    BOOST_TEST(!x.reaches("fd00::7", 9500));
    BOOST_TEST(mentions(x.warnings.front(), "an address of kith's own API"));
}

BOOST_AUTO_TEST_CASE(sockets_are_bound_where_other_machines_reach_them) {
    Rights x({"udp:127.0.0.1:*"});
    const auto binds = [&](const char *host, std::uint16_t port, Transport transport) {
        return x.rights.why_not_bind(transport, address(host, port)).empty();
    };
    BOOST_TEST(binds("0.0.0.0", 45892, Transport::udp));
    BOOST_TEST(binds("::", 0, Transport::tcp));
    BOOST_TEST(binds("10.0.0.7", 80, Transport::tcp));
    BOOST_TEST(binds("127.0.0.1", 0, Transport::udp));
    BOOST_TEST(!binds("127.0.0.1", 0, Transport::tcp));
    BOOST_TEST(!binds("fe80::1", 1, Transport::udp));
}

BOOST_AUTO_TEST_CASE(files_are_those_of_the_options_and_of_the_grants) {
    Rights x({"file:/etc/x/*", "file:/var/lib/*/peers.json"},
             R"({"file": "/srv/list", "nested": [{"ca": "/etc/ssl/ca.pem"}]})");
    for (const char *good : {"/srv/list", "/etc/ssl/ca.pem", "/etc/x/a", "/etc//x/./a", "/var/lib/a/peers.json"})
        BOOST_TEST(x.opens(good), good);
    for (const char *bad :
         {"/srv/list2", "/srv/list/", "/srv", "/etc/x", "/etc/x/", "/etc/x/a/b", "/etc/x/a/../../shadow", "/etc/x/..",
          "/etc/x/../x/a", "/var/lib/a/b/peers.json", "/root/.erlang.cookie", "etc/x/a", "", "/", "list"})
        BOOST_TEST(!x.opens(bad), bad);
    BOOST_TEST(x.warnings.size() == 1u);
    BOOST_TEST(mentions(x.rights.why_not_open("/root/.erlang.cookie"), "\"file:/root/.erlang.cookie\""));
    BOOST_TEST(mentions(x.rights.why_not_open("/etc/../x"), "which no grant can permit"));
}

// A default of the plugin's schema is the author's word, not the operator's.
BOOST_AUTO_TEST_CASE(a_path_of_the_schema_is_not_configured) {
    const char *const schema = R"({"properties": {"file": {"type": "string", "default": "/root/.erlang.cookie"},
        "all": {"default": {"deep": ["/etc/shadow"]}}, "one": {"enum": ["/etc/passwd"]}}})";
    const char *const options =
        R"({"file": "/root/.erlang.cookie", "all": {"deep": ["/etc/shadow", "/srv/a"]}, "one": "/etc/passwd"})";
    BOOST_TEST(configured_paths(options, schema) == std::vector<std::string>{"/srv/a"}, boost::test_tools::per_element());
    Rights x({}, options, schema);
    BOOST_TEST(!x.opens("/root/.erlang.cookie"));
    BOOST_TEST(!x.opens("/etc/shadow"));
    BOOST_TEST(x.opens("/srv/a"));
    BOOST_TEST(configured_paths("no JSON", "nor this").empty());
}

// Property: nothing that a glob covers is outside of its directory.
BOOST_AUTO_TEST_CASE(a_covered_path_has_the_names_of_the_grant) {
    std::string why;
    const auto grant = parse_grant("file:/etc/x/*", why);
    BOOST_REQUIRE(grant);
    std::mt19937 random(21);
    const char *const names[] = {"etc", "x", "..", ".", "", "a", "*", "etc/x", "root"};
    for (int i = 0; i < 20'000; ++i) {
        std::string path;
        for (unsigned length = 1 + random() % 6; length > 0; --length)
            path += "/" + std::string(names[random() % std::size(names)]);
        if (!grant->covers_path(path)) continue;
        BOOST_TEST(!mentions(path, ".."), path);
        std::vector<std::string> parts;
        std::string part;
        for (const char c : path + "/") {
            if (c != '/')
                part += c;
            else if (!part.empty() && part != ".")
                parts.push_back(std::exchange(part, {}));
            else
                part.clear();
        }
        BOOST_TEST_REQUIRE(parts.size() == 3u, path);
        BOOST_TEST((parts[0] == "etc" && parts[1] == "x"), path);
    }
}

BOOST_AUTO_TEST_CASE(grants_of_a_reload_apply_at_the_next_use) {
    Rights x({"file:/etc/x/*"});
    BOOST_TEST(!x.reaches("127.0.0.1", 8500));
    BOOST_TEST(x.opens("/etc/x/a"));
    Config config;
    config.plugins.grants = {{"libstrategy_x.so", {"tcp:127.0.0.1:8500"}}};
    x.policy.update(config);
    BOOST_TEST(x.reaches("127.0.0.1", 8500));
    BOOST_TEST(!x.opens("/etc/x/a"));
    x.policy.update(Config());
    BOOST_TEST(!x.reaches("127.0.0.1", 8500));
}

BOOST_AUTO_TEST_CASE(programs_and_variables_are_granted_by_name_of_the_file) {
    Rights none({});
    BOOST_TEST(mentions(none.rights.why_not_run("/bin/true"), "add \"process\""));
    BOOST_TEST(mentions(none.rights.why_not_read("X_TOKEN"), "add \"env:X_TOKEN\""));
    BOOST_TEST(none.warnings.size() == 2u);
    none.rights.why_not_run("/bin/false");
    BOOST_TEST(none.warnings.size() == 2u);
    Rights some({"process", "env:X_TOKEN"});
    BOOST_TEST(some.rights.why_not_run("/bin/true") == "");
    BOOST_TEST(some.rights.why_not_read("X_TOKEN") == "");
    BOOST_TEST(some.rights.why_not_read("X_TOKEN2") != "");
    BOOST_TEST(some.warnings.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_instance_of_a_stranger_has_them_and_its_refusals_are_one_event_for_each_kind) {
    LoaderSettings settings = test::loader_settings();
    settings.manifest.emplace(); // in which the puppets are not
    test::Kith kith(nullptr, 1, settings);
    kith.config.plugins.isolate = PluginSettings::Isolate::all;
    kith.config.plugins.grants = {{"puppets", {"file:/granted"}}};
    kith.start();
    test::ScriptedPlugin &p = *kith.strategy().now;
    BOOST_TEST(p.read_file("/granted") == KITH_OK);
    BOOST_TEST(kith.count(KITH_EVENT_SECURITY_WARNING) == 0u);
    for (int i = 0; i < 3; ++i) BOOST_TEST(p.read_file("/root/.erlang.cookie") == KITH_DENIED);
    kith.run(std::chrono::milliseconds(1));
    const auto reasons = kith.reasons(KITH_EVENT_SECURITY_WARNING);
    BOOST_REQUIRE(reasons.size() == 1u);
    BOOST_TEST(reasons.front() == "puppet: the file /root/.erlang.cookie is not the value of an option; to permit it, add "
                                  "\"file:/root/.erlang.cookie\" to the list of \"puppets\" in plugins.grants");
    // A reload takes a grant away, and gives another one, while the instance runs.
    auto next = std::make_shared<Config>(kith.config);
    next->plugins.grants = {{"puppets", {"file:/root/*"}}};
    BOOST_TEST(kith.engine->reload(next, [](const std::string &failure) { BOOST_TEST(failure == ""); }));
    kith.run(std::chrono::milliseconds(1));
    BOOST_TEST(kith.strategy().now == &p);
    BOOST_TEST(p.read_file("/granted") == KITH_DENIED);
    BOOST_TEST(p.read_file("/root/.erlang.cookie") == KITH_OK);
    kith.stop();
}

BOOST_AUTO_TEST_CASE(an_instance_of_this_build_has_all_rights_also_when_it_is_isolated) {
    test::Kith kith;
    kith.config.plugins.isolate = PluginSettings::Isolate::all;
    kith.start();
    BOOST_TEST(kith.strategy().now->read_file("/root/.erlang.cookie") == KITH_OK);
    kith.run(std::chrono::milliseconds(1));
    BOOST_TEST(kith.count(KITH_EVENT_SECURITY_WARNING) == 0u);
    kith.stop();
}

BOOST_AUTO_TEST_SUITE_END()
