// SPDX-License-Identifier: MIT
#include "handshake.hpp"

#include "bytes.hpp"
#include "handshake_messages.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang;
using namespace kith::erlang::test;
using State = Dialler::State;
using Fault = Dialler::Fault;

namespace {

constexpr std::uint32_t our_challenge = 0x11223344;
constexpr std::uint32_t their_challenge = 0xfedcba98;

Dialler::Config config() {
    Dialler::Config config;
    config.name = "kith-0123456789abcdef@h";
    config.peer = "app@h";
    config.cookie = Cookie("secret");
    config.creation = 5;
    config.challenge = our_challenge;
    return config;
}

struct Dialled {
    Challenges challenges;
    Dialler dialler;
    explicit Dialled(Dialler::Config with = config()) : dialler(std::move(with), challenges) { (void)dialler.take_output(); }

    Fault fault_after(std::string_view bytes) {
        dialler.feed(bytes);
        return dialler.fault();
    }
};

std::string good_script() { return status("ok") + challenge("app@h", their_challenge) + acknowledge("secret", our_challenge); }

} // namespace

BOOST_AUTO_TEST_SUITE(handshake)

BOOST_AUTO_TEST_CASE(the_first_message_contains_our_name) {
    Challenges challenges;
    Dialler dialler(config(), challenges);
    std::string body;
    append_u8(body, 'N');
    append_u64(body, flag::ours);
    append_u32(body, 5);
    append_u16(body, 23);
    BOOST_TEST(dialler.take_output() == framed(body + "kith-0123456789abcdef@h"));
    BOOST_TEST(dialler.take_output().empty());
    BOOST_TEST((flag::ours & flag::published) == 0u); // hidden
    BOOST_TEST((flag::ours & flag::mandatory_25) == flag::mandatory_25);
}

BOOST_AUTO_TEST_CASE(it_succeeds_for_any_split_of_the_bytes) {
    const std::string script = good_script() + bytes({0, 0, 0, 0});
    for (std::size_t piece = 1; piece <= script.size(); ++piece) {
        Dialled it;
        std::string written;
        for (std::size_t at = 0; at < script.size(); at += piece) {
            it.dialler.feed(std::string_view(script).substr(at, piece));
            written += it.dialler.take_output();
        }
        BOOST_REQUIRE((it.dialler.state() == State::done));
        const Digest digest = digest_of("secret", their_challenge);
        std::string reply = "r";
        append_u32(reply, our_challenge);
        BOOST_TEST(written == framed(reply + std::string(digest.data(), digest.size())));
        BOOST_TEST(it.dialler.peer().name == "app@h");
        BOOST_TEST(it.dialler.peer().flags == otp_25);
        BOOST_TEST(it.dialler.peer().creation == 1700000000u);
    }
}

BOOST_AUTO_TEST_CASE(bytes_after_the_handshake_are_kept) {
    Dialled it;
    it.dialler.feed(good_script() + bytes({0, 0, 0, 0}));
    BOOST_TEST(it.dialler.rest() == bytes({0, 0, 0, 0}));
}

BOOST_AUTO_TEST_CASE(the_digest_equals_that_of_erlang) {
    // erlang:md5("secret" ++ integer_to_list(4275878552))
    const Digest digest = digest_of("secret", 4275878552);
    BOOST_TEST(equal(digest, bytes({102, 210, 145, 7, 142, 61, 248, 114, 202, 202, 186, 98, 240, 18, 175, 24})));
    BOOST_TEST(!equal(digest, std::string(16, 'x')));
    BOOST_TEST(!equal(digest, std::string(digest.data(), 15)));
}

BOOST_AUTO_TEST_CASE(a_cookie_is_wiped_from_memory) {
    std::string secret = "short";
    wipe(secret);
    secret.resize(5);
    BOOST_TEST(secret == std::string(5, '\0'));
    Cookie first("short");
    const std::string_view place = first.text(); // within the object
    const Cookie second(std::move(first));
    BOOST_TEST(second.text() == "short");
    BOOST_TEST(std::string(place.data(), 5) == std::string(5, '\0'));
}

BOOST_AUTO_TEST_CASE(each_status_has_its_fault) {
    BOOST_TEST((Dialled{}.fault_after(status("nok")) == Fault::nok));
    BOOST_TEST((Dialled{}.fault_after(status("not_allowed")) == Fault::not_allowed));
    BOOST_TEST((Dialled{}.fault_after(status("named:")) == Fault::malformed));
    BOOST_TEST((Dialled{}.fault_after(status("ok_simultaneous")) == Fault::none));
}

