// SPDX-License-Identifier: MIT
#include "simulated_tls.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

std::string identity_of(const TlsSharedKey &key) { return key.identity.empty() ? simulated_identity(key.key) : key.identity; }

constexpr const char *same_key = "; give both sides the same key";

} // namespace

SimulatedTls::Papers SimulatedTls::read(const TlsContextSettings &settings) const {
    Papers out;
    const auto fail = [&out](std::int32_t status, std::string text) {
        if (out.status != KITH_OK) return;
        out.status = status;
        out.text = std::move(text);
    };
    const auto contents = [&](const std::string &path) {
        std::string bytes;
        if (path.empty()) return bytes;
        const std::int32_t status = on_.read_file(path, KITH_TLS_MAX_FILE, bytes);
        if (status != KITH_OK) fail(status, path + ": " + std::string(status_sentence(status)));
        return bytes;
    };
    out.authorities = papers_in(contents(settings.authorities_file));
    if (!settings.authorities_file.empty() && out.authorities.empty())
        fail(KITH_INVALID, settings.authorities_file + ": expected certificates in PEM (-----BEGIN CERTIFICATE-----)");
    if (settings.certificate_file.empty()) return out;
    out.certificate = contents(settings.certificate_file);
    out.own = papers_in(out.certificate);
    if (out.own.empty()) {
        fail(KITH_INVALID,
             settings.certificate_file + ": expected ours in PEM (-----BEGIN CERTIFICATE-----), and the chain above it");
        return out;
    }
    const std::string key = key_in(contents(settings.key_file));
    if (key.empty()) fail(KITH_INVALID, settings.key_file + ": expected a private key in PEM, not encrypted");
    if (key != out.own.front().serial)
        fail(KITH_INVALID, settings.key_file + " is not the one of " + settings.certificate_file);
    return out;
}

bool SimulatedTls::full(const TenantResources &resources) const noexcept {
    return std::count_if(contexts_.begin(), contexts_.end(),
                         [&](const auto &one) { return one.second.resources == &resources; }) >= KITH_TLS_MAX_CONTEXTS;
}

std::uint64_t SimulatedTls::add(TenantResources &resources, TlsContextSettings settings) {
    const std::uint64_t id = on_.make_id(SimulatedMachine::Body::slot_mask, true);
    contexts_.emplace(id, Context{&resources, std::move(settings)});
    return id;
}

const TlsContextSettings *SimulatedTls::find(const TenantResources &resources, std::uint64_t id) const noexcept {
    const auto found = contexts_.find(id);
    return found == contexts_.end() || found->second.resources != &resources ? nullptr : &found->second.settings;
}

void SimulatedTls::close(const TenantResources &resources) {
    std::erase_if(contexts_, [&](const auto &one) { return one.second.resources == &resources; });
}

void SimulatedTls::begin(Op &op, const TlsContextSettings &settings, std::string_view server_name) {
    Shake &shake = shakes_[op.id];
    shake.settings = settings;
    shake.papers = read(settings); // read for each handshake, because the files may change
    if (shake.papers.status != KITH_OK) return refuse(op, shake.papers.status, shake.papers.text);
    if (settings.server) return; // the client begins
    const std::string name(Address::parse(server_name) ? std::string_view{} : server_name);
    std::string identity, key;
    if (!settings.shared_keys.empty()) {
        identity = identity_of(settings.shared_keys.front());
        key = settings.shared_keys.front().key;
    }
    // It is small, so an idle stream accepts all of it.
    on_.net.tcp().write(*on_.socket(*op.resources, op.socket)->stream,
                        packed({TlsRecord::hello,
                                {name, std::to_string(settings.min_version),
                                 std::to_string(settings.max_version == 0 ? KITH_TLS_1_3 : settings.max_version),
                                 shake.papers.certificate, identity, key}}));
}

void SimulatedTls::refuse(Op &op, std::int32_t status, std::string text) {
    if (op.ready) return;
    op.name = std::move(text);
    on_.ready(op, status);
}

void SimulatedTls::reject(Socket &socket, Op &op, int alert, std::int32_t status, std::string text) {
    on_.net.tcp().write(*socket.stream, tls_alert(alert));
    refuse(op, status, std::move(text));
}

SimulatedTls::Shake SimulatedTls::take(std::uint64_t op) {
    const auto found = shakes_.extract(op);
    return found ? std::move(found.mapped()) : Shake{};
}

void SimulatedTls::pump(Socket &socket, Op &op) {
    const auto found = shakes_.find(op.id);
    if (op.ready || found == shakes_.end()) return;
    Shake &shake = found->second;
    Stream &stream = *socket.stream;
    // Takes only the record: the bytes after it belong to the next reader.
    for (;;) {
        const TlsFront front = front_of(shake.in);
        switch (front.state) {
        case TlsFront::State::record:
            shake.in.clear();
            if (!shake.settings.server) return answered(socket, op, shake, front.record);
            asked(socket, op, shake, front.record);
            if (op.ready) return;
            continue;
        case TlsFront::State::no_tls:
            if (shake.settings.server) on_.net.tcp().write(stream, tls_alert(tls_unexpected_message));
            return refuse(op, KITH_PROTOCOL, "the other side does not speak TLS there");
        case TlsFront::State::alert: return alerted(op, shake, front.alert);
        case TlsFront::State::more: break;
        }
        if (stream.available() == 0) break;
        shake.in += on_.net.tcp().read(stream, 1);
    }
    if (stream.broken != KITH_OK) return refuse(op, KITH_RESET, "the connection broke in the TLS handshake");
    if (stream.ended) refuse(op, KITH_RESET, "it ended the connection in the TLS handshake");
}

