// SPDX-License-Identifier: MIT
//
// The structs of the ABI, member by member. One that grows must grow here too, or the test of its size fails.
#pragma once

#include <sdk/messages/codec.hpp>

#include <kith/service/connector.h>
#include <kith/service/dns.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/members.h>
#include <kith/service/messages.h>
#include <kith/service/process.h>
#include <kith/service/sink.h>
#include <kith/service/spool.h>
#include <kith/service/tcp.h>
#include <kith/service/tls.h>
#include <kith/service/udp.h>

namespace kith::messages {

template <class Io, class... T>
void each(Io &io, T &...values) {
    (io.one(values), ...);
}

template <class Io>
void describe(Io &io, kith_attribute &a) {
    each(io, a.name, a.value);
}

template <class Io>
void describe(Io &io, kith_peer &p) {
    each(io, p.key, p.name, p.flags, p.ttl);
    io.list(p.attributes, p.attribute_count);
}

template <class Io>
void describe(Io &io, kith_link &l) {
    each(io, l.name, l.flags);
    io.list(l.attributes, l.attribute_count);
}

template <class Io>
void describe(Io &io, kith_event &e) {
    each(io, e.seq, e.time, e.duration, e.kind, e.status, e.topology, e.connector, e.source, e.peer, e.reason, e.json);
}

template <class Io>
void describe(Io &io, kith_member &m) {
    each(io, m.key, m.name, m.flags);
    io.list(m.attributes, m.attribute_count);
}

template <class Io>
void describe(Io &io, kith_message &m) {
    each(io, m.peer, m.channel, m.flags);
    io.raw(m.data, m.size);
}

template <class Io>
void describe(Io &io, kith_members_page &p) {
    io.struct_size(p.struct_size, sizeof p);
    each(io, p.flags, p.snapshot, p.seq, p.total, p.topology, p.reason);
    io.strided(p.members, p.count, p.stride);
}

template <class Io>
void describe(Io &io, kith_spool_record &r) {
    io.one(r.number);
    io.raw(r.data, r.size);
}

template <class Io>
void describe(Io &io, kith_endpoint &e) {
    each(io, e.address, e.port);
}

template <class Io>
void describe(Io &io, kith_address &a) {
    for (auto &byte : a.bytes) io.one(byte);
    each(io, a.scope, a.port, a.family);
}

template <class Io>
void describe(Io &io, kith_datagram &d) {
    io.raw(d.data, d.size);
    each(io, d.flags, d.remote);
}

template <class Io>
void describe(Io &io, kith_udp_socket &s) {
    io.struct_size(s.struct_size, sizeof s);
    each(io, s.flags, s.address, s.interface, s.port, s.hops, s.max_size, s.receive_buffer);
}

template <class Io>
void describe(Io &io, kith_file_info &i) {
    each(io, i.size, i.version, i.modified, i.mode, i.owner, i.group, i.ours);
}

template <class Io>
void describe(Io &io, kith_dns_query &q) {
    io.struct_size(q.struct_size, sizeof q);
    each(io, q.type, q.flags, q.name, q.servers, q.timeout);
}

template <class Io>
void describe(Io &io, kith_dns_record &r) {
    each(io, r.type, r.ttl, r.priority, r.weight, r.port, r.target, r.text);
    for (auto &byte : r.address) io.one(byte);
}

template <class Io>
void describe(Io &io, kith_dns_answer &a) {
    io.struct_size(a.struct_size, sizeof a);
    each(io, a.kind, a.ttl, a.name);
    io.strided(a.records, a.count, a.stride);
}

template <class Io>
void describe(Io &io, kith_http_client &c) {
    io.struct_size(c.struct_size, sizeof c);
    each(io, c.flags, c.authorities, c.certificate, c.key, c.server_name, c.proxy, c.connect_timeout, c.response_timeout,
         c.idle_timeout, c.keep_alive, c.max_header, c.max_body);
}

template <class Io>
void describe(Io &io, kith_http_request &r) {
    io.struct_size(r.struct_size, sizeof r);
    each(io, r.method, r.url, r.response_timeout, r.idle_timeout, r.timeout, r.max_body);
    io.list(r.fields, r.field_count);
    io.raw(r.body, r.body_size);
}

template <class Io>
void describe(Io &io, kith_process_program &p) {
    io.struct_size(p.struct_size, sizeof p);
    each(io, p.flags, p.path, p.directory, p.timeout, p.grace, p.max_output);
    io.list(p.arguments, p.argument_count);
    io.list(p.environment, p.environment_count);
}

template <class Io>
void describe(Io &io, kith_process_end &e) {
    io.struct_size(e.struct_size, sizeof e);
    each(io, e.code, e.signal, e.errors);
}

// The key has no size of its own.
template <class Io>
void describe(Io &io, kith_tls_shared_key &k) {
    std::uint64_t size = KITH_TLS_KEY_SIZE;
    io.one(k.identity);
    io.raw(k.key, size);
}

template <class Io>
void describe(Io &io, kith_tls_settings &s) {
    io.struct_size(s.struct_size, sizeof s);
    each(io, s.flags, s.authorities_file, s.certificate_file, s.key_file, s.password, s.min_version, s.max_version);
    io.list(s.shared_keys, s.shared_key_count);
}

template <class Io>
void describe(Io &io, kith_tls_certificate &c) {
    each(io, c.subject, c.issuer, c.fingerprint, c.not_before, c.not_after);
    io.raw(c.der, c.size);
}

template <class Io>
void describe(Io &io, kith_tls_name &n) {
    each(io, n.kind, n.value);
}

template <class Io>
void describe(Io &io, kith_tls_credentials &c) {
    io.struct_size(c.struct_size, sizeof c);
    each(io, c.authorities_not_after);
    io.list(c.chain, c.chain_count);
    io.list(c.names, c.name_count);
    io.list(c.identities, c.identity_count);
}

template <class Io>
void describe(Io &io, kith_tls_peer &p) {
    io.struct_size(p.struct_size, sizeof p);
    each(io, p.version, p.verified, p.shared_key, p.cipher);
    io.list(p.chain, p.chain_count);
    io.list(p.names, p.name_count);
}

template <class Io, class T>
void fields(Io &io, T &value) {
    describe(io, value);
}

} // namespace kith::messages
