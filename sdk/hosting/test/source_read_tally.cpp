// SPDX-License-Identifier: MIT
#include <kith/hosting/operation_observer.hpp>
#include <kith/hosting/source_read_tally.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

BOOST_AUTO_TEST_SUITE(source_read_tally)

using kith::SourceReadTally;

BOOST_AUTO_TEST_CASE(without_operations_nothing_is_reported_as_failed) {
    const SourceReadTally tally;
    BOOST_TEST(!tally.saw_nothing());
    BOOST_TEST(tally.ended_well() == 0U);
}

BOOST_AUTO_TEST_CASE(if_every_operation_failed_the_first_failure_is_named) {
    SourceReadTally tally;
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody listens on 10.0.0.2:80");
    BOOST_TEST(tally.saw_nothing());
    BOOST_TEST(tally.text() == "its only operation did not end well: tcp.connect: nobody listens on 10.0.0.2:80");
    tally.prepared("tcp.connect", KITH_TIMED_OUT, "");
    BOOST_TEST(tally.text() == "none of its 2 operations ended well; the first: tcp.connect: nobody listens on 10.0.0.2:80");
    tally.read("dns.query", KITH_OK, "");
    BOOST_TEST(!tally.saw_nothing());
    tally.clear();
    BOOST_TEST(!tally.saw_nothing());
    tally.prepared("http.open", KITH_OK, ""); // what only prepares shows nothing
    BOOST_TEST(tally.ended_well() == 0U);
    BOOST_TEST(!tally.saw_nothing());
}

BOOST_AUTO_TEST_CASE(cancelled_operations_and_the_end_of_a_stream_are_not_counted) {
    SourceReadTally tally;
    tally.prepared("tcp.connect", KITH_CANCELLED, "");
    tally.read("tcp.read", KITH_CANCELLED, "");
    tally.read("tcp.read", KITH_CLOSED, "");
    tally.http_response(KITH_CANCELLED, "", 0);
    tally.program_ended(KITH_CANCELLED, "", 0, 0);
    BOOST_TEST(tally.failed() == 0U);
    BOOST_TEST(tally.ended_well() == 0U);
}

BOOST_AUTO_TEST_CASE(an_error_response_or_truncated_body_counts_as_a_failure) {
    for (const auto code : {401U, 403U, 429U, 500U, 503U}) {
        SourceReadTally tally;
        tally.http_response(KITH_OK, "", code);
        tally.http_body(KITH_OK, "");
        tally.http_body(KITH_CLOSED, "");
        BOOST_TEST(tally.saw_nothing(), "with the code " << code);
        BOOST_TEST(tally.text().ends_with("http.request: the server answered " + std::to_string(code)));
    }
    for (const auto code : {200U, 204U, 304U, 404U}) {
        SourceReadTally tally;
        tally.http_response(KITH_OK, "", code);
        BOOST_TEST(!tally.saw_nothing(), "with the code " << code);
        tally.http_body(KITH_OK, "");
        tally.http_body(KITH_RESET, "it broke off");
        BOOST_TEST(tally.saw_nothing(), "with the code " << code);
    }
}

BOOST_AUTO_TEST_CASE(data_of_a_stream_opened_before_the_last_report_counts_as_success) {
    SourceReadTally tally;
    tally.http_response(KITH_OK, "", 200);
    tally.clear();
    tally.http_body(KITH_OK, "");
    BOOST_TEST(tally.ended_well() == 1U);
}

BOOST_AUTO_TEST_CASE(output_of_a_program_that_failed_does_not_count) {
    SourceReadTally tally;
    tally.program_output(KITH_OK, "");
    BOOST_TEST(!tally.saw_nothing()); // it may run for ever
    tally.program_ended(KITH_OK, "", 3, 0);
    BOOST_TEST(tally.saw_nothing());
    BOOST_TEST(tally.text().ends_with("process.wait: the program ended with exit code 3"));
    tally.program_ended(KITH_OK, "", 0, 0);
    BOOST_TEST(!tally.saw_nothing());
    tally.clear();
    tally.program_ended(KITH_OK, "", 0, 11);
    BOOST_TEST(tally.text().ends_with("process.wait: signal 11 ended the program"));
}

BOOST_AUTO_TEST_CASE(an_empty_set_after_failures_only_is_doubted) {
    SourceReadTally tally;
    BOOST_TEST(!tally.replaced(true)); // a list in the options, for example
    BOOST_TEST(!tally.replaced(false));
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody");
    BOOST_TEST(!tally.replaced(false)); // peers are no claim that nobody is there
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody");
    const auto doubt = tally.replaced(true);
    BOOST_TEST_REQUIRE(doubt.has_value());
    BOOST_TEST(*doubt == "its only operation did not end well: tcp.connect: nobody");
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody");
    BOOST_TEST(tally.replaced(true).has_value()); // it is known no better
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody");
    tally.clear(); // reported as what it is
    BOOST_TEST(!tally.replaced(true));
}

BOOST_AUTO_TEST_CASE(a_set_that_is_known_to_be_empty_may_be_repeated) {
    SourceReadTally tally;
    tally.read("file.read", KITH_OK, "");
    tally.updated(false); // of the same look
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody");
    BOOST_TEST(!tally.replaced(true));
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody");
    BOOST_TEST(!tally.replaced(true)); // nobody is parted by that
    tally.updated(true);
    tally.prepared("tcp.connect", KITH_REFUSED, "nobody");
    BOOST_TEST(tally.replaced(true).has_value());
}

// ---- the observer ----

namespace {

struct SeenCalls {
    std::vector<std::int32_t> statuses;
};

void note_read(void *self, std::uint64_t, std::uint64_t, std::int32_t status, kith_str, const void *, std::uint32_t) {
    static_cast<SeenCalls *>(self)->statuses.push_back(status);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_plugin_is_called_with_its_own_handle_and_the_ending_is_counted) {
    const kith_tcp_plugin plugin = {nullptr, nullptr, nullptr, note_read, nullptr};
    SeenCalls calls;
    kith::OperationObserver observer;
    observer.attach(&calls);
    const auto *table = static_cast<const kith_tcp_plugin *>(observer.observe(KITH_TCP, &plugin));
    BOOST_TEST_REQUIRE(table != nullptr);
    BOOST_TEST((table->connected == nullptr)); // the plugin has none
    table->read(observer.self(), 1, 2, KITH_RESET, {"broke", 5}, nullptr, 0);
    BOOST_TEST(calls.statuses == std::vector<std::int32_t>{KITH_RESET}, boost::test_tools::per_element());
    BOOST_TEST(observer.tally().text() == "its only operation did not end well: tcp.read: broke");
    observer.attach(&calls);
    BOOST_TEST(observer.tally().failed() == 0U);
}

BOOST_AUTO_TEST_CASE(the_table_of_another_service_is_not_changed) {
    const int other = 0;
    kith::OperationObserver observer;
    BOOST_TEST(observer.observe("kith.discovery/1", &other) == &other);
    BOOST_TEST((observer.observe(KITH_TCP, nullptr) == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
