// SPDX-License-Identifier: MIT
#include <kith/testkit/scripted_server.hpp>

#include "fifo.hpp"
#include "tcp_stack.hpp"
#include "tls_frames.hpp"

#include <kith/hosting/status.hpp>
#include <kith/service/tls.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace kith::testkit {

namespace {

std::string printable(std::string_view bytes) {
    std::string out;
    for (const char c : bytes.substr(0, 48)) {
        constexpr char digits[] = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '\\') {
            out += c;
        } else {
            out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return "\"" + out + (bytes.size() > 48 ? "\"..." : "\"");
}

} // namespace

class Conversation::Body {
  public:
    Body(ScriptedServer::Body &home, Stream &made, std::size_t n) : peer(home), number(n), face(*this), stream(&made) {}

    void pump();
    bool shake();
    void refuse(int alert);
    void flush();
    void step();
    void over() { stream = nullptr; }

    ScriptedServer::Body &peer;
    std::size_t number;
    Conversation face;
    Stream *stream; // null: ended
    std::string all;
    Fifo out;
    std::size_t taken = 0;
    bool reading = true, finishing = false, closing = false, end_reported = false, ended = false, waiting = false;
    std::int32_t broken = KITH_OK;
    Handler bytes, end;
    Script script;
    std::size_t at = 0;
    std::optional<TlsServer> tls; // set until the handshake is done
    bool greeted = false;         // the client's hello was received
    std::string certificate, server_name;
    Fifo held; // bytes to send after the handshake
};

class ScriptedServer::Body final : public SocketOwner {
  public:
    Body(SimulatedMachine &of, std::uint16_t port, std::string_view address, std::size_t backlog) : machine(of), net(of.net()) {
        const auto where = Address::parse(address);
        if (!address.empty() && !where) throw std::runtime_error("peer: no numeric address: " + std::string(address));
        const auto status = net.tcp().listen(machine, where.value_or(Address{}), port, backlog, *this, 0, listener);
        if (status != KITH_OK) {
            throw std::runtime_error("peer: listen on port " + std::to_string(port) + " of " + machine.name() + ": " +
                                     std::string(status_sentence(status)));
        }
    }

    void take_all() {
        while (accepting && listener != nullptr && !listener->pending.empty()) {
            Stream *stream = net.tcp().accept(*listener, *this, conversations.size());
            Conversation::Body &made =
                *conversations.emplace_back(std::make_unique<Conversation::Body>(*this, *stream, conversations.size() + 1));
            ++accepted;
            made.tls = tls;
            if (accept_handler) {
                accept_handler(made.face);
            } else if (!scripts.empty()) {
                made.script = *scripts[std::min(accepted, scripts.size()) - 1];
            }
            made.pump();
        }
    }

    void on_incoming(Listener &, std::uint64_t) override { take_all(); }
    void on_stream(Stream &, std::uint64_t token) override { conversations[token]->pump(); }
    void on_dialled(std::int32_t status, Stream *stream, std::uint64_t token) override {
        const auto handler = std::exchange(dials[token], nullptr);
        if (status != KITH_OK) {
            failures.push_back("dial: " + std::string(status_sentence(status)));
            return;
        }
        stream->token = conversations.size();
        Conversation::Body &made =
            *conversations.emplace_back(std::make_unique<Conversation::Body>(*this, *stream, conversations.size() + 1));
        handler(made.face);
        made.pump();
    }

    SimulatedMachine &machine;
    SimNet &net;
    Listener *listener = nullptr;
    bool accepting = true;
    std::size_t accepted = 0;
    std::vector<std::unique_ptr<Conversation::Body>> conversations;
    std::vector<std::unique_ptr<Script>> scripts;
    std::vector<Conversation::Handler> dials;
    std::vector<std::uint64_t> dialling;
    Conversation::Handler accept_handler;
    std::optional<TlsServer> tls;
    std::vector<std::string> failures;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true); // checked by deferred functions
};

// Handles a change of the stream: reads, calls the handlers and the script, and sends waiting bytes.
void Conversation::Body::pump() {
    if (stream != nullptr && reading) {
        const bool news = stream->available() != 0;
        if (news) all += peer.net.tcp().read(*stream, stream->available());
        if (tls) {
            if (shake() && !all.empty() && bytes) bytes(face);
        } else if (news && bytes) {
            bytes(face);
        }
    }
    if (stream != nullptr && reading && stream->ended) ended = true;
    if (stream != nullptr && stream->broken != KITH_OK) {
        broken = stream->broken;
        ended = true;
    }
    step();
    if (ended && !end_reported) {
        end_reported = true;
        if (end) end(face);
    }
    flush();
}

