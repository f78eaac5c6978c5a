// SPDX-License-Identifier: MIT
//
// Messages of 100 bytes over one TLS link between two members, and over a bare TLS stream with the same batches, both ends in one thread: what
// a message costs in CPU. One batch is what one turn of a loop brings: the same number of messages on both sides, which are written at once and
// read at once. The bare stream frames each message and the reader looks at each; it has no names, numbers, queues and receipts.
#include "member.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

using namespace kith::mesh;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t count = 400'000, in_turn = 256, batch = 65536, runs = 5;
const std::string key(32, 'k'), text(100, 'x');

[[noreturn]] void fail(const char *what) {
    std::fprintf(stderr, "bench_mesh_messages: %s\n", what);
    std::exit(1);
}

SSL_SESSION *session_of(SSL *ssl) {
    SSL_SESSION *out = SSL_SESSION_new();
    const unsigned char id[] = {0x13, 0x01}; // TLS_AES_128_GCM_SHA256
    if (SSL_SESSION_set1_master_key(out, reinterpret_cast<const unsigned char *>(key.data()), key.size()) != 1 ||
        SSL_SESSION_set_cipher(out, SSL_CIPHER_find(ssl, id)) != 1 ||
        SSL_SESSION_set_protocol_version(out, TLS1_3_VERSION) != 1)
        fail("no session");
    return out;
}
int offer(SSL *ssl, const EVP_MD *, const unsigned char **id, std::size_t *size, SSL_SESSION **out) {
    *id = reinterpret_cast<const unsigned char *>("k");
    *size = 1;
    *out = session_of(ssl);
    return 1;
}
int find(SSL *ssl, const unsigned char *, std::size_t, SSL_SESSION **out) {
    *out = session_of(ssl);
    return 1;
}

/// Both ends of a TLS connection, in memory.
class Tls {
  public:
    Tls() {
        for (int i = 0; i < 2; ++i) {
            contexts_[i] = SSL_CTX_new(i == 0 ? TLS_client_method() : TLS_server_method());
            SSL_CTX_set_min_proto_version(contexts_[i], TLS1_3_VERSION);
            SSL_CTX_set_ciphersuites(contexts_[i], "TLS_AES_128_GCM_SHA256");
            SSL_CTX_set_num_tickets(contexts_[i], 0);
            SSL_CTX_set_psk_use_session_callback(contexts_[i], offer);
            SSL_CTX_set_psk_find_session_callback(contexts_[i], find);
            ends_[i] = SSL_new(contexts_[i]);
        }
        BIO *one = nullptr, *other = nullptr;
        BIO_new_bio_pair(&one, 4 * batch, &other, 4 * batch);
        SSL_set_bio(ends_[0], one, one);
        SSL_set_bio(ends_[1], other, other);
        SSL_set_connect_state(ends_[0]);
        SSL_set_accept_state(ends_[1]);
        for (int i = 0; i < 10; ++i) SSL_do_handshake(ends_[i % 2]);
        if (SSL_is_init_finished(ends_[0]) == 0 || SSL_is_init_finished(ends_[1]) == 0) fail("no handshake");
    }
    Tls(const Tls &) = delete;
    Tls &operator=(const Tls &) = delete;
    ~Tls() {
        for (int i = 0; i < 2; ++i) {
            SSL_free(ends_[i]);
            SSL_CTX_free(contexts_[i]);
        }
    }

    /// Through the connection, from that end to the other; valid until the next call.
    std::string_view pass(int from, std::string_view bytes) {
        std::size_t done = 0;
        arrived_.resize(bytes.size());
        if (!bytes.empty() && SSL_write_ex(ends_[from], bytes.data(), bytes.size(), &done) != 1) fail("it was not written");
        for (std::size_t at = 0; at < bytes.size(); at += done) {
            if (SSL_read_ex(ends_[1 - from], arrived_.data() + at, bytes.size() - at, &done) != 1) fail("it was not read");
        }
        return arrived_;
    }

