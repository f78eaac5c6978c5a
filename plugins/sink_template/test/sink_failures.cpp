// SPDX-License-Identifier: MIT
//
// What the sink does when its programs or the disk fail: the last file stays, the reason is logged once, and it tries again.
#include "fixture.hpp"

#include <kith/testkit/fail_each.hpp>

#include <stdexcept>

using namespace sink_template_test;

BOOST_FIXTURE_TEST_SUITE(sink_failures, Fixture)

BOOST_AUTO_TEST_CASE(a_file_that_the_check_refuses_is_not_used) {
    start(with_check + with_command);
    BOOST_TEST(content() == "a@h\nb@h\n");
    BOOST_TEST(here.runs().front().arguments == (std::vector<std::string>{"-f", candidate}));
    here.program(checker, Program().print("on standard output\n").print_error("\nline 3: no such thing\nsecond\n").exit(2));
    change({peer("c@h")});
    BOOST_TEST(logs("the check: /usr/bin/check: it exited with 2: line 3: no such thing"));
    BOOST_TEST(here.file(candidate).value_or("") == "c@h\n");
    sink->run_for(5min);
    BOOST_TEST(content() == "a@h\nb@h\n");
    BOOST_TEST(runs_of(reloader) == 1u);
    BOOST_TEST(runs_of(checker) > 5u);
    BOOST_TEST(runs_of(checker) < 25u);
    BOOST_TEST(warnings() == 1u, "the same reason is logged once");
    here.program(checker, Program());
    BOOST_TEST(becomes("c@h\n"));
    sink->run_for(1s);
    BOOST_TEST(runs_of(reloader) == 2u);
    BOOST_TEST(sink->logged("the file is up to date again"));
}

BOOST_AUTO_TEST_CASE(the_first_line_of_standard_output_if_there_is_no_other) {
    here.program(checker, Program().print("bad: \x01\n").exit(1));
    start(with_check);
    BOOST_TEST(logs("it exited with 1: bad:  "));
    BOOST_TEST(content() == "none");
}

BOOST_AUTO_TEST_CASE(a_check_that_hangs_is_ended) {
    start(with_check + R"(, "timeout": 200)");
    here.program(checker, Program().hang().ignore_term());
    change({peer("c@h")});
    BOOST_TEST(logs("the check: /usr/bin/check: "));
    BOOST_TEST(!here.runs().back().running);
    BOOST_TEST((here.runs().back().ended - here.runs().back().begun < 3s));
    BOOST_TEST(content() == "a@h\nb@h\n");
    here.program(checker, Program().flood("endless\n"));
    sink->run_for(2s);
    BOOST_TEST(content() == "a@h\nb@h\n");
    here.program(checker, Program());
    BOOST_TEST(becomes("c@h\n"));
}

BOOST_AUTO_TEST_CASE(programs_that_are_missing_or_crash) {
    here.remove_program(checker);
    start(with_check + with_command);
    BOOST_TEST(logs("the check: /usr/bin/check: "));
    BOOST_TEST(content() == "none");
    here.program(checker, Program().crash());
    BOOST_TEST(logs("the check: /usr/bin/check: it was ended by signal 11"));
    here.program(checker, Program());
    here.remove_program(reloader);
    BOOST_TEST(becomes("a@h\nb@h\n"));
    BOOST_TEST(logs("the command: /usr/bin/reload: "));
    here.program(reloader, Program());
    BOOST_TEST(sink->run_until([&] { return runs_of(reloader) == 1; }));
    sink->run_for(5min);
    BOOST_TEST(runs_of(reloader) == 1u);
}

BOOST_AUTO_TEST_CASE(a_command_that_fails_is_run_again) {
    here.program(reloader, Program().print_error("nobody listens\n").exit(1));
    start(with_command);
    BOOST_TEST(logs("the command: /usr/bin/reload: it exited with 1: nobody listens"));
    sink->run_for(1min);
    const auto before = runs_of(reloader);
    BOOST_TEST(before > 3u);
    here.program(reloader, Program());
    sink->run_for(1min);
    BOOST_TEST(runs_of(reloader) == before + 1);
    BOOST_TEST(here.runs().back().arguments == std::vector<std::string>{file});
}

BOOST_AUTO_TEST_CASE(a_file_that_would_replace_its_template_is_refused) {
    for (const std::string path : {"/run/kith/peers", "/run/kith/peers.new"}) {
        here.file(path, "{{each}}{{name}}{{end}}");
        kith::testkit::PluginHarness refused(here, kith_plugin_entry_sink_template, "template",
                                             R"({"file": "/run/kith/peers", "template": ")" + path + "\"}");
        BOOST_TEST(refused.start() == KITH_INVALID);
        BOOST_TEST(refused.error().find("option file: /run/kith/peers") == 0u, refused.error());
        BOOST_TEST(refused.error().find("would replace the template: expected another path") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_full_disk) {
    start(with_check + with_command);
    here.fail_path(candidate, KITH_IO);
    change({peer("c@h")});
    BOOST_TEST(logs("the file to be checked cannot be written: "));
    here.fail_path(candidate, KITH_OK);
    here.fail_path(file, KITH_IO);
    BOOST_TEST(logs("the file cannot be replaced: "));
    BOOST_TEST(runs_of(reloader) == 1u);
    here.fail_path(file, KITH_OK);
    BOOST_TEST(becomes("c@h\n"));
    sink->run_for(1s);
    BOOST_TEST(runs_of(reloader) == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(it_stops_at_any_time) {
    for (int i = 0; i < 60; ++i) {
        Fixture f;
        f.here.program(checker, i % 2 == 0 ? Program().wait(5ms) : Program().wait(5ms).exit(1));
        f.start(with_check + with_command);
        f.change({peer("c@h")});
        f.sink->run_for(i * 50us);
        BOOST_TEST(f.sink->stop());
    }
}

BOOST_AUTO_TEST_CASE(every_call_that_fails) {
    const auto calls = kith::testkit::fail_each([&](SimNet &net) {
        auto &here = net.machine("here", {"10.0.0.1"});
        here.directory("/run/kith");
        here.file(template_path, "{{each}}{{name}}\n{{end}}");
        here.program(checker, Program());
        here.program(reloader, Program());
        kith::testkit::PluginHarness sink(here, kith_plugin_entry_sink_template, "template",
                                          R"({"template": "/etc/kith/peers.template", "file": "/run/kith/peers")" + with_check +
                                              with_command + "}");
        sink.members("t", std::vector<RecordedPeer>(1, peer("a@h")));
        if (sink.start() != KITH_OK) return;
        sink.run_until([&] { return sink.failed() || here.file(file) == "a@h\n"; });
        sink.members("t", {peer("b@h"), peer("c d")});
        sink.event(KITH_EVENT_PEER_DISCOVERED, "{}");
        sink.run_until([&] { return sink.failed() || here.file(file) == "b@h\n"; });
        if (!sink.failed() && here.file(file) != "b@h\n") throw std::runtime_error("it does not recover");
        if (!sink.stop()) throw std::runtime_error("it does not stop");
        if (!sink.violations().empty()) throw std::runtime_error(sink.violations().front());
    });
    BOOST_TEST(calls > 15u);
}
