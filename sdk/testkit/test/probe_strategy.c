/* SPDX-License-Identifier: MIT
 *
 * probe: a strategy. Every interval it connects to `host`:`port`, reads names up to the end of the stream, one in each line, and reports
 * them. `break` makes it break a rule of the ABI.
 */
#include "probe_plugin.h"

struct probe {
    kith_instance face;
    const kith_host *host;
    const kith_log_host *log;
    const kith_options_host *options;
    const kith_timer_host *timer;
    const kith_tcp_host *tcp;
    const kith_discovery_host *discovery;
    const kith_metric_host *metric;
    kith_str address, fault;
    int64_t port, interval;
    uint32_t looks;
    uint64_t stream;
    unsigned operations;
    int stopping;
    char text[4096];
    size_t size;
};

static struct probe *never_stopped; /* abandoned and never destroyed: kept in sight of leak checkers */

static void probe_sleep(struct probe *p);

static void probe_idle(struct probe *p) {
    if (p->stopping && p->operations == 0) p->host->stopped(p->host);
}

/* Counts the operation when it began. */
static int probe_began(struct probe *p, int32_t status) {
    if (status == KITH_OK) ++p->operations;
    return status == KITH_OK;
}

static void probe_look(struct probe *p) {
    uint64_t op;
    p->size = 0;
    if (!probe_began(p, p->tcp->connect(p->host, p->address, (uint32_t)p->port, 5000000000u, 0, &op))) {
        p->discovery->failed(p->host, KITH_IO, str("the connect could not begin"));
        probe_sleep(p);
    }
}

static void probe_sleep(struct probe *p) {
    uint64_t op;
    if (p->stopping) return;
    if (!probe_began(p, p->timer->start(p->host, (uint64_t)p->interval * 1000000u, 0, &op)))
        p->host->failed(p->host, KITH_LIMIT, str("no timer"));
}

static void probe_end(struct probe *p, int32_t status, kith_str text) {
    if (p->stream != 0) p->tcp->close(p->host, p->stream);
    p->stream = 0;
    if (p->stopping) return;
    if (status == KITH_CLOSED) {
        kith_peer peers[64];
        uint32_t count = 0;
        char *at = p->text, *end = p->text + p->size;
        memset(peers, 0, sizeof peers);
        while (at < end && count < 64) {
            char *line = memchr(at, '\n', (size_t)(end - at));
            if (line == NULL) line = end;
            peers[count].key.data = peers[count].name.data = at;
            peers[count].key.size = peers[count].name.size = (uint64_t)(line - at);
            ++count;
            at = line + 1;
        }
        if (p->discovery->replace(p->host, peers, count, sizeof peers[0]) == KITH_OK && p->metric != NULL)
            p->metric->add(p->host, p->looks, 1);
    } else if (is(p->fault, "reports empty")) {
        p->discovery->replace(p->host, NULL, 0, sizeof(kith_peer));
    } else {
        p->discovery->failed(p->host, status, text);
    }
    probe_sleep(p);
}

static void probe_fired(void *self, uint64_t user, uint64_t op, int32_t status) {
    struct probe *p = self;
    (void)user, (void)op;
    --p->operations;
    if (is(p->fault, "speaks after stopped") && p->stopping) {
        probe_idle(p);
        p->discovery->heard(p->host);
        return;
    }
    if (is(p->fault, "stops twice") && p->stopping) p->host->stopped(p->host);
    if (status == KITH_OK && !p->stopping) probe_look(p);
    if (!is(p->fault, "never stops")) probe_idle(p);
}

static void probe_read(struct probe *p) {
    uint64_t op;
    if (!probe_began(p, p->tcp->read(p->host, p->stream, sizeof p->text, 5000000000u, 0, &op)))
        probe_end(p, KITH_IO, str("the read could not begin"));
}

static void probe_connected(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t stream,
                            const kith_endpoint *remote) {
    struct probe *p = self;
    (void)user, (void)op, (void)remote;
    --p->operations;
    p->stream = stream;
    if (status != KITH_OK || p->stopping)
        probe_end(p, status, text);
    else
        probe_read(p);
    probe_idle(p);
}

