// SPDX-License-Identifier: MIT
#include "event_batch.hpp"

#include "sha256.hpp"

#include <boost/test/unit_test.hpp>

using namespace sink_webhook;

BOOST_AUTO_TEST_SUITE(event_batch)

// FIPS 180-4, and the lengths around the end of a block.
BOOST_AUTO_TEST_CASE(sha256_vectors) {
    BOOST_TEST(hexadecimal(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(hexadecimal(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(hexadecimal(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    BOOST_TEST(hexadecimal(sha256(std::string(1'000'000, 'a'))) ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    BOOST_TEST(hexadecimal(sha256(std::string(64, 'a'))) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    BOOST_TEST(hexadecimal(sha256(std::string(55, 'a'))) == "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
}

// RFC 4231, cases 1, 2 and 6.
BOOST_AUTO_TEST_CASE(hmac_vectors) {
    BOOST_TEST(hexadecimal(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    BOOST_TEST(hexadecimal(hmac_sha256("Jefe", "what do ya want ", "for nothing?")) ==
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(hexadecimal(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

BOOST_AUTO_TEST_CASE(a_signature_is_of_the_time_and_the_body) {
    BOOST_TEST(signature_of("Jefe", 12, "x") == "t=12,v1=" + hexadecimal(hmac_sha256("Jefe", "12.x")));
}

BOOST_AUTO_TEST_CASE(a_record_is_read_back) {
    EventBatch batch;
    batch.run = "00ff";
    batch.add(7, R"({"a":1})");
    batch.add(9, R"({"b":"\n"})");
    const auto back = batch_of(record_of(batch));
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(back->run == "00ff");
    BOOST_TEST(back->first == 7u);
    BOOST_TEST(back->last == 9u);
    BOOST_TEST(back->count == 2u);
    BOOST_TEST(body_of(*back) == R"({"run":"00ff","first":7,"last":9,"events":[{"a":1},{"b":"\n"}]})");
    BOOST_TEST(delivery_of(*back) == "00ff.7-9");
    EventBatch later;
    later.run = "00ff";
    later.add(10, "{}");
    batch.append(later);
    BOOST_TEST(body_of(batch) == R"({"run":"00ff","first":7,"last":10,"events":[{"a":1},{"b":"\n"},{}]})");
    BOOST_TEST(batch.count == 3u);
}

BOOST_AUTO_TEST_CASE(other_records_are_refused) {
    for (const char *bad :
         {"", "\n", "kith-webhook-1\n", "kith-webhook-1 r 1 2\n{}", "kith-webhook-1 r 1 2 0\n", "other r 1 2 2\n{}",
          "kith-webhook-1 r 1 2 2", "kith-webhook-1 r x 2 2\n{}", "kith-webhook-1 r 3 2 2\n{}", "kith-webhook-1 r 1 2 2 3\n{}",
          "kith-webhook-1 r 1 -2 2\n{}", "kith-webhook-1  1 2 2\n{}"})
        BOOST_TEST(!batch_of(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
