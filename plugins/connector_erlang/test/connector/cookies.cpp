// SPDX-License-Identifier: MIT
//
// Where the cookie comes from.
#include "attached_connector.hpp"

#include "etf/term_printer.hpp"

namespace kith::erlang::test {

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(the_cookie_is_taken_from_the_sources_in_order) {
    {
        Attached it(R"({"node": "app@10.0.0.7", "cookie": "secret"})");
        it.here.remove("/home/app/.erlang.cookie");
        it.here.env("RELEASE_COOKIE", "other");
        it.attach();
    }
    {
        Attached it(R"({"node": "app@10.0.0.7", "cookie_file": "/run/cookie"})");
        it.here.file("/home/app/.erlang.cookie", "other", {0400, 1000, 1000});
        it.here.file("/run/cookie", "secret", {0400, 1000, 1000});
        it.attach();
    }
    {
        Attached it;
        it.here.file("/home/app/.erlang.cookie", "other", {0400, 1000, 1000});
        it.here.env("RELEASE_COOKIE", "secret");
        it.attach();
    }
    {
        Attached it;
        it.here.remove("/home/app/.erlang.cookie");
        it.here.file("/xdg/erlang/.erlang.cookie", "secret", {0400, 1000, 1000});
        it.here.env("XDG_CONFIG_HOME", "/xdg");
        it.attach();
    }
    {
        Attached it;
        it.here.remove("/home/app/.erlang.cookie");
        it.here.file("/home/app/.config/erlang/.erlang.cookie", "secret", {0400, 1000, 1000});
        it.attach();
    }
}

// For a service that runs as another user than the node. With an ACL the mode of the file is 0440.
BOOST_AUTO_TEST_CASE(the_credential_of_systemd_is_taken_before_the_files_of_the_home) {
    for (const std::uint32_t mode : {0400U, 0440U}) {
        Attached it;
        it.here.env("CREDENTIALS_DIRECTORY", "/run/credentials/kith.service");
        it.here.file("/home/app/.erlang.cookie", "other", {0400, 1000, 1000});
        it.here.file("/run/credentials/kith.service/cookie", "secret", {mode, 1000, 1000});
        it.attach();
    }
}

BOOST_FIXTURE_TEST_CASE(a_credential_readable_by_all_is_refused, Attached) {
    here.env("CREDENTIALS_DIRECTORY", "/run/credentials/kith.service");
    here.file("/run/credentials/kith.service/cookie", "secret", {0444, 1000, 1000});
    BOOST_TEST(has(detached().text, "can be read by others"));
}

BOOST_FIXTURE_TEST_CASE(without_a_credential_that_is_a_cookie_the_files_of_the_home_are_read, Attached) {
    here.env("CREDENTIALS_DIRECTORY", "/run/credentials/kith.service");
    attach();
}

BOOST_FIXTURE_TEST_CASE(without_a_cookie_file_the_paths_are_named, Attached) {
    here.remove("/home/app/.erlang.cookie");
    const Report why = detached();
    BOOST_TEST(why.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(why.text, "/home/app/.erlang.cookie, /home/app/.config/erlang/.erlang.cookie"));
}

BOOST_FIXTURE_TEST_CASE(a_cookie_file_readable_by_others_is_refused, Attached) {
    here.file("/home/app/.erlang.cookie", "secret", {0440, 1000, 1000});
    const Report why = detached();
    BOOST_TEST(why.status == KITH_DENIED);
    BOOST_TEST(has(why.text, "chmod 400 /home/app/.erlang.cookie"));
    here.file("/home/app/.erlang.cookie", "secret", {0400, 1000, 1000}); // read anew each time
    BOOST_TEST(rig.run_until([this] { return rig.attached(); }, 5s));
}

BOOST_AUTO_TEST_CASE(a_cookie_file_without_a_valid_cookie_is_refused) {
    for (const std::string &content :
         {std::string(), std::string("\n"), std::string("two\nlines"), std::string(300, 'x'), std::string("a\x01")}) {
        Attached it;
        it.here.file("/home/app/.erlang.cookie", content, {0400, 1000, 1000});
        BOOST_TEST(it.detached().status == KITH_INVALID);
    }
}

// erlang_real_test holds these against a real node.
BOOST_AUTO_TEST_CASE(blanks_within_the_line_are_part_of_the_cookie) {
    for (const auto &[content, cookie] : {std::pair("secret \n", "secret "), std::pair(" sec ret\r\n\n", " sec ret"),
                                          std::pair("secret\n \n", "secret"), std::pair(" ", " ")}) {
        World world;
        world.here.file("/home/app/.erlang.cookie", content, {0400, 1000, 1000});
        SimulatedBeam other(world.there, "other@10.0.0.8", cookie, 40001);
        SimulatedEpmd epmd{world.there};
        epmd.add("other", 40001);
        Rig rig(world.here, kith_plugin_entry_connector_erlang, "erlang", R"({"node": "other@10.0.0.8"})", {"", "", "beam"});
        BOOST_REQUIRE(rig.start() == KITH_OK);
        BOOST_TEST(rig.run_until([&] { return rig.attached(); }), content);
        BOOST_TEST(rig.stop());
    }
}

BOOST_AUTO_TEST_CASE(the_cookie_of_each_peer_is_set_in_the_node) {
    for (const char *cookies :
         {R"({"b@10.0.0.8": "secret-of-b"})", R"("secret-of-b")", R"({"x@h": "x", "*": "secret-of-b"})"}) {
        Attached it(R"({"node": "app@10.0.0.7", "peer_cookies": )" + std::string(cookies) + "}");
        std::string set;
        it.beam.functions["erlang:set_cookie"] = [&set](etf::TermView arguments) {
            set = etf::to_text(arguments);
            return term("true");
        };
        it.beam.reachable.insert("b@10.0.0.8");
        it.attach();
        BOOST_TEST(it.join("b@10.0.0.8").status == KITH_OK);
        BOOST_TEST(set == "['b@10.0.0.8','secret-of-b']");
        BOOST_TEST(it.beam.calls[it.beam.calls.size() - 2] == "erlang:set_cookie");
        BOOST_TEST(!it.rig.logged("secret-of-b"));
    }
    Attached other(R"({"node": "app@10.0.0.7", "peer_cookies": {"x@h": "x"}})");
    other.attach();
    (void)other.join("b@10.0.0.8");
    BOOST_TEST(other.beam.called("erlang:set_cookie") == 0u);
}

// The same text beside both nodes gives both the same cookie for each other.
BOOST_AUTO_TEST_CASE(one_list_of_cookies_gives_both_nodes_the_same_cookie) {
    const auto set = [](const std::string &node, const std::string &peer, const std::string &list) {
        World world;
        SimulatedBeam beam(world.here, node, "secret", 40007);
        world.epmd.add(node.substr(0, node.find('@')), 40007);
        std::string cookie = "none";
        beam.functions["erlang:set_cookie"] = [&cookie](etf::TermView arguments) {
            etf::Elements both = arguments.elements();
            both.next();
            cookie = both.next().atom().value();
            return term("true");
        };
        beam.reachable.insert(peer);
        Rig rig(world.here, kith_plugin_entry_connector_erlang, "erlang",
                R"({"address": "10.0.0.7", "node": ")" + node + R"(", "peer_cookies": )" + list + "}", {"", "", "beam"});
        BOOST_REQUIRE(rig.start() == KITH_OK);
        BOOST_REQUIRE(rig.run_until([&] { return rig.attached(); }));
        BOOST_TEST(rig.await_done(rig.connect({peer, peer, {}, {}}))->status == KITH_OK);
        BOOST_TEST(rig.stop());
        return cookie;
    };
    const std::pair<const char *, const char *> cases[] = {
        {R"({"a@10.0.0.1": "AAA", "b@10.0.0.2": "BBB"})", "AAA"},
        {R"({"b@10.0.0.2": "BBB", "*": "all"})", "BBB"},
        {R"({"a@10.0.0.1": "AAA", "*": "all"})", "AAA"},
        {R"({"c@10.0.0.3": "CCC", "*": "all"})", "all"},
        {R"("all")", "all"},
        {R"({"c@10.0.0.3": "CCC"})", "none"},
    };
    for (const auto &[list, cookie] : cases) {
        BOOST_TEST(set("a@10.0.0.1", "b@10.0.0.2", list) == cookie, list);
        BOOST_TEST(set("b@10.0.0.2", "a@10.0.0.1", list) == cookie, list);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
