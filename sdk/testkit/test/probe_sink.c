/* SPDX-License-Identifier: MIT
 *
 * listener: a sink. It takes a second for each batch.
 */
#include "probe_plugin.h"

struct listener {
    kith_instance face;
    const kith_host *host;
    const kith_timer_host *timer;
    const kith_sink_host *sink;
    const kith_log_host *log;
    uint64_t batch;
    unsigned timers;
    int stopping;
};

static void listener_events(void *self, uint64_t batch, const kith_event *events, uint32_t count, uint32_t stride) {
    struct listener *l = self;
    const char *at = (const char *)events;
    uint32_t i;
    uint64_t op;
    for (i = 0; i < count; ++i, at += stride) {
        const kith_event *event = (const void *)at;
        l->log->write(l->host, KITH_LOG_INFO, event->json, NULL, 0);
    }
    l->batch = batch;
    if (l->timer->start(l->host, 1000000000u, 0, &op) == KITH_OK) ++l->timers;
}

static void listener_fired(void *self, uint64_t user, uint64_t op, int32_t status) {
    struct listener *l = self;
    (void)user, (void)op, (void)status;
    --l->timers;
    l->sink->taken(l->host, l->batch);
    if (l->stopping) l->host->stopped(l->host);
}

static int32_t listener_start(void *self) {
    struct listener *l = self;
    return l->sink->subscribe(l->host, 1u << KITH_EVENT_LINK_UP | 1u << KITH_EVENT_LINK_DOWN);
}

static void listener_stop(void *self) {
    struct listener *l = self;
    l->stopping = 1;
    if (l->timers == 0) l->host->stopped(l->host);
}

static void listener_destroy(void *self) { free(self); }

static const kith_sink_plugin listener_sink = {listener_events};
static const kith_timer_plugin listener_timer = {listener_fired};

static const void *listener_service(void *self, kith_str id) {
    (void)self;
    if (is(id, KITH_SINK)) return &listener_sink;
    if (is(id, KITH_TIMER)) return &listener_timer;
    return NULL;
}

int32_t probe_sink_create(const kith_host *host, const kith_instance **out) {
    struct listener *l = calloc(1, sizeof *l);
    if (l == NULL) return KITH_LIMIT;
    l->host = host;
    l->timer = host->service(host, str(KITH_TIMER));
    l->sink = host->service(host, str(KITH_SINK));
    l->log = host->service(host, str(KITH_LOG));
    l->face.struct_size = sizeof l->face;
    l->face.self = l;
    l->face.start = listener_start;
    l->face.stop = listener_stop;
    l->face.destroy = listener_destroy;
    l->face.service = listener_service;
    *out = &l->face;
    return KITH_OK;
}
