// SPDX-License-Identifier: MIT
#include "link_security.hpp"

#include "certified_name.hpp"

#include <algorithm>
#include <utility>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr Time handshake_time = 3s;
constexpr Time quiet = 300ms; // a certificate and its key are replaced one after the other
constexpr Time retry = 5s;
constexpr std::size_t largest_list = 1 << 20; // bytes of a file with keys or names

} // namespace

LinkSecurity::LinkSecurity(host h, const Settings &settings)
    : settings_(settings), tls_(settings.plain ? nullptr : std::make_unique<tls>(h)), timer_(h), log_(h), opened_(h) {
    if (!files().empty() && h.context().find<kith_file_host>(KITH_FILE) != nullptr) file_ = std::make_unique<file>(h);
    if (file_ == nullptr && !(settings.keys_file + settings.deny_file).empty())
        throw error(KITH_UNSUPPORTED, "options keys_file and deny_file need the service kith.file/1, which is not there");
}

std::vector<std::string> LinkSecurity::files() const {
    std::vector<std::string> out;
    for (const auto *each :
         {&settings_.keys_file, &settings_.deny_file, &settings_.certificate, &settings_.private_key, &settings_.authority}) {
        if (!each->empty()) out.push_back(*each);
    }
    return out;
}

tls_settings LinkSecurity::credentials(const std::vector<tls_shared_key> &keys) const {
    tls_settings out;
    out.min_version = KITH_TLS_1_3;
    if (!keys.empty()) {
        out.shared_keys = keys;
        return out;
    }
    out.authorities_file = settings_.authority;
    out.certificate_file = settings_.certificate;
    out.key_file = settings_.private_key;
    return out;
}

task<result<std::vector<Line>>> LinkSecurity::read_lines(const std::string &file) {
    auto content = co_await file_->read(file, largest_list);
    if (!content) co_return content.error();
    co_return lines_of(content->bytes);
}

/// Before the files are read: a change in between has another version.
task<> LinkSecurity::note_versions() {
    if (!file_) co_return;
    for (const std::string &each : files()) {
        kith_file_info seen{};
        (void)co_await file_->read(each, 0, &seen); // its version alone
        versions_[each] = seen.version;
    }
}

task<result<void>> LinkSecurity::open() {
    if (!tls_) co_return result<void>();
    co_await note_versions();
    std::vector<std::string> secrets = settings_.keys, denied = settings_.deny;
    if (!settings_.keys_file.empty()) {
        auto lines = co_await read_lines(settings_.keys_file);
        if (!lines) co_return lines.error();
        auto keys = keys_of(*lines, settings_.keys_file);
        if (!keys) co_return keys.error();
        secrets = std::move(*keys);
    }
    if (!settings_.deny_file.empty()) {
        auto lines = co_await read_lines(settings_.deny_file);
        if (!lines) co_return lines.error();
        for (Line &each : *lines) denied.push_back(std::move(each.text));
    }
    std::vector<tls_shared_key> keys;
    for (const auto &each : secrets) keys.push_back({.key = each});
    const tls_settings with = credentials(keys);
    auto client = co_await tls_->client(with);
    if (!client) co_return client.error();
    if (keys.empty()) {
        const CertifiedName named = certified_name(client->own.names, settings_, settings_.node);
        if (named.name != settings_.node)
            co_return error(KITH_INVALID,
                            settings_.certificate + " is not the certificate of this member: expected " +
                                settings_.uri_of(settings_.node) + (settings_.spiffe.empty() ? "" : " or a SPIFFE id") +
                                " among its alternative names (URI)" +
                                (named.name.empty() ? ", and it has " + named.others : ", and it is that of " + named.name));
    }
    auto server = co_await tls_->server(with);
    if (!server) co_return server.error();
    client_ = std::move(*client);
    server_ = std::move(*server);
    deny_ = std::move(denied);
    own_ = {.keys = client_.own.identities, .certificate = {}, .until = 0};
    if (!client_.own.chain.empty()) {
        own_.certificate = client_.own.chain.front().fingerprint;
        own_.until = client_.own.chain.front().not_after;
    }
    co_return result<void>();
}

task<> LinkSecurity::follow(std::string file, std::function<void()> changed) {
    if (!file_) co_return;
    for (;;) {
        const std::uint64_t seen = versions_[file];
        const auto ended = co_await file_->watch(file, seen);
        co_await timer_.sleep(ended ? quiet : retry);
        while (opening_) co_await opened_.wait();
        if (!ended || versions_[file] != seen) continue; // the follower of another file has read this one too
        opening_ = true;
        const auto opened = co_await open();
        opening_ = false;
        opened_.notify();
        if (opened) {
            log_.info("keys, certificates and denied members were read again", {{"file", file}});
            changed();
        } else {
            log_.warning("a changed file is not used, and what was there before stays in use",
                         {{"file", file}, {"reason", opened.error().text}});
        }
    }
}

result<Proof> LinkSecurity::proved(const tls_peer &peer, std::string_view expected, const Own &used) const {
    Proof out;
    if (peer.shared_key) {
        if (*peer.shared_key < used.keys.size()) out.own = used.keys[*peer.shared_key];
        return out;
    }
    out.own = used.certificate;
    CertifiedName named = certified_name(peer.names, settings_, expected);
    out.name = std::move(named.name);
    if (!peer.chain.empty()) out.fingerprint = peer.chain.front().fingerprint;
    if (out.name.empty())
        return error(KITH_UNAUTHORIZED, "its certificate is of no member of the cluster `" + settings_.cluster +
                                            "`: expected " + settings_.uri_of("NAME") +
                                            (settings_.spiffe.empty() ? "" : " or " + settings_.spiffe.id()) +
                                            " among its alternative names, and it has " + named.others);
    if (const std::string why = why_denied(out); !why.empty()) return error(KITH_UNAUTHORIZED, why);
    if (!expected.empty() && out.name != expected)
        return error(KITH_UNAUTHORIZED, "its certificate is that of " + out.name + ", and " + std::string(expected) +
                                            " was expected at this address");
    return out;
}

std::string LinkSecurity::why_denied(const Proof &of) const {
    if (of.fingerprint.empty()) return {};
    for (const std::string &each : deny_) {
        if (each == of.fingerprint || each == of.name)
            return "the certificate of " + of.name + " (SHA-256 " + of.fingerprint +
                   ") is denied here, by option deny or deny_file";
    }
    return {};
}

bool LinkSecurity::is_current(const Proof &of) const {
    return of.own.empty() || of.own == own_.certificate || std::ranges::find(own_.keys, of.own) != own_.keys.end();
}

task<result<Proof>> LinkSecurity::secure_dialled(const stream &to, const std::string &name) {
    if (!tls_) co_return Proof();
    const Own used = own_; // it may change during the handshake
    auto peer = co_await client_.secure(to, {}, handshake_time);
    if (!peer) co_return std::move(peer).error();
    co_return proved(*peer, name, used);
}

task<result<Proof>> LinkSecurity::secure_accepted(const stream &from) {
    if (!tls_) co_return Proof();
    const Own used = own_;
    auto peer = co_await server_.secure(from, handshake_time);
    if (!peer) co_return std::move(peer).error();
    co_return proved(*peer, {}, used);
}

} // namespace kith::mesh
