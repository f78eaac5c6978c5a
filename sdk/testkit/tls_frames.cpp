// SPDX-License-Identifier: MIT
#include "tls_frames.hpp"

#include <kith/service/tls.h>
#include <kith/testkit/address.hpp>
#include <kith/testkit/tls_identity.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace kith::testkit {

namespace {

constexpr std::string_view certificate_begin = "-----BEGIN CERTIFICATE-----\n", certificate_end = "-----END CERTIFICATE-----\n";
constexpr std::string_view key_begin = "-----BEGIN PRIVATE KEY-----\n", key_end = "-----END PRIVATE KEY-----\n";

std::string certificate_text(const std::string &body) {
    return std::string(certificate_begin) + body + std::string(certificate_end);
}

TlsPaper paper_of(std::string_view body) {
    TlsPaper out;
    out.text = body;
    while (!body.empty()) {
        const std::string_view line = body.substr(0, body.find('\n'));
        body.remove_prefix(std::min(body.size(), line.size() + 1));
        const auto blank = line.find(' ');
        const std::string_view key = line.substr(0, blank);
        const std::string value(blank == std::string_view::npos ? std::string_view{} : line.substr(blank + 1));
        if (key == "serial") out.serial = value;
        if (key == "common_name") out.common_name = value;
        if (key == "issuer") out.issuer = value;
        if (key == "name") out.names.push_back(value);
        if (key == "expired") out.expired = true;
        if (key == "authority") out.authority = true;
    }
    return out;
}

void append_u16(std::string &out, std::size_t number) {
    out += static_cast<char>(number >> 8);
    out += static_cast<char>(number);
}

std::size_t u16_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) << 8 | static_cast<unsigned char>(bytes[at + 1]);
}

} // namespace

std::string TlsAuthority::certificate() const {
    return certificate_text("serial " + name_ + "\ncommon_name " + name_ + "\nissuer " + name_ + "\nauthority\n");
}

TlsIdentity TlsAuthority::sign(const TlsSubject &subject) {
    const std::string serial = name_ + "/" + subject.common_name + "/" + std::to_string(++signed_);
    std::string body = "serial " + serial + "\ncommon_name " + subject.common_name + "\nissuer " + name_ + "\n";
    for (const auto &name : subject.names) body += "name " + name + "\n";
    if (subject.expired) body += "expired\n";
    return {certificate_text(body), std::string(key_begin) + serial + "\n" + std::string(key_end)};
}

std::vector<TlsPaper> papers_in(std::string_view pem) {
    std::vector<TlsPaper> out;
    for (std::size_t at = 0; (at = pem.find(certificate_begin, at)) != std::string_view::npos;) {
        at += certificate_begin.size();
        const auto end = pem.find(certificate_end, at);
        if (end == std::string_view::npos) break;
        out.push_back(paper_of(pem.substr(at, end - at)));
        at = end;
    }
    return out;
}

std::string key_in(std::string_view pem) {
    const auto begin = pem.find(key_begin);
    if (begin == std::string_view::npos) return {};
    const auto at = begin + key_begin.size();
    return std::string(pem.substr(at, pem.find('\n', at) - at));
}

bool is_trusted(const TlsPaper &paper, const std::vector<TlsPaper> &authorities) noexcept {
    return std::any_of(authorities.begin(), authorities.end(), [&](const TlsPaper &one) {
        return one.serial == paper.serial || (one.authority && one.common_name == paper.issuer);
    });
}

std::string simulated_fingerprint(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    std::uint64_t state = 0xcbf29ce484222325U;
    for (int part = 0; part < 4; ++part) {
        for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        state += 0x9e3779b97f4a7c15U;
        for (int shift = 60; shift >= 0; shift -= 4) out += digits[state >> shift & 15];
    }
    return out;
}

std::string simulated_identity(std::string_view key) { return "kith-" + simulated_fingerprint(key).substr(0, 32); }

std::uint32_t kind_of_name(std::string_view name) {
    if (Address::parse(name)) return KITH_TLS_ADDRESS;
    return name.find("://") != std::string_view::npos ? KITH_TLS_URI : KITH_TLS_DNS;
}

std::uint32_t tls_number(std::string_view word) noexcept {
    std::uint32_t number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);
    return number;
}

std::string packed(const TlsRecord &record) {
    std::string body;
    for (const auto &word : record.words) {
        append_u16(body, word.size());
        body += word;
    }
    std::string out = {static_cast<char>(record.kind), 3, 3};
    append_u16(out, body.size());
    return out + body;
}

std::string tls_alert(int number) { return {TlsRecord::alert, 3, 3, 0, 2, 2, static_cast<char>(number)}; }

std::string_view tls_alert_text(int number) noexcept {
    switch (number) {
    case tls_unexpected_message: return "unexpected message";
    case tls_handshake_failure: return "handshake failure";
    case tls_illegal_parameter: return "illegal parameter";
    case tls_unknown_authority: return "unknown ca";
    case tls_protocol_version: return "protocol version";
    case tls_expired: return "certificate expired";
    case tls_certificate_required: return "certificate required";
    default: return "unknown alert";
    }
}

TlsFront front_of(std::string_view bytes) {
    TlsFront out;
    constexpr std::size_t head = 5;
    if (bytes.empty()) return out;
    if (bytes[0] < TlsRecord::finished || bytes[0] > TlsRecord::hello || (bytes.size() > 1 && bytes[1] != 3)) {
        out.state = TlsFront::State::no_tls;
        return out;
    }
    if (bytes.size() < head || bytes.size() < head + u16_at(bytes, 3)) return out;
    const std::string_view body = bytes.substr(head, u16_at(bytes, 3));
    out.size = head + body.size();
    out.record.kind = static_cast<TlsRecord::Kind>(bytes[0]);
    if (out.record.kind == TlsRecord::alert) {
        out.state = TlsFront::State::alert;
        out.alert = body.size() < 2 ? 0 : static_cast<unsigned char>(body[1]);
        return out;
    }
    out.state = TlsFront::State::record;
    for (std::size_t at = 0; at + 2 <= body.size();) {
        const std::size_t size = u16_at(body, at);
        if (at + 2 + size > body.size()) {
            out.state = TlsFront::State::no_tls;
            return out;
        }
        out.record.words.emplace_back(body.substr(at + 2, size));
        at += 2 + size;
    }
    return out;
}

} // namespace kith::testkit
