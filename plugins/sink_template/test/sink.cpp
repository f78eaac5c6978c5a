// SPDX-License-Identifier: MIT
#include "fixture.hpp"

using namespace sink_template_test;

BOOST_FIXTURE_TEST_SUITE(sink, Fixture)

BOOST_AUTO_TEST_CASE(the_peers_are_in_the_file_from_the_start_sorted) {
    here.file(template_path, "{{count}} of {{topology}}\n{{each}}{{name}} {{attribute.zone ?? \"none\"}}\n{{end}}");
    start();
    BOOST_TEST(content() == "2 of t\na@h none\nb@h none\n");
    change({peer("c@h"), peer("a@h", {{"zone", "x"}})});
    sink->run_for(2s);
    BOOST_TEST(content() == "2 of t\na@h x\nc@h none\n");
    change({});
    sink->run_for(2s);
    BOOST_TEST(content() == "0 of t\n");
    BOOST_TEST(warnings() == 0u);
}

BOOST_AUTO_TEST_CASE(a_ready_made_template) {
    here.remove(template_path);
    sink = std::make_unique<kith::testkit::PluginHarness>(
        here, kith_plugin_entry_sink_template, "template",
        R"({"template": "nats", "file": "/run/kith/peers", "port": 6222, "mode": "600"})");
    sink->members("t", {peer("n@10.0.0.7")});
    BOOST_REQUIRE(sink->start() == KITH_OK);
    sink->run_for(1s);
    BOOST_TEST(content() == "# Written by kith; changes are overwritten.\nroutes = [\n  \"nats-route://10.0.0.7:6222\"\n]\n");
}

BOOST_AUTO_TEST_CASE(the_first_change_is_written_at_once) {
    start();
    sink->run_for(10s);
    change({peer("c@h")});
    BOOST_TEST(becomes("c@h\n", 5ms));
}

BOOST_AUTO_TEST_CASE(a_thousand_changes_a_second_are_written_once_a_second) {
    start(with_check + with_command);
    sink->run_for(10s);
    const auto checks = runs_of(checker);
    for (int i = 0; i < 10'000; ++i) {
        change({peer("n" + std::to_string(i) + "@h")});
        sink->run_for(1ms);
    }
    const auto seen = runs_of(checker) - checks;
    BOOST_TEST(seen >= 9u);
    BOOST_TEST(seen <= 11u);
    BOOST_TEST(becomes("n9999@h\n", 1500ms));
    BOOST_TEST(sink->events_waiting() == 0u);
    BOOST_TEST(runs_of(reloader) >= 9u);
}

BOOST_AUTO_TEST_CASE(what_changes_nothing_does_nothing) {
    start(with_check + with_command);
    sink->run_for(10s);
    const auto before = here.runs().size();
    for (int i = 0; i < 100; ++i) {
        change({peer("b@h"), peer("a@h")}); // in another order
        sink->run_for(500ms);
    }
    BOOST_TEST(here.runs().size() == before);
}