// Returns true when the handshake is completed by this call; then bytes after it may have been received.
bool Conversation::Body::shake() {
    while (tls) {
        const TlsFront front = front_of(all);
        switch (front.state) {
        case TlsFront::State::more: return false;
        case TlsFront::State::alert: face.close(); return false;
        case TlsFront::State::no_tls: refuse(tls_unexpected_message); return false;
        case TlsFront::State::record: break;
        }
        const auto &words = front.record.words;
        all.erase(0, front.size);
        if (greeted && front.record.kind == TlsRecord::finished) {
            tls.reset();
            out += held.view();
            held.clear();
            return true;
        }
        if (greeted || front.record.kind != TlsRecord::hello || words.size() != 6) {
            refuse(tls_unexpected_message);
            return false;
        }
        greeted = true;
        server_name = words[0];
        certificate = words[3];
        const std::uint32_t newest = tls_number(words[2]);
        const std::uint32_t version = tls->version == 0 ? newest : tls->version;
        const auto theirs = papers_in(certificate), clients = papers_in(tls->clients);
        int alert = 0;
        if (version < tls_number(words[1]) || version > newest) alert = tls_protocol_version;
        if (!clients.empty() && theirs.empty()) alert = tls_certificate_required;
        if (!clients.empty() && !theirs.empty() && !is_trusted(theirs.front(), clients)) alert = tls_unknown_authority;
        if (!clients.empty() && !theirs.empty() && theirs.front().expired) alert = tls_expired;
        if (alert != 0) {
            refuse(alert);
            return false;
        }
        out += packed({TlsRecord::hello, {std::to_string(version), tls->identity.certificate, ""}});
    }
    return false;
}

void Conversation::Body::refuse(int alert) {
    held.clear();
    out += tls_alert(alert);
    face.close();
}

void Conversation::Body::flush() {
    if (stream == nullptr) return;
    if (!out.empty()) out.drop(peer.net.tcp().write(*stream, out.view()));
    if (stream->broken != KITH_OK) out.clear();
    if (!out.empty()) return;
    if (finishing) peer.net.tcp().finish(*stream);
    if (!closing) return;
    Stream &last = *stream;
    over();
    peer.net.tcp().close(last);
}

void Conversation::Body::step() {
    if (tls) return;
    while (stream != nullptr && !waiting && at < script.steps_.size()) {
        const Script::Step &now = script.steps_[at];
        const std::string_view have = face.received();
        switch (now.kind) {
        case Script::Step::Kind::bytes: {
            const auto common = std::min(have.size(), now.data.size());
            const bool wrong = have.substr(0, common) != std::string_view(now.data).substr(0, common);
            if (!wrong && common < now.data.size() && !ended) return;
            if (wrong || common < now.data.size()) {
                peer.failures.push_back("connection " + std::to_string(number) + ", step " + std::to_string(at + 1) +
                                        ": expected " + printable(now.data) + ", got " + printable(have));
                at = script.steps_.size();
                return face.reset();
            }
            face.take(common);
            break;
        }
        case Script::Step::Kind::size:
            if (have.size() < now.count) {
                if (!ended) return;
                peer.failures.push_back("connection " + std::to_string(number) + ", step " + std::to_string(at + 1) +
                                        ": expected " + std::to_string(now.count) + " bytes, got " +
                                        std::to_string(have.size()) + " and the end");
                at = script.steps_.size();
                return;
            }
            face.take(now.count);
            break;
        case Script::Step::Kind::end:
            if (!ended) return;
            break;
        case Script::Step::Kind::send: face.send(now.data); break;
        case Script::Step::Kind::wait: {
            waiting = true;
            ++at;
            return face.after(now.span, [this](Conversation &) {
                waiting = false;
                pump();
            });
        }
        case Script::Step::Kind::call: now.handler(face); break;
        }
        ++at;
    }
}

// ---- conversation ----

std::string_view Conversation::received() const noexcept { return std::string_view(body_.all).substr(body_.taken); }

std::string Conversation::take(std::size_t count) {
    std::string out(received().substr(0, count));
    body_.taken += out.size();
    return out;
}

void Conversation::send(std::string_view bytes) {
    if (body_.stream == nullptr) return;
    (body_.tls ? body_.held : body_.out) += bytes;
    body_.flush();
}

std::size_t Conversation::waiting() const noexcept { return body_.out.size(); }

void Conversation::finish() {
    body_.finishing = true;
    body_.flush();
}

void Conversation::close() {
    body_.closing = true;
    body_.flush();
}

