/* SPDX-License-Identifier: MIT
 *
 * A strategy that asks for one thing of each service that has completions, and logs how each ended. It closes what it opened.
 */
#include "plugin_skeleton.h"

#include <kith/service/discovery.h>
#include <kith/service/dns.h>
#include <kith/service/env.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/process.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/udp.h>

static const kith_str nothing = {NULL, 0};

/* What was asked for. */
static void asked(me *self, const char *what, int32_t status) {
    if (status == KITH_OK)
        ++self->outstanding;
    else
        say(self, what, "refused", nothing);
}

/* It has ended, with these bytes. */
static void has(me *self, const char *what, int32_t status, const void *data, uint64_t size) {
    const kith_str bytes = {data, size};
    say(self, what, status == KITH_OK ? "ok" : "failed", bytes);
}

/* ---- kith.tcp/1 ---- */

static void connected(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t stream,
                      const kith_endpoint *remote) {
    me *self = raw;
    const kith_tcp_host *tcp = service(self, KITH_TCP);
    UNUSED(user);
    UNUSED(text);
    has(self, "tcp.connect", status, status == KITH_OK ? remote->address.data : NULL,
        status == KITH_OK ? remote->address.size : 0);
    if (status == KITH_OK && !self->stopping)
        asked(self, "tcp.write", tcp->write(self->host, stream, "hello", 5, 0, stream, &op));
    ended(self);
}

static void tcp_written(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    me *self = raw;
    const kith_tcp_host *tcp = service(self, KITH_TCP);
    UNUSED(text);
    has(self, "tcp.write", status, NULL, 0);
    if (status == KITH_OK && !self->stopping) {
        asked(self, "tcp.read", tcp->read(self->host, user, 100, 1000000000, user, &op));
        tcp->shutdown(self->host, user);
    }
    ended(self);
}

static void tcp_read(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size) {
    me *self = raw;
    const kith_tcp_host *tcp = service(self, KITH_TCP);
    UNUSED(op);
    UNUSED(text);
    has(self, "tcp.read", status, data, size);
    tcp->close(self->host, user);
    ended(self);
}

static void listening(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t listener,
                      const kith_endpoint *local) {
    me *self = raw;
    const kith_tcp_host *tcp = service(self, KITH_TCP);
    UNUSED(user);
    UNUSED(op);
    UNUSED(text);
    has(self, "tcp.listen", status, status == KITH_OK && local->port == 4001 ? "4001" : "????", 4);
    if (status == KITH_OK) tcp->close(self->host, listener);
    ended(self);
}

static void accepted(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t stream,
                     const kith_endpoint *remote) {
    UNUSED(user);
    UNUSED(op);
    UNUSED(status);
    UNUSED(text);
    UNUSED(stream);
    UNUSED(remote);
    ended(raw);
}

/* ---- kith.udp/1 ---- */

static void bound(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t socket,
                  const kith_endpoint *local, uint32_t receive_buffer) {
    me *self = raw;
    const kith_udp_host *udp = service(self, KITH_UDP);
    const kith_datagram hello = {.data = "hello", .size = 5, .remote = {{10, 0, 0, 1}, 0, 4002, KITH_ADDRESS_IPV4, 0}};
    UNUSED(user);
    UNUSED(text);
    UNUSED(receive_buffer);
    has(self, "udp.bind", status, status == KITH_OK && local->port == 4002 ? "4002" : "????", 4);
    if (status == KITH_OK && !self->stopping) {
        udp->join(self->host, socket, text_of("230.1.1.251"), nothing);
        asked(self, "udp.receive", udp->receive(self->host, socket, 16, 1000000000, socket, &op));
        asked(self, "udp.send", udp->send(self->host, socket, &hello, 1, sizeof hello, 0, socket, &op));
    }
    ended(self);
}

static void membership(void *raw, uint64_t socket, kith_str group, kith_str interface, int32_t status, kith_str text) {
    UNUSED(socket);
    UNUSED(interface);
    UNUSED(text);
    has(raw, "udp.join", status, group.data, group.size);
}

static void received(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_datagram *datagrams,
                     uint32_t count, uint32_t stride, uint64_t lost) {
    me *self = raw;
    const kith_udp_host *udp = service(self, KITH_UDP);
    UNUSED(op);
    UNUSED(text);
    UNUSED(stride);
    UNUSED(lost);
    has(self, "udp.receive", status, count == 0 ? NULL : datagrams->data, count == 0 ? 0 : datagrams->size);
    udp->leave(self->host, user, text_of("230.1.1.251"), nothing);
    udp->close(self->host, user);
    ended(self);
}