BOOST_AUTO_TEST_CASE(events_of_other_topologies_are_not_looked_at) {
    start(R"(, "topology": "t")");
    sink->members("u", {});
    BOOST_TEST(becomes("a@h\nb@h\n"));
    BOOST_TEST((sink->mask() >> KITH_EVENT_PEER_LOST & 1) == 1u);
    BOOST_TEST((sink->mask() >> KITH_EVENT_LINK_UP & 1) == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_with_the_same_content_is_not_replaced_after_a_restart_and_the_command_runs) {
    here.file(file, "a@h\nb@h\n");
    start(with_check + with_command);
    sink->run_for(10s);
    BOOST_TEST(runs_of(checker) == 0u);
    BOOST_TEST(runs_of(reloader) == 1u);
    BOOST_TEST(!here.file(candidate).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_written_until_every_source_has_reported) {
    here.file(file, "before\n");
    sink = std::make_unique<kith::testkit::PluginHarness>(
        here, kith_plugin_entry_sink_template, "template",
        R"({"template": "/etc/kith/peers.template", "file": "/run/kith/peers"})");
    sink->members("t", {}, "the source `s` has not reported yet: nothing listens");
    BOOST_REQUIRE(sink->start() == KITH_OK);
    BOOST_TEST(logs("not all peers are known: the source `s` has not reported yet: nothing listens"));
    sink->run_for(5min);
    BOOST_TEST(content() == "before\n");
    BOOST_TEST(warnings() == 0u);
    BOOST_TEST((sink->mask() >> KITH_EVENT_OBSERVATION_OK & 1) == 1u);
    sink->members("t", {peer("a@h")});
    sink->event(KITH_EVENT_OBSERVATION_OK, "{}");
    BOOST_TEST(becomes("a@h\n", 1100ms));
    BOOST_TEST((sink->mask() >> KITH_EVENT_OBSERVATION_OK & 1) == 0u, "a source that reports often wakes nobody");
    // After a reload the topology begins anew.
    sink->members("t", {}, "the source `s` has not reported yet");
    sink->event(KITH_EVENT_TOPOLOGY_STARTED, "{}");
    sink->run_for(1min);
    BOOST_TEST(content() == "a@h\n");
}

BOOST_AUTO_TEST_CASE(a_topology_that_is_removed_leaves_the_file) {
    start();
    sink->remove_topology("t");
    sink->event(KITH_EVENT_CONFIG_RELOADED, "{}");
    BOOST_TEST(logs("there is no topology"));
    BOOST_TEST(content() == "a@h\nb@h\n");
    sink->members("t", {peer("c@h")});
    sink->event(KITH_EVENT_TOPOLOGY_STARTED, "{}");
    BOOST_TEST(becomes("c@h\n"));
    BOOST_TEST(sink->logged("the file is up to date again"));
}

BOOST_AUTO_TEST_CASE(a_template_is_read_again_when_it_changes) {
    start();
    here.file(template_path, "{{each}}<{{name}}>{{end}}\n");
    BOOST_TEST(becomes("<a@h><b@h>\n"));
    here.file(template_path, "{{each}}{{nam}}{{end}}");
    BOOST_TEST(logs("/etc/kith/peers.template: line 1, column 9: `nam` is unknown"));
    change({peer("c@h")});
    BOOST_TEST(becomes("<c@h>\n"), "the template before is used");
    here.remove(template_path);
    BOOST_TEST(logs("/etc/kith/peers.template"));
    change({peer("d@h")});
    BOOST_TEST(becomes("<d@h>\n"));
    here.file(template_path, "{{each}}{{name}};{{end}}");
    BOOST_TEST(becomes("d@h;"));
}

BOOST_AUTO_TEST_CASE(a_template_that_comes_later) {
    here.remove(template_path);
    start();
    BOOST_TEST(logs("the template cannot be used: /etc/kith/peers.template"));
    sink->run_for(5min);
    BOOST_TEST(warnings() == 1u, "the same reason is logged once");
    BOOST_TEST(content() == "none");
    here.file(template_path, "{{each}}{{name}};{{end}}");
    BOOST_TEST(becomes("a@h;b@h;"));
}

BOOST_AUTO_TEST_CASE(a_peer_that_cannot_be_written_is_left_out_and_reported_once) {
    start();
    change({peer("a@h"), peer("b\"; evil@h"), peer("c d@h")});
    BOOST_TEST(becomes("a@h\n"));
    BOOST_REQUIRE(sink->left_out().size() == 1u);
    BOOST_TEST(sink->left_out()[0].topology == "t");
    BOOST_TEST(sink->left_out()[0].name == "b\"; evil@h");
    BOOST_TEST(sink->left_out()[0].reason ==
               "its name: it contains the byte 0x22, and only letters, digits and . _ : @ % - are allowed here; it is not in "
               "/run/kith/peers, nor are 1 other peers, for reasons of this kind");
    for (int i = 0; i < 10; ++i) {
        change({peer("a@h"), peer("b\"; evil@h"), peer("c d@h"), peer("n" + std::to_string(i))});
        sink->run_for(2s);
    }
    BOOST_TEST(sink->left_out().size() == 1u);
    change({peer("a@h"), peer("e f@h")});
    sink->run_for(2s);
    BOOST_TEST(sink->left_out().size() == 2u);
}

BOOST_AUTO_TEST_CASE(when_no_peer_can_be_written_the_file_stays) {
    start();
    change({peer("a b@h"), peer("c d@h")});
    BOOST_TEST(logs("none of 2 peers can be written, such as a b@h: its name: it contains the byte 0x20"));
    BOOST_TEST(content() == "a@h\nb@h\n");
}

BOOST_AUTO_TEST_SUITE_END()