void Conversation::reset() {
    if (Stream *stream = std::exchange(body_.stream, nullptr)) body_.peer.net.tcp().reset(*stream);
}

void Conversation::vanish() {
    if (Stream *stream = std::exchange(body_.stream, nullptr)) body_.peer.net.tcp().vanish(*stream);
}

void Conversation::stop_reading() { body_.reading = false; }
void Conversation::on_bytes(Handler handler) { body_.bytes = std::move(handler); }
void Conversation::on_end(Handler handler) { body_.end = std::move(handler); }

void Conversation::after(Duration delay, Handler handler) {
    body_.peer.net.in(delay, [alive = std::weak_ptr<bool>(body_.peer.alive), body = &body_, handler = std::move(handler)] {
        if (!alive.expired() && body->stream != nullptr) handler(body->face);
    });
}

bool Conversation::ended() const noexcept { return body_.ended; }
std::int32_t Conversation::broken() const noexcept { return body_.broken; }
bool Conversation::over() const noexcept { return body_.stream == nullptr; }
std::size_t Conversation::number() const noexcept { return body_.number; }
const std::string &Conversation::all() const noexcept { return body_.all; }
const std::string &Conversation::certificate() const noexcept { return body_.certificate; }
const std::string &Conversation::server_name() const noexcept { return body_.server_name; }

// ---- script ----

Script &Script::add(Step step) {
    steps_.push_back(std::move(step));
    return *this;
}
Script &Script::expect(std::string_view bytes) { return add({Step::Kind::bytes, std::string(bytes), 0, {}, {}}); }
Script &Script::expect_size(std::size_t count) { return add({Step::Kind::size, {}, count, {}, {}}); }
Script &Script::expect_end() { return add({Step::Kind::end, {}, 0, {}, {}}); }
Script &Script::send(std::string_view bytes) { return add({Step::Kind::send, std::string(bytes), 0, {}, {}}); }
Script &Script::wait(SimNet::Duration span) { return add({Step::Kind::wait, {}, 0, span, {}}); }
Script &Script::then(Conversation::Handler what) { return add({Step::Kind::call, {}, 0, {}, std::move(what)}); }
Script &Script::finish() {
    return then([](Conversation &c) { c.finish(); });
}
Script &Script::close() {
    return then([](Conversation &c) { c.close(); });
}
Script &Script::reset() {
    return then([](Conversation &c) { c.reset(); });
}
Script &Script::vanish() {
    return then([](Conversation &c) { c.vanish(); });
}
Script &Script::stop_reading() {
    return then([](Conversation &c) { c.stop_reading(); });
}

// ---- server ----

ScriptedServer::ScriptedServer(SimulatedMachine &machine, std::uint16_t port, std::string_view address, std::size_t backlog)
    : body_(std::make_unique<Body>(machine, port, address, backlog)) {}

ScriptedServer::~ScriptedServer() {
    stop_listening();
    for (const auto number : body_->dialling) body_->net.tcp().hang_up(number);
    for (const auto &conversation : body_->conversations) conversation->face.reset();
}

std::uint16_t ScriptedServer::port() const noexcept { return body_->listener == nullptr ? 0 : body_->listener->local.port; }

Script &ScriptedServer::script() { return *body_->scripts.emplace_back(std::make_unique<Script>()); }

void ScriptedServer::on_accept(Conversation::Handler handler) { body_->accept_handler = std::move(handler); }

void ScriptedServer::secure(TlsServer how) { body_->tls = std::move(how); }

void ScriptedServer::speak_plainly() { body_->tls.reset(); }

void ScriptedServer::accept(bool on) {
    body_->accepting = on;
    body_->take_all();
}

void ScriptedServer::stop_listening() {
    if (Listener *listener = std::exchange(body_->listener, nullptr)) body_->net.tcp().close(*listener);
}

void ScriptedServer::dial(std::string_view address, std::uint16_t port, Conversation::Handler connected) {
    const auto where = Address::parse(address);
    if (!where) throw std::runtime_error("peer: no numeric address: " + std::string(address));
    body_->dials.push_back(std::move(connected));
    body_->dialling.push_back(body_->net.tcp().dial(body_->machine, *where, port, *body_, body_->dials.size() - 1));
}

std::size_t ScriptedServer::accepted() const noexcept { return body_->accepted; }

std::size_t ScriptedServer::open() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(body_->conversations, [](const auto &each) { return !each->face.over(); }));
}

Conversation &ScriptedServer::conversation(std::size_t number) { return body_->conversations.at(number - 1)->face; }

const std::vector<std::string> &ScriptedServer::failures() const noexcept { return body_->failures; }

} // namespace kith::testkit