static void probe_bytes(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data,
                        uint32_t size) {
    struct probe *p = self;
    (void)user, (void)op;
    --p->operations;
    if (status == KITH_OK && size <= sizeof p->text - p->size) {
        memcpy(p->text + p->size, data, size);
        p->size += size;
        probe_read(p);
    } else {
        probe_end(p, status == KITH_OK ? KITH_LIMIT : status, status == KITH_OK ? str("the answer is too long") : text);
    }
    probe_idle(p);
}

static void probe_refresh(void *self) {
    struct probe *p = self;
    kith_attribute field = {STR("reason"), STR("asked")};
    if (p->log != NULL) p->log->write(p->host, KITH_LOG_INFO, str("looking now"), &field, 1);
}

static void probe_node(void *self, kith_str name, uint64_t epoch) {
    struct probe *p = self;
    kith_attribute field;
    (void)epoch;
    field.name = str("node");
    field.value = name;
    if (p->log != NULL) p->log->write(p->host, KITH_LOG_INFO, str("the node has a name"), &field, 1);
}

static const kith_node_plugin probe_node_side = {probe_node};
static const kith_timer_plugin probe_timer = {probe_fired};
/* It neither listens nor writes, but a table is complete. */
static void probe_endpoint(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t id,
                           const kith_endpoint *where) {
    (void)self, (void)user, (void)op, (void)status, (void)text, (void)id, (void)where;
}

static void probe_written(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    (void)self, (void)user, (void)op, (void)status, (void)text;
}

static const kith_tcp_plugin probe_tcp = {probe_connected, probe_endpoint, probe_endpoint, probe_bytes, probe_written};
static const kith_discovery_plugin probe_discovery = {probe_refresh};

static const void *probe_service(void *self, kith_str id) {
    (void)self;
    if (is(id, KITH_TIMER)) return &probe_timer;
    if (is(id, KITH_TCP)) return &probe_tcp;
    if (is(id, KITH_DISCOVERY)) return &probe_discovery;
    if (is(id, KITH_NODE)) return &probe_node_side;
    return NULL;
}

static int32_t probe_start(void *self) {
    struct probe *p = self;
    if (is(p->fault, "start fails silently")) return KITH_IO;
    if (is(p->fault, "stopped unasked")) p->host->stopped(p->host);
    if (is(p->fault, "bad peers")) {
        kith_peer twice[2];
        memset(twice, 0, sizeof twice);
        twice[0].key = twice[1].key = str("same");
        p->discovery->replace(p->host, twice, 2, sizeof twice[0]);
    }
    probe_look(p);
    return KITH_OK;
}

static void probe_stop(void *self) {
    struct probe *p = self;
    p->stopping = 1;
    if (is(p->fault, "stops early")) {
        p->host->stopped(p->host);
        return;
    }
    probe_idle(p);
}

static void probe_destroy(void *self) { free(self); }

int32_t probe_strategy_create(const kith_host *host, const kith_instance **out) {
    uint64_t op;
    struct probe *p = calloc(1, sizeof *p);
    if (p == NULL) return KITH_LIMIT;
    p->host = host;
    p->log = host->service(host, str(KITH_LOG));
    p->options = host->service(host, str(KITH_OPTIONS));
    p->timer = host->service(host, str(KITH_TIMER));
    p->tcp = host->service(host, str(KITH_TCP));
    p->discovery = host->service(host, str(KITH_DISCOVERY));
    p->metric = host->service(host, str(KITH_METRIC));
    p->options->get_string(host, str("/break"), &p->fault);
    p->options->get_integer(host, str("/interval"), &p->interval);
    if (is(p->fault, "never stops")) never_stopped = p;
    if (p->options->get_string(host, str("/host"), &p->address) != KITH_OK ||
        p->options->get_integer(host, str("/port"), &p->port) != KITH_OK) {
        if (!is(p->fault, "fails silently")) host->error(host, str("options host and port are needed"));
        free(p);
        return KITH_INVALID;
    }
    if (is(p->fault, "begins in create")) p->timer->start(host, 1, 0, &op);
    if (p->metric != NULL)
        p->metric->define(host, KITH_METRIC_COUNTER, str("looks_total"), str("Looks that succeeded."), NULL, 0, NULL, 0,
                          &p->looks);
    p->face.struct_size = sizeof p->face;
    p->face.self = p;
    p->face.start = probe_start;
    p->face.stop = probe_stop;
    p->face.destroy = probe_destroy;
    p->face.service = probe_service;
    *out = &p->face;
    return KITH_OK;
}
