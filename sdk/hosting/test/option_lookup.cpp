// SPDX-License-Identifier: MIT
#include <kith/hosting/options.hpp>
#include <kith/result.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using kith::str;

const kith::Options &sample() {
    static const kith::Options options(
        R"({"z": 1, "a": [true, "text", 2.5, null], "o": {"b/c": "slash", "d~e": "tilde"}, "big": 18446744073709551615, "five": 5.0})");
    return options;
}

const kith::Options &find(const kith_host *) noexcept { return sample(); }

} // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(types_of_values_are_reported) {
    BOOST_TEST(sample().type("") == KITH_JSON_OBJECT);
    BOOST_TEST(sample().type("/z") == KITH_JSON_INTEGER);
    BOOST_TEST(sample().type("/a") == KITH_JSON_ARRAY);
    BOOST_TEST(sample().type("/a/0") == KITH_JSON_BOOL);
    BOOST_TEST(sample().type("/a/1") == KITH_JSON_STRING);
    BOOST_TEST(sample().type("/a/2") == KITH_JSON_NUMBER);
    BOOST_TEST(sample().type("/a/3") == KITH_JSON_NULL);
    BOOST_TEST(sample().type("/five") == KITH_JSON_INTEGER);
    BOOST_TEST(sample().type("/big") == KITH_JSON_NUMBER);
}

BOOST_AUTO_TEST_CASE(a_missing_path_is_reported_as_absent) {
    for (const std::string_view path :
         {"/y", "/a/4", "/a/-", "/a/00", "/a/x", "/z/z", "z", "/", "/o/b", "/a/18446744073709551616"}) {
        BOOST_TEST(sample().type(path) == KITH_JSON_ABSENT, path);
        std::uint64_t size = 77;
        BOOST_TEST(sample().size(path, size) == KITH_NOT_FOUND);
        BOOST_TEST(size == 77u);
    }
}

BOOST_AUTO_TEST_CASE(escape_sequences_of_json_pointers_are_decoded) {
    std::string_view out;
    BOOST_TEST(sample().get_string("/o/b~1c", out) == KITH_OK);
    BOOST_TEST(out == "slash");
    BOOST_TEST(sample().get_string("/o/d~0e", out) == KITH_OK);
    BOOST_TEST(out == "tilde");
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_is_refused_and_the_output_is_unchanged) {
    std::int64_t integer = 42;
    BOOST_TEST(sample().get_integer("/a/1", integer) == KITH_INVALID);
    BOOST_TEST(sample().get_integer("/a/2", integer) == KITH_INVALID);
    BOOST_TEST(sample().get_integer("/big", integer) == KITH_INVALID);
    BOOST_TEST(integer == 42);
    BOOST_TEST(sample().get_integer("/five", integer) == KITH_OK);
    BOOST_TEST(integer == 5);
    double number = 0;
    BOOST_TEST(sample().get_number("/z", number) == KITH_OK);
    BOOST_TEST(number == 1.0);
    std::uint32_t flag = 7;
    BOOST_TEST(sample().get_bool("/z", flag) == KITH_INVALID);
    BOOST_TEST(flag == 7u);
}

BOOST_AUTO_TEST_CASE(members_keep_the_order_of_the_file) {
    std::string_view out;
    BOOST_TEST(sample().member("", 0, out) == KITH_OK);
    BOOST_TEST(out == "z");
    BOOST_TEST(sample().member("", 1, out) == KITH_OK);
    BOOST_TEST(out == "a");
    BOOST_TEST(sample().member("", 5, out) == KITH_NOT_FOUND);
    BOOST_TEST(sample().member("/a", 0, out) == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(the_table_finds_the_options_of_its_host) {
    const kith_options_host *table = kith::options_table<find>();
    kith_str out{};
    BOOST_TEST(table->get_string(nullptr, str("/a/1"), &out) == KITH_OK);
    BOOST_TEST(std::string_view(out.data, out.size) == "text");
    std::uint64_t size = 0;
    BOOST_TEST(table->size(nullptr, str("/a"), &size) == KITH_OK);
    BOOST_TEST(size == 4u);
    BOOST_TEST(table->json(nullptr).size == sample().json().size());
}

BOOST_AUTO_TEST_CASE(text_that_is_not_json_throws) { BOOST_CHECK_THROW(kith::Options("{"), std::invalid_argument); }

BOOST_AUTO_TEST_CASE(missing_options_get_the_defaults_of_the_schema) {
    const char *schema = R"({"properties": {"a": {"default": 1}, "b": {"default": [2]}, "c": {"type": "string"}}})";
    BOOST_TEST(kith::with_defaults(R"({"a":5})", schema) == R"({"a":5,"b":[2]})");
    BOOST_TEST(kith::with_defaults("{}", "{}") == "{}");
    BOOST_TEST(kith::with_defaults("[1]", schema) == "[1]");
}

BOOST_AUTO_TEST_SUITE_END()
