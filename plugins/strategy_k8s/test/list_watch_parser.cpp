// SPDX-License-Identifier: MIT
#include "../list_watch_parser.hpp"

#include <boost/test/unit_test.hpp>

using namespace k8s;

namespace {

std::string events(Lookup lookup, std::string_view text, std::size_t piece) {
    std::string out;
    WatchParser reader(lookup, [&](Event &event) {
        out += std::string(1, "amdbe"[static_cast<int>(event.kind)]) + ":" + event.object.name + "@" + event.object.version;
        if (event.kind == Event::Kind::error) out += std::to_string(event.status.code) + event.status.reason;
        out += " ";
    });
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (auto good = reader.read(text.substr(at, piece)); !good) return out + "! " + good.error().text;
    }
    return out + (reader.complete() ? "." : "...");
}

} // namespace

BOOST_AUTO_TEST_CASE(events_are_read_from_pieces_of_any_size) {
    const std::string text = R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"},"status":{}}}
{"object":{"metadata":{"name":"a","resourceVersion":"2"}},"type":"MODIFIED"}

{"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"3"}}}{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"4"}}}
{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410}}
)";
    for (std::size_t piece = 1; piece <= text.size(); piece += 3)
        BOOST_TEST(events(Lookup::pods, text, piece) == "a:a@1 m:a@2 d:a@3 b:@4 e:@410Expired .");
    BOOST_TEST(events(Lookup::endpoints, text.substr(0, 40), 100) == "...");
}

BOOST_AUTO_TEST_CASE(fields_of_one_object_are_not_carried_over_to_the_next) {
    std::vector<Object> seen;
    WatchParser reader(Lookup::pods, [&](Event &event) { seen.push_back(event.object); });
    BOOST_TEST(!!reader.read(R"({"type":"ADDED","object":{"metadata":{"name":"a","uid":"u","resourceVersion":"1"},)"
                             R"("spec":{"hostname":"h","nodeName":"n"},"status":{"phase":"Running","podIP":"10.0.0.1"}}})"
                             R"({"type":"ADDED","object":{"metadata":{"name":"b","resourceVersion":"2"}}})"));
    BOOST_REQUIRE(seen.size() == 2u);
    BOOST_TEST(seen[0].addresses[0].uid == "u");
    BOOST_TEST(seen[0].addresses[0].ip == "10.0.0.1");
    BOOST_TEST(seen[1].phase.empty());
    BOOST_TEST(seen[1].addresses.size() == 1u);
    BOOST_TEST(seen[1].addresses[0].ip.empty());
    BOOST_TEST(seen[1].addresses[0].hostname.empty());
}

BOOST_AUTO_TEST_CASE(truncated_lists_and_data_after_a_list_are_refused) {
    const std::string whole =
        R"({"kind":"PodList","metadata":{"resourceVersion":"7","continue":"more"},"items":[{"metadata":{"name":"a"}}]})";
    std::size_t found = 0;
    const auto count = [&](Object &) { ++found; };
    ListParser good(Lookup::pods, count);
    BOOST_TEST(!!good.read(whole));
    BOOST_TEST(!!good.read("\n \n"));
    const auto page = good.end();
    BOOST_REQUIRE(!!page);
    BOOST_TEST(page->version == "7");
    BOOST_TEST(page->next == "more");
    BOOST_TEST(page->items == 1u);
    ListParser longer(Lookup::pods, count);
    BOOST_TEST(longer.read(whole + "{").error().text == "there is more data after the list");
    ListParser shorter(Lookup::pods, count);
    BOOST_TEST(!!shorter.read(whole.substr(0, whole.size() - 1)));
    BOOST_TEST(shorter.end().error().text == "it is not JSON (it is truncated)");
    ListParser none(Lookup::pods, count);
    BOOST_TEST(!none.end());
}

BOOST_AUTO_TEST_CASE(status_objects_are_read_even_if_truncated) {
    BOOST_TEST(read_status(R"({"kind":"Status","status":"Failure","message":"m","reason":"r","code":403})").message == "m");
    BOOST_TEST(read_status(R"({"message":"m","cut)").message == "m");
    BOOST_TEST(read_status("404 page not found").message.empty());
    BOOST_TEST(read_status("").code == 0);
}
