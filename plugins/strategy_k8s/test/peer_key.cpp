// SPDX-License-Identifier: MIT
#include "../peer_key.hpp"

#include <kith/testkit/random.hpp>

#include <boost/test/unit_test.hpp>

using namespace k8s;

BOOST_AUTO_TEST_CASE(a_key_has_the_value_of_its_text) {
    const std::string uid = "91e4f736-1ed2-4c6d-a733-d4f25dadfe59";
    BOOST_TEST(PeerKey(uid).text() == uid);
    BOOST_TEST(PeerKey("00000000-0000-0000-0000-000000000000").text() == "00000000-0000-0000-0000-000000000000");
    BOOST_TEST(PeerKey("").text().empty());
    BOOST_TEST(PeerKey("team/10.0.0.1").text() == "team/10.0.0.1");
    BOOST_TEST((PeerKey(uid) == PeerKey(uid)));
    BOOST_TEST((PeerKey("a") == PeerKey("a")));
    BOOST_TEST(!(PeerKey("a") == PeerKey("b")));
    BOOST_TEST(!(PeerKey(uid) == PeerKey("a")));
}

// Each place of a uid with each byte: only those in its usual form are stored as one, and all are told apart.
BOOST_AUTO_TEST_CASE(texts_that_are_nearly_a_uid_are_not_changed) {
    const std::string uid = "91e4f736-1ed2-4c6d-a733-d4f25dadfe59";
    for (std::size_t at = 0; at < uid.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = uid;
            text[at] = static_cast<char>(byte);
            const PeerKey key(text);
            BOOST_REQUIRE(key.text() == text);
            BOOST_REQUIRE((key == PeerKey(uid)) == (text == uid));
        }
        for (const std::string &text : {uid.substr(0, at), uid.substr(at), uid.substr(0, at) + "0" + uid.substr(at)}) {
            BOOST_TEST(PeerKey(text).text() == text);
        }
    }
}

BOOST_AUTO_TEST_CASE(equal_keys_have_equal_hashes) {
    kith::testkit::Random random(1);
    for (int i = 0; i < 1000; ++i) {
        std::string text = "91e4f736-1ed2-4c6d-a733-d4f25dadfe5";
        text += "0123456789abcdefABCDEF"[random.below(22)];
        const PeerKey key(text), copy = key;
        BOOST_TEST(copy.hash() == PeerKey(text).hash());
        BOOST_TEST((copy == key));
        BOOST_TEST(copy.text() == text);
    }
}
