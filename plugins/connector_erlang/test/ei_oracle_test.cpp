// SPDX-License-Identifier: MIT
//
// The external term format against `ei`, Erlang's own C library: what one writes the other reads.
#define BOOST_TEST_MODULE erlang_ei_oracle
#include "etf/term_view.hpp"
#include "etf/writer.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <ei.h>

using namespace kith::erlang::etf;

namespace {

/// What ei writes.
class EiBuffer {
  public:
    EiBuffer() { ei_x_new(&x_); }
    ~EiBuffer() { ei_x_free(&x_); }
    EiBuffer(const EiBuffer &) = delete;
    EiBuffer &operator=(const EiBuffer &) = delete;
    ei_x_buff *x() { return &x_; }
    std::string bytes() const { return {x_.buff, static_cast<std::size_t>(x_.index)}; }

  private:
    ei_x_buff x_{};
};

TermView view(const std::string &bytes) {
    const Parsed parsed = parse_bare(bytes);
    BOOST_REQUIRE_MESSAGE(parsed, to_string(parsed.fault));
    BOOST_TEST(parsed.rest.empty());
    return parsed.term;
}

std::string write(auto &&with) {
    std::string out;
    Writer writer(out);
    with(writer);
    return out;
}

const std::vector<std::int64_t> integers{0,
                                         1,
                                         127,
                                         128,
                                         255,
                                         256,
                                         -1,
                                         -128,
                                         32767,
                                         65536,
                                         134217727,
                                         134217728,
                                         INT32_MAX,
                                         INT32_MIN,
                                         INT64_C(1) << 40,
                                         -(INT64_C(1) << 40),
                                         INT64_MAX,
                                         INT64_MIN,
                                         INT64_MAX - 1,
                                         -255,
                                         -256};

} // namespace

BOOST_AUTO_TEST_CASE(our_integers_are_read_by_ei) {
    for (const std::int64_t value : integers) {
        const std::string bytes = write([&](Writer &w) { w.integer(value); });
        int index = 0;
        long long got = 0;
        BOOST_REQUIRE(ei_decode_longlong(bytes.data(), &index, &got) == 0);
        BOOST_TEST(got == value);
        BOOST_TEST(static_cast<std::size_t>(index) == bytes.size());
    }
}

BOOST_AUTO_TEST_CASE(integers_of_ei_are_read) {
    for (const std::int64_t value : integers) {
        EiBuffer buffer;
        ei_x_encode_longlong(buffer.x(), value);
        BOOST_TEST(view(buffer.bytes()).integer().value() == value);
    }
}

BOOST_AUTO_TEST_CASE(floats_are_read_by_both) {
    for (const double value : {0.0, -0.0, 1.5, -1e300, 5e-324, std::numeric_limits<double>::max()}) {
        const std::string bytes = write([&](Writer &w) { w.real(value); });
        int index = 0;
        double got = 0;
        BOOST_REQUIRE(ei_decode_double(bytes.data(), &index, &got) == 0);
        BOOST_TEST(got == value);
        EiBuffer buffer;
        ei_x_encode_double(buffer.x(), value);
        BOOST_TEST(view(buffer.bytes()).real().value() == value);
        BOOST_TEST(buffer.bytes() == bytes);
    }
}

BOOST_AUTO_TEST_CASE(atoms_are_read_by_both) {
    std::string wide;
    for (int i = 0; i < 255; ++i) wide += "\xe2\x82\xac"; // 765 bytes
    for (const std::string &text :
         std::vector<std::string>{"", "ok", "app@10.0.0.7", "a\xc3\xa9", std::string(255, 'x'), wide}) {
        const std::string bytes = write([&](Writer &w) { w.atom(text); });
        int index = 0;
        char got[MAXATOMLEN_UTF8];
        erlang_char_encoding was{};
        BOOST_REQUIRE(ei_decode_atom_as(bytes.data(), &index, got, sizeof got, ERLANG_UTF8, &was, nullptr) == 0);
        BOOST_TEST(text == got);
        EiBuffer utf8;
        ei_x_encode_atom_len_as(utf8.x(), text.data(), static_cast<int>(text.size()), ERLANG_UTF8, ERLANG_UTF8);
        BOOST_TEST(view(utf8.bytes()).atom().value() == text);
    }
    EiBuffer latin1;
    ei_x_encode_atom_len_as(latin1.x(), "a\xe9", 2, ERLANG_LATIN1, ERLANG_LATIN1);
    BOOST_TEST(view(latin1.bytes()).atom().value() == "a\xc3\xa9");
}