static void sent(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint32_t count) {
    UNUSED(user);
    UNUSED(op);
    UNUSED(text);
    has(raw, "udp.send", status, count == 1 ? "1" : "?", 1);
    ended(raw);
}

/* ---- kith.dns/1 ---- */

static void answered(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_dns_answer *answer) {
    static const char *const kinds[] = {"?", "records", "nodata", "nxdomain"};
    const char *kind = status == KITH_OK && answer->kind < 4 ? kinds[answer->kind] : "?";
    UNUSED(user);
    UNUSED(op);
    UNUSED(text);
    has(raw, "dns.query", status, kind, strlen(kind));
    if (status == KITH_OK && answer->count == 1 && answer->records->address[3] == 7) has(raw, "dns.record", status, NULL, 0);
    ended(raw);
}

/* ---- kith.http/1 ---- */

static void opened(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t client) {
    static const kith_attribute field = {STR("Accept"), STR("text/plain")};
    static const kith_http_request request = {.struct_size = sizeof request,
                                              .field_count = 1,
                                              .method = STR("GET"),
                                              .url = STR("http://server/peers"),
                                              .fields = &field};
    me *self = raw;
    const kith_http_host *http = service(self, KITH_HTTP);
    UNUSED(user);
    UNUSED(text);
    has(self, "http.open", status, NULL, 0);
    if (status == KITH_OK && !self->stopping)
        asked(self, "http.request", http->request(self->host, client, &request, client, &op));
    ended(self);
}

static void responded(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t response, uint32_t code,
                      const kith_attribute *fields, uint32_t count) {
    me *self = raw;
    const kith_http_host *http = service(self, KITH_HTTP);
    UNUSED(text);
    UNUSED(fields);
    has(self, "http.request", status, code == 200 && count > 0 ? "200" : "?", code == 200 && count > 0 ? 3 : 1);
    if (status == KITH_OK && !self->stopping) asked(self, "http.read", http->read(self->host, response, 100, user, &op));
    ended(self);
}

static void http_read(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size) {
    me *self = raw;
    const kith_http_host *http = service(self, KITH_HTTP);
    UNUSED(op);
    UNUSED(text);
    has(self, "http.read", status, data, size);
    http->close(self->host, user);
    ended(self);
}

/* ---- kith.file/1, kith.state/1 ---- */

static void file_read(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint64_t size,
                      const kith_file_info *info) {
    me *self = raw;
    const kith_file_host *file = service(self, KITH_FILE);
    UNUSED(user);
    UNUSED(text);
    has(self, "file.read", status, data, size);
    if (status == KITH_OK && !self->stopping) {
        asked(self, "file.watch", file->watch(self->host, text_of("/etc/peers"), info->version, 0, &op));
        asked(self, "file.write", file->write(self->host, text_of("/etc/peers"), "new", 3, 0644, 0, &op));
    }
    ended(self);
}

static void file_written(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    UNUSED(user);
    UNUSED(op);
    UNUSED(text);
    has(raw, "file.write", status, NULL, 0);
    ended(raw);
}

static void file_changed(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    UNUSED(user);
    UNUSED(op);
    UNUSED(text);
    has(raw, "file.watch", status, NULL, 0);
    ended(raw);
}

static void loaded(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint64_t size) {
    UNUSED(user);
    UNUSED(op);
    UNUSED(text);
    has(raw, "state.load", status, data, size);
    ended(raw);
}

static void saved(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    me *self = raw;
    const kith_state_host *state = service(self, KITH_STATE);
    UNUSED(user);
    UNUSED(text);
    has(self, "state.save", status, NULL, 0);
    if (!self->stopping) asked(self, "state.load", state->load(self->host, 0, &op));
    ended(self);
}

/* ---- kith.process/1 ---- */

static void started(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t made) {
    me *self = raw;
    const kith_process_host *process = service(self, KITH_PROCESS);
    UNUSED(user);
    UNUSED(text);
    has(self, "process.start", status, NULL, 0);
    if (status == KITH_OK && !self->stopping) {
        asked(self, "process.write", process->write(self->host, made, "go\n", 3, 0, made, &op));
        asked(self, "process.read", process->read(self->host, made, 100, 0, made, &op));
        asked(self, "process.wait", process->wait(self->host, made, made, &op));
    }
    ended(self);
}

static void process_read(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data,
                         uint32_t size) {
    UNUSED(user);
    UNUSED(op);
    UNUSED(text);
    has(raw, "process.read", status, data, size);
    ended(raw);
}

static void process_written(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    me *self = raw;
    const kith_process_host *process = service(self, KITH_PROCESS);
    UNUSED(op);
    UNUSED(text);
    has(self, "process.write", status, NULL, 0);
    process->shutdown(self->host, user);
    ended(self);
}

