/* SPDX-License-Identifier: MIT
 *
 * joiner: a connector. A connect takes a second of a timer, then it is done and the link is up.
 */
#include "probe_plugin.h"

struct joiner {
    kith_instance face;
    const kith_host *host;
    const kith_timer_host *timer;
    const kith_connector_host *connector;
    uint64_t op, timer_op; /* one at a time */
    char name[64];
    kith_str fault;
    int stopping;
};

static int32_t joiner_connect(void *self, uint64_t op, const kith_peer *peer) {
    struct joiner *j = self;
    if (j->op != 0 || peer->name.size > sizeof j->name) {
        if (!is(j->fault, "refuses silently")) j->host->error(j->host, str("one at a time"));
        return KITH_BUSY;
    }
    if (is(j->fault, "done inside")) return j->connector->done(j->host, op, KITH_OK, str(""));
    memcpy(j->name, peer->name.data, peer->name.size);
    j->name[peer->name.size] = 0;
    if (j->timer->start(j->host, 1000000000u, op, &j->timer_op) != KITH_OK) {
        j->host->error(j->host, str("no timer"));
        return KITH_LIMIT;
    }
    j->op = op;
    return KITH_OK;
}

static void joiner_cancel(void *self, uint64_t op) {
    struct joiner *j = self;
    if (op == j->op) j->host->cancel(j->host, j->timer_op);
}

static void joiner_refresh(void *self) {
    struct joiner *j = self;
    j->connector->links(j->host, 1, NULL, 0, sizeof(kith_link));
}

static void joiner_fired(void *self, uint64_t user, uint64_t op, int32_t status) {
    struct joiner *j = self;
    kith_link link;
    (void)op;
    memset(&link, 0, sizeof link);
    link.name = str(j->name);
    j->op = 0;
    j->connector->done(j->host, user, status, str(status == KITH_OK ? "" : "given up"));
    if (is(j->fault, "done twice")) j->connector->done(j->host, user, status, str(""));
    if (status == KITH_OK) j->connector->link_up(j->host, 1, &link);
    if (j->stopping) j->host->stopped(j->host);
}

static const kith_connector_plugin joiner_connector = {joiner_connect, joiner_connect, joiner_cancel, joiner_refresh};
static const kith_timer_plugin joiner_timer = {joiner_fired};

static const void *joiner_service(void *self, kith_str id) {
    (void)self;
    if (is(id, KITH_CONNECTOR)) return &joiner_connector;
    if (is(id, KITH_TIMER)) return &joiner_timer;
    return NULL;
}

static int32_t joiner_start(void *self) {
    struct joiner *j = self;
    j->connector->attached(j->host, str("me@here"), 1);
    if (is(j->fault, "same epoch")) j->connector->attached(j->host, str("me@here"), 1);
    if (!is(j->fault, "no links")) joiner_refresh(self);
    return KITH_OK;
}

static void joiner_stop(void *self) {
    struct joiner *j = self;
    j->stopping = 1;
    if (j->op == 0) j->host->stopped(j->host);
}

static void joiner_destroy(void *self) { free(self); }

int32_t probe_connector_create(const kith_host *host, const kith_instance **out) {
    const kith_options_host *options = host->service(host, str(KITH_OPTIONS));
    struct joiner *j = calloc(1, sizeof *j);
    if (j == NULL) return KITH_LIMIT;
    if (host->service(host, str(KITH_TCP)) != NULL) {
        host->error(host, str("a service that the descriptor does not declare was given"));
        free(j);
        return KITH_INTERNAL;
    }
    j->host = host;
    j->timer = host->service(host, str(KITH_TIMER));
    j->connector = host->service(host, str(KITH_CONNECTOR));
    options->get_string(host, str("/break"), &j->fault);
    j->face.struct_size = sizeof j->face;
    j->face.self = j;
    j->face.start = joiner_start;
    j->face.stop = joiner_stop;
    j->face.destroy = joiner_destroy;
    j->face.service = joiner_service;
    *out = &j->face;
    return KITH_OK;
}
