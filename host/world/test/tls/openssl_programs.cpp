// SPDX-License-Identifier: MIT
//
// kith.tls/1 against `openssl s_client` and `openssl s_server`, over loopback: what another implementation of the peer's role sees.
#include "openssl_program.hpp"
#include "tls_fixture.hpp"

#include <fstream>
#include <iterator>

using namespace kith::test;

namespace {

constexpr std::string_view key_text = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

std::string key_bytes() {
    std::string out;
    for (int i = 0; i < static_cast<int>(KITH_TLS_KEY_SIZE); ++i) out += static_cast<char>(i);
    return out;
}

bool is_whole_session(const std::string &file) {
    std::ifstream in(file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    return text.find("-----END SSL SESSION PARAMETERS-----\n") != std::string::npos;
}

struct WithPrograms : RealWorld {
    WithPrograms() {
        const TlsCertificates &papers = TlsSite<RealWorld>::papers();
        put("ca.pem", papers.ours);
        put("theirs.pem", papers.theirs);
        put("b.pem", papers.good.certificate + papers.good.key);
        put("kith.pem", papers.client.certificate + papers.client.key);
        put("stranger.pem", papers.strange_client.certificate + papers.strange_client.key);
    }
    ~WithPrograms() { tenant.leave_world(); }

    std::uint64_t open(const kith::tls_settings &with) {
        const Completion done = await(tenant, tenant.open(with));
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done.id;
    }
    std::uint64_t server() { return open({.authorities_file = ca, .certificate_file = ours, .flags = KITH_TLS_SERVER}); }
    std::uint64_t with_key(std::uint32_t flags) {
        const std::string key = key_bytes();
        const kith::tls_shared_key one{key, "group"};
        return open({.flags = flags, .shared_keys = {&one, 1}});
    }
    // A client of openssl at our server.
    struct Accepted {
        std::unique_ptr<OpensslProgram> client;
        std::uint64_t stream = 0, op = 0;
        Completion done;
    };
    Accepted accept(std::uint64_t context, std::vector<std::string> arguments) {
        Accepted out;
        arguments.insert(arguments.begin(),
                         {"s_client", "-connect", "127.0.0.1:" + std::to_string(listening.port), "-quiet", "-no_ign_eof"});
        out.client = std::make_unique<OpensslProgram>(arguments);
        out.stream = await(tenant, tenant.accept(listening.id)).id;
        out.op = tenant.secure(context, out.stream, "", 20'000 * ms);
        out.done = await(tenant, out.op);
        BOOST_TEST_MESSAGE("kith: " << out.done.text);
        return out;
    }
    void talk(OpensslProgram &program, std::uint64_t stream) {
        program.write("from openssl\n");
        BOOST_TEST(read_all(tenant, stream, 13) == "from openssl\n");
        BOOST_TEST(await(tenant, tenant.write(stream, "from kith\n")).status == KITH_OK);
        BOOST_TEST(prints(program, "from kith"));
    }
    bool prints(OpensslProgram &program, std::string_view part) {
        for (int i = 0; i < 500 && !program.has_printed(part); ++i) settle();
        if (!program.has_printed(part)) BOOST_TEST_MESSAGE("openssl: " << program.output());
        return program.has_printed(part);
    }
    // A server of openssl, which our stream leads to. It prints ACCEPT when it listens.
    std::unique_ptr<OpensslProgram> serve(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"s_server", "-accept", "127.0.0.1:0", "-no_ign_eof"});
        auto program = std::make_unique<OpensslProgram>(arguments);
        for (int i = 0; i < 10'000 && !program->has_printed("ACCEPT 127.0.0.1:"); ++i) ::usleep(1000);
        const std::string &text = program->output();
        const auto at = text.find("ACCEPT 127.0.0.1:");
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, text);
        served = static_cast<std::uint16_t>(std::stoul(text.substr(at + 17)));
        return program;
    }
    std::uint64_t stream() { return await(tenant, tenant.connect("127.0.0.1", served)).id; }
    Completion secure(std::uint64_t context, std::uint64_t over) {
        Completion done = await(tenant, tenant.secure(context, over, "b.example", 20'000 * ms));
        BOOST_TEST_MESSAGE("kith: " << done.text);
        return done;
    }

    TlsTenant tenant{world(), "tls"};
    std::string ca = path("ca.pem"), theirs = path("theirs.pem"), ours = path("b.pem"), kith = path("kith.pem"),
                stranger = path("stranger.pem");
    Completion listening = await(tenant, tenant.listen("127.0.0.1", 0));
    std::uint16_t served = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(openssl_programs, WithPrograms)

BOOST_AUTO_TEST_CASE(a_client_with_a_certificate) {
    auto met = accept(server(), {"-cert", kith, "-CAfile", ca, "-verify_return_error", "-verify_hostname", "b.example"});
    BOOST_REQUIRE_MESSAGE(met.done.status == KITH_OK, met.client->output());
    BOOST_TEST(tenant.peers.at(met.op).chain.at(0).subject == "CN=kith");
    BOOST_TEST((tenant.peers.at(met.op).version == KITH_TLS_1_3));
    talk(*met.client, met.stream);
    BOOST_TEST(tenant.shutdown(met.stream) == KITH_OK);
}

BOOST_AUTO_TEST_CASE(clients_that_are_refused_are_told_why) {
    const auto context = server();
    auto none = accept(context, {"-CAfile", ca});
    BOOST_TEST(none.done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(prints(*none.client, "certificate required"));
    auto strange = accept(context, {"-cert", stranger, "-CAfile", ca});
    BOOST_TEST(strange.done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(prints(*strange.client, "unknown ca"));
    auto mistrusts = accept(context, {"-cert", kith, "-CAfile", theirs, "-verify_return_error"});
    BOOST_TEST(mistrusts.done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(mistrusts.done, "the other side does not accept our certificate"));
}

BOOST_AUTO_TEST_CASE(a_client_gets_no_session_to_resume) {
    const std::string session = path("session.pem");
    for (const char *version : {"-tls1_3", "-tls1_2"}) {
        auto met = accept(server(), {"-cert", kith, "-CAfile", ca, version, "-sess_out", session});
        BOOST_REQUIRE(met.done.status == KITH_OK);
        talk(*met.client, met.stream);
    }
    const auto keys = with_key(KITH_TLS_SERVER);
    auto met = accept(keys, {"-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-psk", std::string(key_text),
                             "-psk_identity", "group", "-sess_out", path("psk_session.pem")});
    BOOST_REQUIRE_MESSAGE(met.done.status == KITH_OK, met.client->output());
    talk(*met.client, met.stream);
    BOOST_TEST(!std::filesystem::exists(path("psk_session.pem")));
}

// A ticket of another server is offered as if it was a key (openssl issue 7433).
BOOST_AUTO_TEST_CASE(a_ticket_of_another_server_is_no_key_and_no_fault) {
    const std::string session = path("ticket.pem");
    auto other = serve({"-cert", ours, "-tls1_3", "-num_tickets", "1"}); // the client writes the file anew for each
    {
        OpensslProgram client(
            {"s_client", "-connect", "127.0.0.1:" + std::to_string(served), "-tls1_3", "-sess_out", session, "-ign_eof"});
        for (int i = 0; i < 10'000 && !is_whole_session(session); ++i) ::usleep(1000);
    }
    BOOST_REQUIRE(is_whole_session(session));
    auto met = accept(server(), {"-tls1_3", "-sess_in", session, "-cert", kith, "-CAfile", ca});
    BOOST_REQUIRE_MESSAGE(met.done.status == KITH_OK, met.client->output());
    BOOST_TEST(tenant.peers.at(met.op).chain.at(0).subject == "CN=kith");
    talk(*met.client, met.stream);
    auto keyed = accept(with_key(KITH_TLS_SERVER), {"-tls1_3", "-sess_in", session});
    BOOST_TEST(keyed.done.status == KITH_UNAUTHORIZED);
}

BOOST_AUTO_TEST_CASE(a_client_with_a_shared_key) {
    const auto context = with_key(KITH_TLS_SERVER);
    const std::vector<std::string> good = {"-tls1_3", "-psk", std::string(key_text), "-psk_identity", "group"};
    auto suites = good;
    suites.insert(suites.end(), {"-ciphersuites", "TLS_AES_128_GCM_SHA256"});
    auto met = accept(context, suites);
    BOOST_REQUIRE_MESSAGE(met.done.status == KITH_OK, met.client->output());
    BOOST_TEST(tenant.peers.at(met.op).shared_key.value() == 0u);
    BOOST_TEST(tenant.peers.at(met.op).cipher == "TLS_AES_128_GCM_SHA256");
    talk(*met.client, met.stream);
    // Without a fresh key there is no forward secrecy.
    auto no_dhe = suites;
    no_dhe.emplace_back("-allow_no_dhe_kex");
    auto both = accept(context, no_dhe);
    BOOST_TEST(both.done.status == KITH_OK, "it offers both, and we choose (EC)DHE");
    auto wrong = suites;
    wrong[2] = std::string(64, 'a');
    BOOST_TEST(accept(context, wrong).done.status == KITH_UNAUTHORIZED);
    auto unknown = suites;
    unknown[4] = "others";
    auto refused = accept(context, unknown);
    BOOST_TEST(refused.done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(refused.done, "`others`"));
    BOOST_TEST(accept(context, {"-tls1_3"}).done.status == KITH_UNAUTHORIZED);
    const auto old = accept(context, {"-tls1_2", "-psk", std::string(key_text), "-psk_identity", "group"});
    BOOST_TEST(old.done.status == KITH_PROTOCOL);
}

BOOST_AUTO_TEST_CASE(a_server_with_certificates) {
    auto program = serve({"-cert", ours, "-CAfile", ca, "-Verify", "1", "-verify_return_error"});
    const auto context = open({.authorities_file = ca, .certificate_file = kith});
    const auto over = stream();
    BOOST_REQUIRE_MESSAGE(secure(context, over).status == KITH_OK, program->output());
    talk(*program, over);
    tenant.close(over);
    const auto mistrusting = open({.authorities_file = theirs, .certificate_file = kith});
    const Completion done = secure(mistrusting, stream());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "trust"));
}

BOOST_AUTO_TEST_CASE(a_server_with_a_shared_key) {
    const auto context = with_key(0);
    {
        auto program = serve({"-nocert", "-tls1_3", "-psk", std::string(key_text), "-psk_identity", "group"});
        const auto over = stream();
        const auto op = tenant.secure(context, over, "", 20'000 * ms);
        const Completion done = await(tenant, op);
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text << program->output());
        BOOST_TEST(tenant.peers.at(op).cipher == "TLS_AES_128_GCM_SHA256");
        BOOST_TEST(tenant.peers.at(op).verified);
        talk(*program, over);
        tenant.close(over);
    }
    auto wrong = serve({"-nocert", "-tls1_3", "-psk", std::string(64, 'a'), "-psk_identity", "group"});
    Completion done = secure(context, stream());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    BOOST_TEST(says(done, "the other side does not accept our shared key `group`"));
    // A server that has a certificate too falls back to it.
    auto certified = serve({"-cert", ours, "-tls1_3", "-psk", std::string(key_text), "-psk_identity", "others"});
    done = secure(context, stream());
    BOOST_TEST(done.status == KITH_UNAUTHORIZED);
    auto old = serve({"-nocert", "-tls1_2", "-psk", std::string(key_text)});
    done = secure(context, stream());
    BOOST_TEST(done.status == KITH_PROTOCOL);
    BOOST_TEST(says(done, "protocol version"));
}

BOOST_AUTO_TEST_SUITE_END()
