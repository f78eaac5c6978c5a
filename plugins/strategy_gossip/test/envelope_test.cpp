// SPDX-License-Identifier: MIT
#include "bytes.hpp"

#include "envelope.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace gossip;
using namespace gossip::test;
using Verdict = Opened::Verdict;

namespace {

std::ostream &operator<<(std::ostream &out, Verdict verdict) {
    return out << (verdict == Verdict::good ? "good" : verdict == Verdict::foreign ? "foreign" : "malformed");
}

const Crypto &crypto() {
    static const Crypto loaded = std::move(Crypto::load()).value();
    return loaded;
}

using Secrets = std::vector<std::string_view>;
std::unique_ptr<Envelope> secret(const Secrets &secrets) { return secret_envelope(crypto(), secrets); }
std::unique_ptr<Envelope> authenticated(const Secrets &secrets) { return authenticated_envelope(crypto(), secrets); }

Stamp stamp(std::uint64_t counter = 7, std::int64_t time = 1'700'000'000'000) {
    Stamp out{counter, time, {}};
    for (std::size_t i = 0; i < out.random.size(); ++i) out.random[i] = static_cast<std::byte>(counter * 31 + i);
    return out;
}

std::string write(Envelope &envelope, std::string_view name, const Stamp &with = stamp(), Kind kind = Kind::heartbeat) {
    return test::text_of(envelope.write(kind, name, with));
}

Opened open(Envelope &envelope, const std::string &packet) { return envelope.open(test::bytes_of(packet)); }

/// Sealed with libcluster's secret, whatever is inside.
std::string sealed(std::string_view plain, std::string_view with) {
    Cipher cipher(crypto(), Cipher::Mode::cbc, crypto().sha256(test::bytes_of(with)));
    std::vector<std::byte> out(16, std::byte{'v'});
    const auto iv = out;
    cipher.seal(iv, {}, test::bytes_of(plain), out);
    return test::text_of(out);
}

std::string flipped(std::string packet, std::size_t bit) {
    packet[bit / 8] = static_cast<char>(packet[bit / 8] ^ (1 << (bit % 8)));
    return packet;
}

} // namespace

namespace gossip {
using ::operator<<;
}

BOOST_AUTO_TEST_SUITE(envelope)

BOOST_AUTO_TEST_CASE(the_plain_form_equals_libclusters_form_without_a_secret) {
    const auto plain = plain_envelope();
    BOOST_TEST(write(*plain, "a@127.0.0.1") == heartbeat("a@127.0.0.1"));
    BOOST_TEST(open(*plain, heartbeat("a@127.0.0.1")).name == "a@127.0.0.1");
    BOOST_TEST(open(*plain, "something else").verdict == Verdict::foreign);
    BOOST_TEST(open(*plain, heartbeat("no node")).verdict == Verdict::malformed);
    BOOST_TEST(!open(*plain, heartbeat("no node")).why.empty());
    BOOST_TEST(write(*plain, "a@127.0.0.1", stamp(), Kind::goodbye).empty());
    BOOST_TEST(!plain->stamped());
}

BOOST_AUTO_TEST_CASE(packets_sealed_by_libcluster_are_opened) {
    const auto ours = secret({"somepassword"}), other = secret({"another"});
    const auto plain = plain_envelope();
    std::size_t count = 0;
    for (const Captured &one : captured()) {
        if (one.secret.empty()) continue;
        ++count;
        BOOST_TEST(open(*ours, one.packet).verdict == Verdict::good);
        BOOST_TEST(open(*ours, one.packet).name == one.name);
        BOOST_TEST(open(*other, one.packet).verdict == Verdict::foreign);
        BOOST_TEST(open(*plain, one.packet).verdict == Verdict::foreign);
    }
    BOOST_TEST(count == 4u);
}

BOOST_AUTO_TEST_CASE(sealed_packets_equal_those_of_libcluster_byte_for_byte) {
    for (const Captured &one : captured()) {
        if (one.secret.empty()) continue;
        Stamp iv;
        for (std::size_t i = 0; i < 16; ++i) iv.random[i] = static_cast<std::byte>(one.packet[i]);
        BOOST_TEST(to_hex(write(*secret({one.secret}), one.name, iv)) == to_hex(one.packet));
    }
}

BOOST_AUTO_TEST_CASE(a_packet_of_another_form_is_foreign) {
    BOOST_TEST(open(*secret({"s"}), heartbeat("a@127.0.0.1")).verdict == Verdict::foreign);
    BOOST_TEST(open(*authenticated({"s"}), heartbeat("a@127.0.0.1")).verdict == Verdict::foreign);
    BOOST_TEST(open(*authenticated({"s"}), write(*secret({"s"}), "a@h")).verdict == Verdict::foreign);
    BOOST_TEST(open(*secret({"s"}), write(*authenticated({"s"}), "a@h")).verdict == Verdict::foreign);
}