BOOST_AUTO_TEST_CASE(an_alive_status_replaces_our_former_connection) {
    Dialled it;
    it.dialler.feed(status("alive"));
    BOOST_TEST(it.dialler.take_output() == framed("strue"));
    it.dialler.feed(challenge("app@h", their_challenge) + acknowledge("secret", our_challenge));
    BOOST_TEST((it.dialler.state() == State::done));
}

BOOST_AUTO_TEST_CASE(another_name_than_the_expected_one_is_refused) {
    BOOST_TEST((Dialled{}.fault_after(status("ok") + challenge("app@other", 1)) == Fault::wrong_name));
    Dialler::Config short_name = config();
    short_name.peer = "app";
    Dialled any_host(short_name);
    BOOST_TEST((any_host.fault_after(status("ok") + challenge("app@other", 1)) == Fault::none));
    BOOST_TEST(any_host.dialler.peer().name == "app@other");
    BOOST_TEST((Dialled(short_name).fault_after(status("ok") + challenge("other@h", 1)) == Fault::wrong_name));
    for (const char *name : {"app", "@h", "app@", "app@h\n", ""})
        BOOST_TEST((Dialled{}.fault_after(status("ok") + challenge(name, 1)) == Fault::malformed));
}

BOOST_AUTO_TEST_CASE(missing_flags_are_named) {
    Dialled it;
    BOOST_TEST((it.fault_after(status("ok") + challenge("app@h", 1, otp_25 & ~flag::spawn)) == Fault::lacks_flags));
    BOOST_TEST(flag::names(it.dialler.missing()) == "SPAWN");
    Dialler::Config demanding = config();
    demanding.needed = flag::unlink_id | flag::v4_nc | flag::map_tag | flag::dist_monitor;
    Dialled other(demanding);
    const auto lacking = otp_25 & ~(flag::unlink_id | flag::v4_nc);
    BOOST_TEST((other.fault_after(status("ok") + challenge("app@h", 1, lacking)) == Fault::lacks_flags));
    BOOST_TEST(flag::names(other.dialler.missing()) == "UNLINK_ID, V4_NC");
    // One bit stands for all that OTP 25 made mandatory.
    demanding.needed = flag::mandatory_25;
    BOOST_TEST(
        (Dialled(demanding).fault_after(status("ok") + challenge("app@h", 1, flag::mandatory_25_digest)) == Fault::none));
    BOOST_TEST(flag::names(std::uint64_t{1} << 50 | 1) == "PUBLISHED, bit 50");
}

