// SPDX-License-Identifier: MIT
#include "bytes.hpp"

#include "crypto.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace gossip;
using namespace gossip::test;

namespace {

struct CryptoFixture {
    Crypto crypto = std::move(Crypto::load()).value();

    Key key(std::string_view hex) {
        Key out{};
        const std::string raw = from_hex(hex);
        BOOST_REQUIRE(raw.size() == out.size());
        std::copy_n(test::bytes_of(raw).begin(), out.size(), out.begin());
        return out;
    }
    static std::string seal(Cipher &cipher, std::string_view iv, std::string_view beside, std::string_view plain) {
        std::vector<std::byte> out;
        cipher.seal(test::bytes_of(iv), test::bytes_of(beside), test::bytes_of(plain), out);
        return test::text_of(out);
    }
    static std::string open(Cipher &cipher, std::string_view iv, std::string_view beside, std::string_view sealed) {
        std::vector<std::byte> out;
        return cipher.open(test::bytes_of(iv), test::bytes_of(beside), test::bytes_of(sealed), out) ? test::text_of(out)
                                                                                                    : "refused";
    }
};

constexpr const char *sp800_38a_key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
constexpr const char *gcm_key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";

} // namespace

BOOST_FIXTURE_TEST_SUITE(crypto, CryptoFixture)

// FIPS 180-4, the examples of NIST.
BOOST_AUTO_TEST_CASE(sha256) {
    const auto hash = [&](std::string_view a, std::string_view b = {}) {
        return to_hex(test::text_of(crypto.sha256(test::bytes_of(a), test::bytes_of(b))));
    };
    BOOST_TEST(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(hash("a", "bc") == hash("abc"));
}

// SP 800-38A, F.2.5; its padding, which that document leaves out, is checked by what libcluster sent.
BOOST_AUTO_TEST_CASE(aes_256_cbc) {
    Cipher cipher(crypto, Cipher::Mode::cbc, key(sp800_38a_key));
    const std::string iv = from_hex("000102030405060708090a0b0c0d0e0f");
    const std::string plain = from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    const std::string sealed = seal(cipher, iv, {}, plain);
    BOOST_TEST(sealed.size() == 48u);
    BOOST_TEST(to_hex(sealed.substr(0, 32)) == "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d");
    BOOST_TEST(open(cipher, iv, {}, sealed) == plain);
}

// McGrew and Viega, "The Galois/PacketCounter Mode of Operation", test case 16.
BOOST_AUTO_TEST_CASE(aes_256_gcm) {
    Cipher cipher(crypto, Cipher::Mode::gcm, key(gcm_key));
    const std::string nonce = from_hex("cafebabefacedbaddecaf888");
    const std::string beside = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const std::string plain = from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                       "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    const std::string sealed = seal(cipher, nonce, beside, plain);
    BOOST_TEST(to_hex(sealed) == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                                 "76fc6ece0f4e1768cddf8853bb2d551b");
    BOOST_TEST(open(cipher, nonce, beside, sealed) == plain);
}

BOOST_AUTO_TEST_CASE(a_changed_or_truncated_gcm_packet_is_refused) {
    Cipher cipher(crypto, Cipher::Mode::gcm, key(gcm_key));
    const std::string nonce(12, 'n'), beside = "beside";
    const std::string sealed = seal(cipher, nonce, beside, "plain");
    for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
        std::string changed = sealed;
        changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
        BOOST_TEST(open(cipher, nonce, beside, changed) == "refused");
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        BOOST_TEST(open(cipher, nonce, beside, sealed.substr(0, size)) == "refused");
    BOOST_TEST(open(cipher, nonce, "besides", sealed) == "refused");
    BOOST_TEST(open(cipher, std::string(12, 'm'), beside, sealed) == "refused");
    BOOST_TEST(open(cipher, nonce, beside, sealed) == "plain"); // a failure leaves nothing behind
}

BOOST_AUTO_TEST_CASE(cbc_data_without_whole_blocks_or_valid_padding_is_refused) {
    Cipher cipher(crypto, Cipher::Mode::cbc, key(sp800_38a_key));
    const std::string iv(16, 'i');
    const std::string sealed = seal(cipher, iv, {}, std::string(20, 'p'));
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        if (size % 16 == 0 && size != 0) continue;
        BOOST_TEST(open(cipher, iv, {}, sealed.substr(0, size)) == "refused");
    }
    std::string changed = sealed;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    BOOST_TEST(open(cipher, iv, {}, changed) != std::string(20, 'p'));
    BOOST_TEST(open(cipher, iv, {}, sealed) == std::string(20, 'p'));
}

BOOST_AUTO_TEST_CASE(a_packet_sealed_with_another_key_is_refused) {
    Cipher one(crypto, Cipher::Mode::gcm, key(gcm_key)), other(crypto, Cipher::Mode::gcm, key(sp800_38a_key));
    const std::string nonce(12, 'n');
    const std::string a = seal(one, nonce, {}, "a"), b = seal(other, nonce, {}, "b");
    BOOST_TEST(open(one, nonce, {}, a) == "a");
    BOOST_TEST(open(other, nonce, {}, b) == "b");
    BOOST_TEST(open(one, nonce, {}, b) == "refused");
    BOOST_TEST(open(other, nonce, {}, a) == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