void SimulatedTls::alerted(Op &op, const Shake &shake, int alert) {
    const std::string text(tls_alert_text(alert));
    if (alert == tls_certificate_required) {
        return refuse(op, KITH_UNAUTHORIZED,
                      "the other side requires a client certificate (" + text + "); configure one and its key");
    }
    if (alert == tls_unknown_authority || alert == tls_expired)
        return refuse(op, KITH_UNAUTHORIZED, "the other side does not accept our certificate (" + text + ")");
    if (!shake.settings.shared_keys.empty() && (alert == tls_handshake_failure || alert == tls_illegal_parameter)) {
        return refuse(op, KITH_UNAUTHORIZED,
                      "the other side does not accept our shared key `" + identity_of(shake.settings.shared_keys.front()) +
                          "` (" + text + ")" + same_key);
    }
    refuse(op, KITH_PROTOCOL, "the other side ended TLS by an alert: " + text);
}

bool SimulatedTls::accepts_chain(Socket &socket, Op &op, const Shake &shake) {
    const TlsPaper &first = shake.chain.front();
    const std::string what = "the certificate " + first.subject() + " of the other side";
    if (!is_trusted(first, shake.papers.authorities)) {
        reject(socket, op, tls_unknown_authority, KITH_UNAUTHORIZED,
               what + ", issued by CN=" + first.issuer +
                   ", is signed by an authority that is not trusted; configure the authority that signed it");
        return false;
    }
    if (!first.expired) return true;
    reject(socket, op, tls_expired, KITH_UNAUTHORIZED, what + " has expired; have it renewed, or look at this machine's clock");
    return false;
}

// The client, when the server has answered.
void SimulatedTls::answered(Socket &socket, Op &op, Shake &shake, const TlsRecord &record) {
    if (record.kind != TlsRecord::hello || record.words.size() != 3)
        return refuse(op, KITH_PROTOCOL, "the other side does not speak TLS there");
    shake.version = tls_number(record.words[0]);
    shake.chain = papers_in(record.words[1]);
    if (!shake.settings.shared_keys.empty()) {
        const std::string identity = identity_of(shake.settings.shared_keys.front());
        if (record.words[2] != identity) {
            return reject(socket, op, tls_unknown_authority, KITH_UNAUTHORIZED,
                          "the other side presents a certificate, and does not use the shared key `" + identity + "`" +
                              same_key);
        }
        shake.shared_key = 0;
    } else if (shake.chain.empty()) {
        return refuse(op, KITH_PROTOCOL, "the other side has no certificate");
    } else if (shake.settings.verify && !accepts_chain(socket, op, shake)) {
        return;
    }
    on_.net.tcp().write(*socket.stream, packed({TlsRecord::finished, {}}));
    on_.ready(op, KITH_OK);
}

// The server, when the client has sent its hello, and then its end of the handshake.
void SimulatedTls::asked(Socket &socket, Op &op, Shake &shake, const TlsRecord &record) {
    if (shake.greeted && record.kind == TlsRecord::finished) return on_.ready(op, KITH_OK);
    if (shake.greeted || record.kind != TlsRecord::hello || record.words.size() != 6)
        return reject(socket, op, tls_unexpected_message, KITH_PROTOCOL, "the other side does not speak TLS there");
    const TlsContextSettings &ours = shake.settings;
    const std::uint32_t newest = std::min(tls_number(record.words[2]), ours.max_version == 0 ? KITH_TLS_1_3 : ours.max_version);
    if (newest < ours.min_version || newest < tls_number(record.words[1]))
        return reject(socket, op, tls_protocol_version, KITH_PROTOCOL, "TLS failed: unsupported protocol");
    shake.version = newest;
    if (!accepts_client(socket, op, shake, record)) return;
    shake.greeted = true;
    on_.net.tcp().write(*socket.stream, packed({TlsRecord::hello,
                                                {std::to_string(newest), shake.papers.certificate,
                                                 ours.shared_keys.empty() ? std::string() : record.words[4]}}));
}

bool SimulatedTls::accepts_client(Socket &socket, Op &op, Shake &shake, const TlsRecord &record) {
    const auto unauthorized = [&](int alert, std::string text) {
        reject(socket, op, alert, KITH_UNAUTHORIZED, "the other side " + std::move(text));
        return false;
    };
    const auto &keys = shake.settings.shared_keys;
    if (!keys.empty()) {
        const std::string &identity = record.words[4];
        if (identity.empty()) return unauthorized(tls_handshake_failure, "offers no shared key, and one is required");
        const auto found =
            std::find_if(keys.begin(), keys.end(), [&](const TlsSharedKey &one) { return identity_of(one) == identity; });
        if (found == keys.end()) {
            return unauthorized(tls_handshake_failure,
                                "offers the shared key `" + identity + "`, which is none of ours" + same_key);
        }
        if (found->key != record.words[5])
            return unauthorized(tls_illegal_parameter, "has another key of the identity `" + identity + "`" + same_key);
        shake.shared_key = static_cast<std::uint32_t>(found - keys.begin());
        return true;
    }
    if (!shake.settings.verify) return true;
    shake.chain = papers_in(record.words[3]);
    if (shake.chain.empty()) {
        return unauthorized(tls_certificate_required,
                            "has sent no certificate, and " + shake.settings.authorities_file + " requires one");
    }
    return accepts_chain(socket, op, shake);
}

} // namespace kith::testkit