// The alert with which OTP's ssl answers a name, and the handshake of a server that sends first.
BOOST_AUTO_TEST_CASE(tls_is_recognised_by_its_first_bytes) {
    for (const std::string &record : {bytes({0x15, 3, 3, 0, 2, 2, 10}), bytes({0x16, 3, 3, 0, 76, 2, 0})}) {
        for (std::size_t first = 1; first < record.size(); ++first) {
            Dialled it;
            it.dialler.feed(record.substr(0, first));
            BOOST_TEST((it.fault_after(record.substr(first)) == Fault::tls));
        }
        BOOST_TEST((Dialled{}.fault_after(status("ok") + record) == Fault::malformed));
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_answer_to_our_challenge_is_a_fault) {
    Dialled it;
    it.dialler.feed(status("ok") + challenge("app@h", their_challenge));
    BOOST_TEST((it.fault_after(acknowledge("wrong", our_challenge)) == Fault::wrong_digest));
    BOOST_TEST((Dialled{}.fault_after(status("ok") + challenge("app@h", 1) + framed("a too short")) == Fault::malformed));
}

// A rogue endpoint makes us dial it twice. In the first handshake it gets our challenge, which it hands back in the second: our answer
// there would be what it owes us here.
BOOST_AUTO_TEST_CASE(the_reflection_attack_fails) {
    Challenges challenges;
    Dialler first(config(), challenges);
    (void)first.take_output();
    first.feed(status("ok") + challenge("app@h", their_challenge));
    const std::string reply = first.take_output();
    const std::uint32_t stolen = read_u32(reply, 3);
    BOOST_TEST(stolen == our_challenge);

    Dialler::Config other = config();
    other.challenge = 0x55667788;
    Dialler second(std::move(other), challenges);
    (void)second.take_output();
    second.feed(status("ok") + challenge("app@h", stolen));
    BOOST_TEST((second.state() == State::failed));
    BOOST_TEST((second.fault() == Fault::reflected));
    BOOST_TEST(second.take_output().empty()); // no digest leaves us

    // Nor within one handshake, should it guess.
    Dialled it;
    BOOST_TEST((it.fault_after(status("ok") + challenge("app@h", our_challenge)) == Fault::reflected));
    BOOST_TEST(it.dialler.take_output().empty());
}

BOOST_AUTO_TEST_CASE(only_the_last_64_challenges_are_remembered_as_ours) {
    Challenges challenges;
    for (std::uint32_t i = 0; i < 64; ++i) challenges.issued(i);
    BOOST_TEST(challenges.ours(0));
    BOOST_TEST(!challenges.ours(64));
    challenges.issued(64);
    BOOST_TEST(!challenges.ours(0));
    BOOST_TEST(challenges.ours(1));
    BOOST_TEST(challenges.ours(64));
}

BOOST_AUTO_TEST_CASE(the_fault_of_a_closed_connection_depends_on_the_step) {
    Dialled name;
    name.dialler.closed();
    BOOST_TEST((name.dialler.fault() == Fault::closed_name));
    Dialled after_status;
    after_status.dialler.feed(status("ok"));
    after_status.dialler.closed();
    BOOST_TEST((after_status.dialler.fault() == Fault::closed_status));
    Dialled cookie;
    cookie.dialler.feed(status("ok") + challenge("app@h", 1));
    cookie.dialler.closed();
    BOOST_TEST((cookie.dialler.fault() == Fault::closed_cookie));
    Dialled done;
    done.dialler.feed(good_script());
    BOOST_TEST((done.dialler.closed() == State::done));
    Dialled unresponsive;
    BOOST_TEST((unresponsive.dialler.expired() == State::failed));
    BOOST_TEST((unresponsive.dialler.fault() == Fault::mute));
}

BOOST_AUTO_TEST_CASE(a_probe_answers_no_challenge) {
    Dialler::Config probe = config();
    probe.stop_at_challenge = true;
    probe.cookie = Cookie();
    Dialled it(probe);
    it.dialler.feed(status("ok") + challenge("app@h", their_challenge));
    BOOST_TEST((it.dialler.state() == State::done));
    BOOST_TEST(it.dialler.take_output().empty());
}

BOOST_AUTO_TEST_CASE(malformed_bytes_end_the_handshake) {
    BOOST_TEST((Dialled{}.fault_after("HTTP/1.1 400 Bad Request\r\n\r\n") == Fault::malformed)); // 'HT' is a frame of 18 KB
    BOOST_TEST((Dialled{}.fault_after(bytes({0, 0})) == Fault::malformed));
    BOOST_TEST((Dialled{}.fault_after(framed("xok")) == Fault::malformed));
    BOOST_TEST((Dialled{}.fault_after(status("ok") + framed("N too short")) == Fault::malformed));
    std::string long_name = challenge("app@h", 1);
    long_name[2 + 18] = 100; // more than the frame holds
    BOOST_TEST((Dialled{}.fault_after(status("ok") + long_name) == Fault::malformed));
    Dialled after;
    after.dialler.feed(status("nok"));
    BOOST_TEST((after.dialler.feed(good_script()) == State::failed)); // stays so
    BOOST_TEST((after.dialler.fault() == Fault::nok));
}

// As a node called x@löcalhost sends its name.
BOOST_AUTO_TEST_CASE(names_are_sent_in_latin1) {
    Dialler::Config with = config();
    with.name = "kith-0123456789abcdef@l\xc3\xb6";
    with.peer = "x@l\xc3\xb6";
    for (const char *sent : {"x@l\xf6", "x@l\xc3\xb6"}) {
        Challenges challenges;
        Dialler dialler(with, challenges);
        BOOST_TEST(dialler.take_output().ends_with(std::string_view("\0\x18kith-0123456789abcdef@l\xf6", 26)));
        dialler.feed(status("ok") + challenge(sent, their_challenge));
        BOOST_TEST((dialler.fault() == Fault::none), sent);
        BOOST_TEST(dialler.peer().name == with.peer);
    }
    Dialled other(with);
    BOOST_TEST((other.fault_after(status("ok") + challenge("x@l\xfc", their_challenge)) == Fault::wrong_name));
    BOOST_TEST(other.dialler.peer().name == "x@l\xc3\xbc"); // for people, in UTF-8
    with.peer = "x";
    Dialled by_part(with);
    BOOST_TEST((by_part.fault_after(status("ok") + challenge("x@l\xf6", their_challenge)) == Fault::none));
    BOOST_TEST(by_part.dialler.peer().name == "x@l\xc3\xb6");
}

BOOST_AUTO_TEST_SUITE_END()
