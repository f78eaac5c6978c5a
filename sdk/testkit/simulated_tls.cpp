// SPDX-License-Identifier: MIT
#include "simulated_tls.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::testkit {

SimulatedTls::Papers SimulatedTls::read(const TlsClientSettings &settings) const {
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
    const auto ours = papers_in(out.certificate);
    if (ours.empty()) {
        fail(KITH_INVALID,
             settings.certificate_file + ": expected ours in PEM (-----BEGIN CERTIFICATE-----), and the chain above it");
        return out;
    }
    const std::string key = key_in(contents(settings.key_file));
    if (key.empty()) fail(KITH_INVALID, settings.key_file + ": expected a private key in PEM, not encrypted");
    if (key != ours.front().serial) fail(KITH_INVALID, settings.key_file + " is not the one of " + settings.certificate_file);
    return out;
}

bool SimulatedTls::full(const TenantResources &resources) const noexcept {
    return std::count_if(clients_.begin(), clients_.end(),
                         [&](const auto &one) { return one.second.resources == &resources; }) >= KITH_TLS_MAX_CLIENTS;
}

std::uint64_t SimulatedTls::add_client(TenantResources &resources, TlsClientSettings settings) {
    const std::uint64_t id = on_.make_id(SimulatedMachine::Body::slot_mask, true);
    clients_.emplace(id, Client{&resources, std::move(settings)});
    return id;
}

const TlsClientSettings *SimulatedTls::client(const TenantResources &resources, std::uint64_t id) const noexcept {
    const auto found = clients_.find(id);
    return found == clients_.end() || found->second.resources != &resources ? nullptr : &found->second.settings;
}

void SimulatedTls::close(const TenantResources &resources) {
    std::erase_if(clients_, [&](const auto &one) { return one.second.resources == &resources; });
}

void SimulatedTls::begin(Op &op, const TlsClientSettings &settings, std::string_view server_name) {
    Shake &shake = shakes_[op.id];
    shake.settings = settings;
    shake.papers = read(settings); // read for each handshake, because the files may change
    if (shake.papers.status != KITH_OK) return refuse(op, shake.papers.status, shake.papers.text);
    const std::string name(Address::parse(server_name) ? std::string_view{} : server_name);
    // It is small, so an idle stream accepts all of it.
    on_.net.tcp().write(
        *on_.socket(*op.resources, op.socket)->stream,
        packed({TlsRecord::hello,
                {name, std::to_string(settings.min_version),
                 std::to_string(settings.max_version == 0 ? KITH_TLS_1_3 : settings.max_version), shake.papers.certificate}}));
}

void SimulatedTls::refuse(Op &op, std::int32_t status, std::string text) {
    if (op.ready) return;
    op.name = std::move(text);
    on_.ready(op, status);
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
        case TlsFront::State::record: return answered(socket, op, shake, front.record);
        case TlsFront::State::no_tls: return refuse(op, KITH_PROTOCOL, "the other side does not speak TLS there");
        case TlsFront::State::alert: {
            const std::string text(tls_alert_text(front.alert));
            if (front.alert == tls_certificate_required) {
                return refuse(op, KITH_UNAUTHORIZED,
                              "the other side requires a client certificate (" + text + "); configure one and its key");
            }
            if (front.alert == tls_unknown_authority || front.alert == tls_expired)
                return refuse(op, KITH_UNAUTHORIZED, "the other side does not accept our certificate (" + text + ")");
            return refuse(op, KITH_PROTOCOL, "the other side ended TLS by an alert: " + text);
        }
        case TlsFront::State::more: break;
        }
        if (stream.available() == 0) break;
        shake.in += on_.net.tcp().read(stream, 1);
    }
    if (stream.broken != KITH_OK) return refuse(op, KITH_RESET, "the connection broke in the TLS handshake");
    if (stream.ended) refuse(op, KITH_RESET, "it ended the connection in the TLS handshake");
}

void SimulatedTls::answered(Socket &socket, Op &op, Shake &shake, const TlsRecord &record) {
    if (record.kind != TlsRecord::hello || record.words.size() != 2)
        return refuse(op, KITH_PROTOCOL, "the other side does not speak TLS there");
    shake.version = tls_number(record.words[0]);
    shake.chain = papers_in(record.words[1]);
    if (shake.chain.empty()) return refuse(op, KITH_PROTOCOL, "the other side has no certificate");
    auto &tcp = on_.net.tcp();
    const auto reject = [&](int alert, const std::string &why) {
        tcp.write(*socket.stream, tls_alert(alert));
        refuse(op, KITH_UNAUTHORIZED, "the certificate " + shake.chain.front().subject() + " of the other side" + why);
    };
    if (shake.settings.verify && !is_trusted(shake.chain.front(), shake.papers.authorities)) {
        return reject(tls_unknown_authority,
                      ", issued by CN=" + shake.chain.front().issuer +
                          ", is signed by an authority that is not trusted; configure the authority that signed it");
    }
    if (shake.settings.verify && shake.chain.front().expired)
        return reject(tls_expired, " has expired; have it renewed, or look at this machine's clock");
    tcp.write(*socket.stream, packed({TlsRecord::finished, {}}));
    on_.ready(op, KITH_OK);
}

} // namespace kith::testkit
