// SPDX-License-Identifier: MIT
#include "etf/tag.hpp"
#include "etf/term_view.hpp"
#include "etf/writer.hpp"

#include "big_endian.hpp"
#include "bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <vector>

using namespace kith::erlang;
using namespace kith::erlang::etf;
using kith::erlang::test::bytes;
using kith::erlang::test::term;

namespace {

TermView view(const std::string &encoded) {
    const Parsed parsed = parse_bare(encoded);
    BOOST_REQUIRE_MESSAGE(parsed, to_string(parsed.fault));
    BOOST_TEST(parsed.rest.empty());
    return parsed.term;
}

Fault fault_of(const std::string &encoded, const Limits &limits = {}) { return parse_bare(encoded, limits).fault; }

} // namespace

BOOST_AUTO_TEST_SUITE(etf_term_view)

BOOST_AUTO_TEST_CASE(integers_of_every_encoding_are_read) {
    const auto value = [](std::initializer_list<int> list) {
        const std::string encoded = bytes(list);
        return view(encoded).integer();
    };
    BOOST_TEST(value({97, 255}).value() == 255);
    BOOST_TEST(value({98, 255, 255, 255, 255}).value() == -1);
    BOOST_TEST(value({110, 8, 0, 255, 255, 255, 255, 255, 255, 255, 127}).value() == INT64_MAX);
    BOOST_TEST(value({110, 8, 1, 0, 0, 0, 0, 0, 0, 0, 128}).value() == INT64_MIN);
    BOOST_TEST(value({110, 9, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0}).value() == 7);
    BOOST_TEST(value({111, 0, 0, 0, 1, 1, 9}).value() == -9);
    BOOST_TEST(!value({110, 8, 0, 0, 0, 0, 0, 0, 0, 0, 128}).has_value());
    BOOST_TEST(!value({110, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}).has_value());
    const std::string large = bytes({110, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    BOOST_TEST((view(large).kind() == Kind::big));
    BOOST_TEST(view(large).big()->magnitude.size() == 9u);
}

BOOST_AUTO_TEST_CASE(atoms_of_every_encoding_are_returned_as_utf8) {
    const std::string utf8 = bytes({119, 3, 'a', 0xc3, 0xa9});
    const std::string latin1 = bytes({115, 2, 'a', 0xe9});
    const std::string old_latin1 = bytes({100, 0, 2, 'a', 0xe9});
    const std::string wide_utf8 = bytes({118, 0, 3, 'a', 0xc3, 0xa9});
    const std::string expected = "a\xc3\xa9";
    for (const auto *encoded : {&utf8, &latin1, &old_latin1, &wide_utf8}) {
        BOOST_TEST(view(*encoded).atom().value() == expected);
        BOOST_TEST(view(*encoded).is_atom(expected));
        BOOST_TEST(!view(*encoded).is_atom("a"));
        BOOST_TEST(!view(*encoded).is_atom("a\xc3\xa9z"));
        BOOST_TEST(!view(*encoded).is_atom("a\xc3\xa8"));
    }
}

BOOST_AUTO_TEST_CASE(elements_of_containers_are_read_in_order) {
    const std::string encoded = term("{a,[1,2,3],{},[]}");
    const TermView tuple = view(encoded);
    BOOST_TEST(tuple.is_tuple(4));
    Elements elements = tuple.elements();
    BOOST_TEST(elements.next().is_atom("a"));
    const TermView list = elements.next();
    BOOST_TEST(list.size() == 3u);
    Elements inner = list.elements();
    BOOST_TEST(inner.next().integer().value() == 1);
    BOOST_TEST(inner.next().integer().value() == 2);
    BOOST_TEST(inner.next().integer().value() == 3);
    BOOST_TEST(inner.tail().is_nil());
    BOOST_TEST((inner.next().kind() == Kind::nothing));
    BOOST_TEST(elements.next().is_tuple(0));
    BOOST_TEST(elements.next().is_nil());
    BOOST_TEST(elements.left() == 0u);
}

BOOST_AUTO_TEST_CASE(the_tail_of_an_improper_list_is_read) {
    const std::string encoded = bytes({108, 0, 0, 0, 1, 97, 1, 97, 2});
    Elements elements = view(encoded).elements();
    BOOST_TEST(elements.next().integer().value() == 1);
    BOOST_TEST(elements.tail().integer().value() == 2);
}

BOOST_AUTO_TEST_CASE(a_map_gives_keys_and_values_alternately) {
    std::string encoded;
    Writer(encoded).map(2).atom("a").integer(1).atom("b").integer(2);
    Elements elements = view(encoded).elements();
    BOOST_TEST(elements.left() == 4u);
    BOOST_TEST(elements.next().is_atom("a"));
    BOOST_TEST(elements.next().integer().value() == 1);
}

BOOST_AUTO_TEST_CASE(pids_and_references_are_read) {
    const Pid pid{"n@h", 38, 7, 0x5f000001};
    Reference reference;
    reference.node = "n@h";
    reference.creation = 9;
    reference.size = 3;
    reference.words = {1, 2, 3};
    std::string encoded;
    Writer(encoded).tuple(2).pid(pid).reference(reference);
    Elements elements = view(encoded).elements();
    BOOST_TEST((elements.next().pid().value() == pid));
    BOOST_TEST((elements.next().reference().value() == reference));

    const std::string old = bytes({103, 115, 1, 'n', 0, 0, 0, 38, 0, 0, 0, 0, 2});
    BOOST_TEST((view(old).pid().value() == Pid{"n", 38, 0, 2}));
    const std::string old_reference = bytes({114, 0, 1, 115, 1, 'n', 3, 0, 0, 0, 5});
    BOOST_TEST(view(old_reference).reference()->words[0] == 5u);
    BOOST_TEST(view(old_reference).reference()->creation == 3u);
}

BOOST_AUTO_TEST_CASE(funs_are_skipped) {
    std::string fun = bytes({112, 0, 0, 0, 35});
    fun.append(31, 'x');
    BOOST_TEST((view(fun).kind() == Kind::function));
    BOOST_TEST(view(fun).size() == 0u);
    const std::string exported = bytes({113, 119, 1, 'm', 119, 1, 'f', 97, 2});
    BOOST_TEST((view(exported).kind() == Kind::function));
}

BOOST_AUTO_TEST_CASE(bytes_after_the_term_are_not_read) {
    const std::string encoded = bytes({131, 97, 1, 131, 97, 2});
    const Parsed first = parse(encoded);
    BOOST_REQUIRE(first);
    BOOST_TEST(first.rest.size() == 3u);
    BOOST_TEST(parse(first.rest).term.integer().value() == 2);
    BOOST_TEST((parse(bytes({130, 97, 1})).fault == Fault::version));
    BOOST_TEST((parse("").fault == Fault::truncated));
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_term_is_truncated) {
    std::string encoded;
    Writer writer(encoded);
    writer.tuple(9).integer(-70000).real(1.5).atom("atom").binary("bytes").pid({"n@h", 1, 2, 3});
    Reference reference;
    reference.node = "n@h";
    reference.size = 2;
    writer.reference(reference).map(1).atom("k").integer(INT64_MIN).list(1).nil().nil();
    writer.raw(bytes({77, 0, 0, 0, 1, 3, 0xe0}));
    BOOST_TEST(view(encoded).is_tuple(9));
    for (std::size_t size = 0; size < encoded.size(); ++size) {
        BOOST_TEST_CONTEXT("first " << size << " bytes") {
            BOOST_TEST((fault_of(encoded.substr(0, size)) == Fault::truncated));
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_terms_are_refused) {
    BOOST_TEST((fault_of(bytes({80, 0, 0, 0, 1})) == Fault::tag));                                // compressed
    BOOST_TEST((fault_of(bytes({82, 0})) == Fault::tag));                                         // atom cache
    BOOST_TEST((fault_of(bytes({77, 0, 0, 0, 1, 9, 0})) == Fault::value));                        // 9 bits
    BOOST_TEST((fault_of(bytes({77, 0, 0, 0, 0, 3})) == Fault::value));                           // bits of no byte
    BOOST_TEST((fault_of(bytes({110, 1, 2, 1})) == Fault::value));                                // sign 2
    BOOST_TEST((fault_of(bytes({90, 0, 6, 119, 1, 'n', 0, 0, 0, 0})) == Fault::value));           // 6 words
    BOOST_TEST((fault_of(bytes({90, 0, 0, 119, 1, 'n', 0, 0, 0, 0})) == Fault::value));           // none
    BOOST_TEST((fault_of(bytes({88, 97, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) == Fault::tag)); // a pid of node 1
    BOOST_TEST((fault_of(bytes({112, 0, 0, 0, 4})) == Fault::value));                             // a fun smaller than its head
    BOOST_TEST((fault_of(bytes({113, 119, 1, 'm', 119, 1, 'f', 98, 0})) == Fault::tag));          // arity
}

BOOST_AUTO_TEST_CASE(a_count_larger_than_the_bytes_is_refused_at_once) {
    for (const int t : {105, 108, 116, 109, 111})
        BOOST_TEST((fault_of(bytes({t, 0xff, 0xff, 0xff, 0xff, 0, 0})) == Fault::truncated));
}

BOOST_AUTO_TEST_CASE(terms_over_a_limit_are_refused) {
    std::string deep;
    for (int i = 0; i < 300; ++i) deep += bytes({104, 1});
    deep += bytes({97, 1});
    BOOST_TEST((fault_of(deep) == Fault::depth));
    Limits deeper;
    deeper.depth = 100000; // is held down to what the stack has room for
    BOOST_TEST((fault_of(deep, deeper) == Fault::depth));
    Limits exact;
    exact.depth = 3;
    BOOST_TEST((fault_of(term("{{{1}}}"), exact) == Fault::none));
    BOOST_TEST((fault_of(term("{{{{1}}}}"), exact) == Fault::depth));
    Limits few;
    few.terms = 4;
    BOOST_TEST((fault_of(term("[1,2]"), few) == Fault::none)); // the list, 1, 2, its tail
    BOOST_TEST((fault_of(term("[1,2,3]"), few) == Fault::terms));
    Limits small;
    small.bytes = 7;
    BOOST_TEST((fault_of(bytes({109, 0, 0, 0, 2, 1, 2}), small) == Fault::none));
    BOOST_TEST((fault_of(bytes({109, 0, 0, 0, 3, 1, 2, 3}), small) == Fault::size));
}

BOOST_AUTO_TEST_CASE(nested_tails_count_as_depth) {
    std::string chain;
    for (int i = 0; i < 1000; ++i) chain += bytes({108, 0, 0, 0, 1, 97, 1});
    chain += bytes({106});
    BOOST_TEST((fault_of(chain) == Fault::depth));
}

BOOST_AUTO_TEST_SUITE_END()
