// SPDX-License-Identifier: MIT
#include <core/cluster/events/event.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(event)

namespace {

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string json_time(std::int64_t wall) {
    std::string out;
    append_json_time(out, wall);
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(json_strings_are_escaped) {
    BOOST_CHECK_EQUAL(json_string(""), R"("")");
    BOOST_CHECK_EQUAL(json_string("app@10.0.0.7"), R"("app@10.0.0.7")");
    BOOST_CHECK_EQUAL(json_string("a\"b\\c\nd\te\rf\x01g\x7f"), "\"a\\\"b\\\\c\\nd\\te\\rf\\u0001g\\u007f\"");
    BOOST_CHECK_EQUAL(json_string("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x90\x9D"),
                      "\"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x90\x9D\"");
    BOOST_CHECK_EQUAL(json_string("a\xFFz\xC3"), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"");
    BOOST_CHECK_EQUAL(json_string("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""); // a surrogate is no character
}

BOOST_AUTO_TEST_CASE(json_times_have_microseconds) {
    BOOST_CHECK_EQUAL(json_time(0), R"("1970-01-01T00:00:00.000000Z")");
    BOOST_CHECK_EQUAL(json_time(951'782'400'000'001'999), R"("2000-02-29T00:00:00.000001Z")");
    BOOST_CHECK_EQUAL(json_time(4'107'542'399'999'999'999), R"("2100-02-28T23:59:59.999999Z")");
    BOOST_CHECK_EQUAL(json_time(-1'000), R"("1969-12-31T23:59:59.999999Z")");
}

BOOST_AUTO_TEST_CASE(an_event_has_all_members_in_order) {
    const std::vector<AttributeView> attributes{{"zone", "a\"b"}, {"ip", "::1"}};
    const std::vector<EventCount> counts{{"peers", 12}, {"new", 1}};
    Event event;
    event.kind = KITH_EVENT_CONNECT_FAILED;
    event.status = KITH_TIMED_OUT;
    event.duration = 8'000'050'000;
    event.has_duration = true;
    event.topology = "t";
    event.connector = "c";
    event.source = "s";
    event.peer = "p";
    event.key = "k";
    event.node = "n";
    event.reason = "r";
    event.attributes = attributes;
    event.counts = counts;
    std::string out;
    append_json(out, event, 7, 0);
    BOOST_CHECK_EQUAL(out, R"({"v":1,"seq":7,"time":"1970-01-01T00:00:00.000000Z","kind":"connect.failed","topology":"t",)"
                           R"("connector":"c","source":"s","peer":"p","key":"k","node":"n","status":"timed_out","reason":"r",)"
                           R"("duration_ms":8000.050,"attributes":{"zone":"a\"b","ip":"::1"},"peers":12,"new":1})");
    const EventRef stored = StoredEvent::make(event, 7, 3, out);
    BOOST_CHECK_EQUAL(stored->topology(), "t");
    BOOST_CHECK_EQUAL(stored->connector(), "c");
    BOOST_CHECK_EQUAL(stored->source(), "s");
    BOOST_CHECK_EQUAL(stored->peer(), "p");
    BOOST_CHECK_EQUAL(stored->reason(), "r");
    BOOST_CHECK_EQUAL(stored->json(), out);
    BOOST_CHECK_EQUAL(stored->time(), 3);
    BOOST_CHECK_EQUAL(stored->duration(), 8'000'050'000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