BOOST_AUTO_TEST_CASE(sealed_data_that_is_not_a_heartbeat_is_malformed_or_foreign) {
    const auto ours = secret({"s"});
    BOOST_TEST(open(*ours, sealed(heartbeat("a@h"), "s")).verdict == Verdict::good);
    BOOST_TEST(open(*ours, sealed(heartbeat("a@h") + "x", "s")).verdict == Verdict::malformed);
    BOOST_TEST(open(*ours, sealed("heartbeat::", "s")).verdict == Verdict::malformed);
    BOOST_TEST(open(*ours, sealed("", "s")).verdict == Verdict::foreign);
    BOOST_TEST(open(*ours, sealed("another protocol", "s")).verdict == Verdict::foreign);
}

BOOST_AUTO_TEST_CASE(a_truncated_sealed_packet_is_refused_and_a_changed_one_yields_a_valid_name_or_none) {
    const auto ours = secret({"s"});
    const std::string whole = write(*ours, "app@10.0.0.7");
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(open(*ours, whole.substr(0, size)).verdict != Verdict::good);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        const Opened found = open(*ours, flipped(whole, bit)); // CBC does not authenticate: it may be anything
        BOOST_TEST((found.verdict == Verdict::good) == !found.name.empty());
        BOOST_TEST((found.verdict != Verdict::good || is_node_name(found.name)));
    }
}

BOOST_AUTO_TEST_CASE(the_first_secret_seals_and_every_secret_opens) {
    for (const auto &form : {secret, authenticated}) {
        const auto before = form({"old"}), during = form({"new", "old"}), half = form({"old", "new"}), after = form({"new"});
        BOOST_TEST(open(*during, write(*before, "a@h")).name == "a@h");
        BOOST_TEST(open(*half, write(*during, "a@h")).name == "a@h");
        BOOST_TEST(open(*during, write(*half, "a@h")).name == "a@h");
        BOOST_TEST(open(*after, write(*during, "a@h")).name == "a@h");
        BOOST_TEST(open(*before, write(*half, "a@h")).name == "a@h");
        BOOST_TEST(open(*before, write(*during, "a@h")).verdict == Verdict::foreign);
        BOOST_TEST(open(*after, write(*before, "a@h")).verdict == Verdict::foreign);
    }
}

BOOST_AUTO_TEST_CASE(an_authenticated_packet_contains_kind_name_counter_and_time) {
    const auto ours = authenticated({"s"});
    for (const Kind kind : {Kind::heartbeat, Kind::goodbye}) {
        const Opened found = open(*ours, write(*ours, "app@10.0.0.7", stamp(UINT64_MAX - 1, -5), kind));
        BOOST_TEST(found.verdict == Verdict::good);
        BOOST_TEST((found.kind == kind));
        BOOST_TEST(found.name == "app@10.0.0.7");
        BOOST_TEST(found.counter == UINT64_MAX - 1);
        BOOST_TEST(found.time == -5);
    }
    BOOST_TEST(ours->stamped());
}

BOOST_AUTO_TEST_CASE(a_changed_or_truncated_authenticated_packet_is_foreign) {
    const auto ours = authenticated({"s"});
    const std::string whole = write(*ours, "app@10.0.0.7");
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit)
        BOOST_TEST(open(*ours, flipped(whole, bit)).verdict == Verdict::foreign, "bit " << bit);
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(open(*ours, whole.substr(0, size)).verdict == Verdict::foreign, size << " bytes");
    BOOST_TEST(open(*ours, whole + "x").verdict == Verdict::foreign);
    BOOST_TEST(open(*authenticated({"t"}), whole).verdict == Verdict::foreign);
    BOOST_TEST(open(*ours, whole).verdict == Verdict::good);
}

BOOST_AUTO_TEST_CASE(a_sealed_packet_does_not_contain_the_name_in_plain_text) {
    for (const auto &form : {secret, authenticated})
        BOOST_TEST(write(*form({"s"}), "app@10.0.0.7").find("10.0.0") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_cause_of_a_foreign_packet_has_its_own_reason) {
    const auto ours = authenticated({"s"});
    std::set<std::string> reasons;
    for (const std::string &packet :
         {std::string("short"), write(*authenticated({"t"}), "a@h"), flipped(write(*ours, "a@h"), 8 * 40)}) {
        const auto why = open(*ours, packet).why;
        BOOST_TEST(!why.empty());
        reasons.emplace(why);
    }
    BOOST_TEST(reasons.size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_longest_name_is_sealed_and_opened) {
    const std::string name = "n@" + std::string(max_name - 2, 'h');
    for (const auto &form : {secret, authenticated}) {
        const auto ours = form({"s"});
        BOOST_TEST(open(*ours, write(*ours, name)).name == name);
    }
}

// The vector of README.md; made by an implementation in another language.
BOOST_AUTO_TEST_CASE(the_authenticated_format_equals_the_documented_example) {
    const auto ours = authenticated({"somepassword"});
    Stamp with{0x0102030405060708, 1'700'000'000'123, {}};
    for (std::size_t i = 0; i < 16; ++i) with.random[i] = static_cast<std::byte>(i);
    BOOST_TEST(to_hex(write(*ours, "app@10.0.0.7", with)) ==
               "6b7468314b90e04ea13315fd000102030405060708090a0b48f565d643c39664202a701b0867d1c3ca0c7c7247fcbde0"
               "bb7a9a727a7d6e99b3f3e7146e084d1fad02a806ac266d69");
}

BOOST_AUTO_TEST_SUITE_END()