  private:
    SSL_CTX *contexts_[2]{};
    SSL *ends_[2]{};
    std::string arrived_;
};

struct Two {
    Two() {
        for (int i = 0; i < 2; ++i) {
            MemberSettings settings;
            settings.name = i == 0 ? "b@10.0.0.2" : "a@10.0.0.1";
            settings.cluster = "bench";
            settings.run = {1, static_cast<std::uint64_t>(i) + 1};
            settings.listening = {{}, 1};
            members[i] = std::make_unique<Member>(names, settings, now);
        }
        members[0]->want("a@10.0.0.1", {"10.0.0.1", 1}, now);
        for (int i = 0; i < 100 && !(members[0]->is_up("a@10.0.0.1") && members[1]->is_up("b@10.0.0.2")); ++i) {
            now += 10ms;
            for (auto &each : members) each->advance(now);
            pump();
        }
        if (!members[0]->is_up("a@10.0.0.1")) fail("the members are not linked");
    }
    /// What each has for the other, until neither has anything.
    void pump() {
        for (bool more = true; more;) {
            more = false;
            for (int i = 0; i < 2; ++i) {
                for (const Action &action : members[i]->take_actions()) {
                    if (action.kind == Action::Kind::dial) {
                        links[1] = *members[1]->accepted({}, now);
                        members[0]->connected(links[0] = action.link, {}, now);
                        more = true;
                    }
                    for (const auto &each : action.places) arrived += action.text_of(each).size() == text.size() ? 1U : 0U;
                    if (action.text.empty()) receipts += action.tickets.size();
                }
                if (links[i] == 0) continue;
                const std::string out = members[i]->take_output(links[i], batch);
                if (out.empty()) continue;
                members[1 - i]->received(links[1 - i], tls.pass(i, out), now);
                more = true;
            }
        }
    }

    NameTable names{8};
    Time now = 1s;
    std::unique_ptr<Member> members[2];
    LinkId links[2]{};
    Tls tls;
    std::size_t arrived = 0, receipts = 0;
};

/// For each second of CPU, since others use the machine as well.
template <class Work>
double per_second(const Work &work) {
    const std::clock_t begun = std::clock();
    work();
    return static_cast<double>(count) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - begun);
}

double bare() {
    Tls tls;
    std::size_t seen = 0;
    return per_second([&] {
        std::string out;
        for (std::size_t sent = 0; sent < count;) {
            out.clear();
            for (std::size_t i = 0; i < in_turn && sent < count; ++i, ++sent) append_frame(out, FrameKind::message, text);
            FrameReader frames;
            frames.append(tls.pass(0, out));
            while (const auto frame = frames.next()) seen += frame->body.size() == text.size() ? 1U : 0U;
        }
        if (seen != count) fail("the bare stream has lost some");
    });
}

double mesh() {
    Two two;
    return per_second([&] {
        for (std::uint64_t i = 1; i <= count;) {
            if (two.members[0]->send("a@10.0.0.1", "channel", text, i, two.now) == Messages::Sent::begun) {
                ++i;
                if (i % in_turn != 0) continue;
            }
            two.pump();
        }
        two.pump();
        if (two.arrived != count || two.receipts != count) fail("messages are missing");
    });
}

} // namespace

int main() {
    // In turns, so that a change of the machine's speed meets both.
    std::array<double, runs> rates{}, shares{};
    for (std::size_t i = 0; i < runs; ++i) {
        const double of_bare = bare();
        rates[i] = mesh();
        shares[i] = rates[i] / of_bare;
    }
    std::ranges::sort(rates);
    std::ranges::sort(shares);
    std::printf("mesh: messages of 100 bytes with receipts over one TLS link\t%.0f\t/s of CPU\t%zu\t>= 400000\t\n",
                rates[runs / 2], count);
    std::printf("mesh: of a bare TLS stream, both ends in one thread\t%.3f\t\t%zu\t>= 0.6\t\n", shares[runs / 2], count);
    return 0;
}