BOOST_AUTO_TEST_CASE(binaries_and_strings_are_read_by_both) {
    for (const std::string &text : {std::string(), std::string("\0\xff", 2), std::string(70000, 'b')}) {
        const std::string bytes = write([&](Writer &w) { w.binary(text); });
        int index = 0;
        std::string got(text.size(), '\0');
        long size = 0;
        BOOST_REQUIRE(ei_decode_binary(bytes.data(), &index, got.data(), &size) == 0);
        BOOST_TEST(static_cast<std::size_t>(size) == text.size());
        BOOST_TEST((got == text));
        EiBuffer buffer;
        ei_x_encode_binary(buffer.x(), text.data(), static_cast<int>(text.size()));
        BOOST_TEST((view(buffer.bytes()).bytes().value() == text));
    }
    EiBuffer string;
    ei_x_encode_string(string.x(), "hello");
    BOOST_TEST(view(string.bytes()).bytes().value() == "hello");
}

BOOST_AUTO_TEST_CASE(containers_are_read_by_both) {
    const std::string bytes =
        write([](Writer &w) { w.tuple(3).atom("a").list(2).integer(1).integer(2).nil().map(1).atom("k").tuple(0); });
    int index = 0;
    int arity = 0;
    char atom[MAXATOMLEN];
    long number = 0;
    BOOST_REQUIRE(ei_decode_tuple_header(bytes.data(), &index, &arity) == 0);
    BOOST_TEST(arity == 3);
    BOOST_REQUIRE(ei_decode_atom(bytes.data(), &index, atom) == 0);
    BOOST_REQUIRE(ei_decode_list_header(bytes.data(), &index, &arity) == 0);
    BOOST_TEST(arity == 2);
    BOOST_REQUIRE(ei_decode_long(bytes.data(), &index, &number) == 0);
    BOOST_REQUIRE(ei_decode_long(bytes.data(), &index, &number) == 0);
    BOOST_REQUIRE(ei_decode_list_header(bytes.data(), &index, &arity) == 0);
    BOOST_TEST(arity == 0);
    BOOST_REQUIRE(ei_decode_map_header(bytes.data(), &index, &arity) == 0);
    BOOST_TEST(arity == 1);
    BOOST_REQUIRE(ei_skip_term(bytes.data(), &index) == 0);
    BOOST_REQUIRE(ei_skip_term(bytes.data(), &index) == 0);
    BOOST_TEST(static_cast<std::size_t>(index) == bytes.size());

    // From ei's own reader of text, of all that is in it; our walk and its agree on where the term ends.
    EiBuffer buffer;
    BOOST_REQUIRE(ei_x_format_wo_ver(buffer.x(), "{error,[{reason,~a},{nodes,[~a,~a]},{text,~s},~i,~f,[]]}", "nodedown", "a@h",
                                     "b@h", "hi", 42, 1.5) == 0);
    const std::string made = buffer.bytes();
    index = 0;
    BOOST_REQUIRE(ei_skip_term(made.data(), &index) == 0);
    BOOST_TEST(static_cast<std::size_t>(index) == view(made).encoded().size());
    BOOST_TEST(view(made).is_tuple(2));

    const std::string large = write([](Writer &w) {
        w.tuple(300);
        for (int i = 0; i < 300; ++i) w.integer(i);
    });
    index = 0;
    BOOST_REQUIRE(ei_decode_tuple_header(large.data(), &index, &arity) == 0);
    BOOST_TEST(arity == 300);
    BOOST_TEST(view(large).is_tuple(300));
}

BOOST_AUTO_TEST_CASE(pids_and_references_are_read_by_both) {
    const Pid pid{"app@host", 38, 7, 0x61234567};
    const std::string bytes = write([&](Writer &w) { w.pid(pid); });
    int index = 0;
    erlang_pid got{};
    BOOST_REQUIRE(ei_decode_pid(bytes.data(), &index, &got) == 0);
    BOOST_TEST(pid.node == got.node);
    BOOST_TEST(got.num == 38u);
    BOOST_TEST(got.serial == 7u);
    BOOST_TEST(got.creation == 0x61234567u);
    EiBuffer pid_buffer;
    ei_x_encode_pid(pid_buffer.x(), &got);
    BOOST_TEST((view(pid_buffer.bytes()).pid().value() == pid));
    BOOST_TEST(pid_buffer.bytes() == bytes);

    Reference reference;
    reference.node = "app@host";
    reference.creation = 0x61234567;
    reference.size = 3;
    reference.words = {77, 88, 99};
    const std::string reference_bytes = write([&](Writer &w) { w.reference(reference); });
    index = 0;
    erlang_ref ref{};
    BOOST_REQUIRE(ei_decode_ref(reference_bytes.data(), &index, &ref) == 0);
    BOOST_TEST(ref.len == 3);
    BOOST_TEST(ref.n[2] == 99u);
    EiBuffer reference_buffer;
    ei_x_encode_ref(reference_buffer.x(), &ref);
    BOOST_TEST((view(reference_buffer.bytes()).reference().value() == reference));
    BOOST_TEST(reference_buffer.bytes() == reference_bytes);
}
