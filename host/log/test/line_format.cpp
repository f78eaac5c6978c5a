// SPDX-License-Identifier: MIT
#include <host/log/line_format.hpp>
#include <kith/service/log.h>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>
#include <vector>

using namespace kith::app;

namespace {

constexpr std::int64_t moment = 1'795'389'300'123'456'789; // 2026-11-22T23:15:00.123456789Z

kith_str str(std::string_view text) { return {text.data(), text.size()}; }

struct FormFixture {
    FormFixture() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
    std::string format(LogFormat how, std::string_view message, std::vector<kith_attribute> fields = {},
                       std::uint32_t level = KITH_LOG_WARNING, std::string_view who = "topologies.example.epmd") {
        std::string out;
        append_line(out, how, {level, moment, who, message, fields});
        return out;
    }
};

// Any text of a peer or a plugin.
std::vector<std::string> hostile() {
    std::vector<std::string> out = {std::string("a\0b", 3),
                                    "a\nb",
                                    "a\r\nb",
                                    "\x1b[31mred\x1b[0m",
                                    "\x7f",
                                    "\xff\xfe",
                                    "\xc3",
                                    "\xe2\x80\xa8",
                                    "\xc2\x85",
                                    "\xed\xa0\x80",
                                    "\"quoted\" and \\",
                                    "a=b c=d",
                                    "",
                                    " ",
                                    "}{",
                                    std::string(100'000, '\n')};
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    out.push_back(all);
    return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(line_format, FormFixture)

BOOST_AUTO_TEST_CASE(lines_are_formatted_as_text) {
    BOOST_TEST(
        format(LogFormat::text, "could not look", {{str("reason"), str("no route")}, {str("status"), str("unreachable")}}) ==
        "2026-11-22 23:15:00.123 warning topologies.example.epmd: could not look reason=\"no route\" status=unreachable\n");
    BOOST_TEST(format(LogFormat::text, "kith runs", {}, KITH_LOG_INFO, "") == "2026-11-22 23:15:00.123 info    kith runs\n");
    BOOST_TEST(format(LogFormat::text, "x", {{str("empty"), str("")}}, KITH_LOG_TRACE, "") ==
               "2026-11-22 23:15:00.123 trace   x empty=\"\"\n");
    BOOST_TEST(format(LogFormat::colour, "x", {{str("a"), str("b")}}, KITH_LOG_ERROR, "") ==
               "2026-11-22 23:15:00.123 \x1b[31merror   x\x1b[0m a=b\n");
    BOOST_TEST(format(LogFormat::text, "x", {}, 77, "") == "2026-11-22 23:15:00.123 error   x\n");
}

BOOST_AUTO_TEST_CASE(lines_are_formatted_as_json) {
    BOOST_TEST(
        format(LogFormat::json, "could not look", {{str("reason"), str("no \"route\"")}}) ==
        R"({"time":"2026-11-22T23:15:00.123456Z","level":"warning","who":"topologies.example.epmd","message":"could not look",)"
        R"("reason":"no \"route\""})"
        "\n");
    BOOST_TEST(format(LogFormat::json, "kith runs", {}, KITH_LOG_INFO, "") ==
               "{\"time\":\"2026-11-22T23:15:00.123456Z\",\"level\":\"info\",\"message\":\"kith runs\"}\n");
}

BOOST_AUTO_TEST_CASE(a_field_cannot_replace_a_member_of_the_line) {
    const auto line = boost::json::parse(
        format(LogFormat::json, "m",
               {{str("level"), str("info")}, {str("message"), str("x")}, {str("who"), str("x")}, {str("time"), str("x")}}));
    BOOST_TEST(line.at("level").as_string() == "warning");
    BOOST_TEST(line.at("message").as_string() == "m");
    BOOST_TEST(line.at("who").as_string() == "topologies.example.epmd");
    BOOST_TEST(line.at("field_level").as_string() == "info");
}

BOOST_AUTO_TEST_CASE(hostile_bytes_stay_one_line_of_valid_json) {
    for (const std::string &bytes : hostile()) {
        for (const auto &line :
             {format(LogFormat::json, bytes), format(LogFormat::json, "m", {{str("f"), str(bytes)}}),
              format(LogFormat::json, "m", {{str(bytes), str("v")}}), format(LogFormat::json, "m", {}, 2, bytes)}) {
            BOOST_TEST(line.back() == '\n');
            BOOST_TEST(line.find('\n') == line.size() - 1);
            boost::system::error_code error;
            boost::json::parse(line, error);
            BOOST_TEST(!error, error.message() << ": " << line.substr(0, 200));
        }
    }
}

BOOST_AUTO_TEST_CASE(hostile_bytes_stay_one_line_of_text_without_escape_sequences) {
    for (const std::string &bytes : hostile()) {
        for (const auto &line :
             {format(LogFormat::text, bytes), format(LogFormat::text, "m", {{str("f"), str(bytes)}}),
              format(LogFormat::text, "m", {{str(bytes), str("v")}}), format(LogFormat::text, "m", {}, 2, bytes)}) {
            BOOST_TEST(line.find('\n') == line.size() - 1);
            BOOST_TEST((std::none_of(line.begin(), line.end() - 1, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; })),
                       "a control character in: " << line.substr(0, 200));
        }
    }
}

BOOST_AUTO_TEST_CASE(levels_have_names) {
    BOOST_TEST(level_name(KITH_LOG_TRACE) == "trace");
    BOOST_TEST(level_name(KITH_LOG_DEBUG) == "debug");
    BOOST_TEST(level_name(KITH_LOG_INFO) == "info");
    BOOST_TEST(level_name(KITH_LOG_WARNING) == "warning");
    BOOST_TEST(level_name(KITH_LOG_ERROR) == "error");
}

BOOST_AUTO_TEST_SUITE_END()