static void process_ended(void *raw, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_process_end *end) {
    me *self = raw;
    const kith_process_host *process = service(self, KITH_PROCESS);
    UNUSED(op);
    UNUSED(text);
    has(self, "process.wait", status, end != NULL && end->code == 3 ? "3" : "?", 1);
    process->close(self->host, user);
    ended(self);
}

static int32_t begin(me *self) {
    static const kith_udp_socket socket = {.struct_size = sizeof socket, .address = STR("0.0.0.0"), .port = 4002};
    static const kith_dns_query query = {.struct_size = sizeof query, .type = KITH_DNS_A, .name = STR("app.example")};
    static const kith_http_client client = {.struct_size = sizeof client};
    static const kith_process_program program = {
        .struct_size = sizeof program, .flags = KITH_PROCESS_INPUT | KITH_PROCESS_OUTPUT, .path = STR("/bin/peers")};
    const kith_host *host = self->host;
    uint64_t op = 0;
    kith_str home = {NULL, 0};
    const int32_t found = ((const kith_env_host *)service(self, KITH_ENV))->get(host, text_of("HOME"), &home);
    has(self, "env.get", found, home.data, home.size);
    asked(self, "tcp.connect",
          ((const kith_tcp_host *)service(self, KITH_TCP))->connect(host, text_of("server"), 4000, 0, 0, &op));
    asked(self, "tcp.listen", ((const kith_tcp_host *)service(self, KITH_TCP))->listen(host, nothing, 4001, 5, 0, &op));
    asked(self, "udp.bind", ((const kith_udp_host *)service(self, KITH_UDP))->bind(host, &socket, 0, &op));
    asked(self, "dns.query", ((const kith_dns_host *)service(self, KITH_DNS))->query(host, &query, 0, &op));
    asked(self, "http.open", ((const kith_http_host *)service(self, KITH_HTTP))->open(host, &client, 0, &op));
    asked(self, "file.read",
          ((const kith_file_host *)service(self, KITH_FILE))->read(host, text_of("/etc/peers"), 100, 0, &op));
    asked(self, "state.save", ((const kith_state_host *)service(self, KITH_STATE))->save(host, "kept", 4, 0, &op));
    asked(self, "process.start", ((const kith_process_host *)service(self, KITH_PROCESS))->start(host, &program, 0, &op));
    return KITH_OK;
}

static void refresh(void *raw) {
    const me *self = raw;
    const kith_discovery_host *discovery = service(self, KITH_DISCOVERY);
    const kith_peer peer = {.key = STR("a"), .name = STR("a@10.0.0.7"), .ttl = 30000000000u};
    const kith_str gone = STR("b");
    discovery->update(self->host, &peer, 1, sizeof peer, NULL, 0, &gone, 1);
    discovery->heard(self->host);
    discovery->watching(self->host, 0);
    discovery->left_out(self->host, 1, text_of("it is no peer"));
    discovery->failed(self->host, KITH_UNREACHABLE, text_of("nobody can be asked"));
}

static const void *tables(kith_str id) {
    static const kith_tcp_plugin tcp = {connected, listening, accepted, tcp_read, tcp_written};
    static const kith_udp_plugin udp = {bound, membership, received, sent};
    static const kith_dns_plugin dns = {answered};
    static const kith_http_plugin http = {opened, responded, http_read};
    static const kith_file_plugin file = {file_read, file_written, file_changed};
    static const kith_state_plugin state = {loaded, saved};
    static const kith_process_plugin process = {started, process_read, process_written, process_ended};
    static const kith_discovery_plugin discovery = {refresh};
    if (same(id, KITH_TCP)) return &tcp;
    if (same(id, KITH_UDP)) return &udp;
    if (same(id, KITH_DNS)) return &dns;
    if (same(id, KITH_HTTP)) return &http;
    if (same(id, KITH_FILE)) return &file;
    if (same(id, KITH_STATE)) return &state;
    if (same(id, KITH_PROCESS)) return &process;
    return same(id, KITH_DISCOVERY) ? &discovery : NULL;
}

static const kith_str variables[] = {STR("HOME")};
static const kith_str required[] = {STR(KITH_DISCOVERY), STR(KITH_LOG),  STR(KITH_ENV),  STR(KITH_TCP),   STR(KITH_UDP),
                                    STR(KITH_DNS),       STR(KITH_HTTP), STR(KITH_FILE), STR(KITH_STATE), STR(KITH_PROCESS)};
REFERENCE(KITH_KIND_STRATEGY, "reference_tour", "Asks each service for one thing.",
          "{\"type\":\"object\",\"additionalProperties\":false}", variables, 1)
