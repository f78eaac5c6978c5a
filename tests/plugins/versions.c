/* SPDX-License-Identifier: MIT
 *
 * A strategy, a connector and a sink for tests of replacement, built in several versions: VERSION is their version, and MISBEHAVIOUR what they
 * do at the start: `none`, `refuse` (create fails), `crash`, `mute` (they report nothing), `right` (they read the environment
 * variable VERSIONS_SECRET, which needs a grant), `late` (the strategy crashes at its second timer). An isolated plugin has no files, so what
 * they did is in the log.
 *
 * The strategy reports the peers p0@127.0.0.1, p1@127.0.0.1 ..., `count` of them, and each `interval` ms again, where `churn` of them have
 * another attribute. The connector has a link to each of the `count` first ones, and makes others on request. The sink logs at its end the
 * first and the last `seq` of the events that it got, and their number.
 */
#include <kith/plugin.h>
#include <kith/service/clock.h>
#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/env.h>
#include <kith/service/log.h>
#include <kith/service/options.h>
#include <kith/service/sink.h>
#include <kith/service/timer.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(literal)                                                                                                          \
    { literal, sizeof(literal) - 1 }

enum misbehaviour { none, refuse, crash, mute, right, late };

typedef struct versions {
    kith_instance instance;
    const kith_host *host;
    const kith_timer_host *timer;
    const kith_log_host *log;
    const kith_clock_host *clock;
    const kith_env_host *env;
    const kith_discovery_host *discovery; /* of a strategy */
    const kith_connector_host *connector; /* of a connector */
    const kith_sink_host *sink;           /* of a sink */
    int64_t count, interval, churn;
    uint64_t op; /* of the timer; 0: none */
    uint64_t round;
    uint64_t first, last, got; /* events */
    uint32_t stopping;
    char (*names)[32];
    kith_peer *peers;
    kith_link *links;
    char tick[24];
    kith_attribute attribute;
} versions;

static int is(kith_str a, const char *b) { return a.size == strlen(b) && memcmp(a.data, b, a.size) == 0; }

static kith_str text(const char *string) {
    kith_str result = {string, strlen(string)};
    return result;
}

static void look(versions *me) {
    ++me->round;
    snprintf(me->tick, sizeof me->tick, "%" PRIu64, me->clock->monotonic(me->host)); /* of no other instance */
    me->attribute = (kith_attribute){text("tick"), text(me->tick)};
    for (int64_t i = 0; i < me->count; ++i) {
        me->peers[i] = (kith_peer){.key = text(me->names[i]), .name = text(me->names[i])};
        if (i >= me->churn) continue;
        me->peers[i].attributes = &me->attribute;
        me->peers[i].attribute_count = 1;
    }
    me->discovery->replace(me->host, me->peers, (uint32_t)me->count, sizeof me->peers[0]);
}

static void fired(void *self, uint64_t user, uint64_t op, int32_t status) {
    versions *me = self;
    (void)user, (void)op;
    me->op = 0;
    if (me->stopping) {
        me->host->stopped(me->host);
        return;
    }
    if (status != KITH_OK) return;
    if (MISBEHAVIOUR == late && me->round > 1) abort();
    if (me->discovery) look(me);
    if (me->interval) me->timer->start(me->host, (uint64_t)me->interval * 1000000, 0, &me->op);
}

static int32_t start(void *self) {
    versions *me = self;
    if (MISBEHAVIOUR == crash) abort();
    if (MISBEHAVIOUR == mute) return KITH_OK;
    if (MISBEHAVIOUR == right) {
        kith_str secret = {0, 0};
        me->env->get(me->host, text("VERSIONS_SECRET"), &secret);
    }
    if (me->discovery) look(me);
    if (me->sink) me->sink->subscribe(me->host, UINT64_MAX);
    if (me->connector) {
        me->connector->attached(me->host, text("me@127.0.0.1"), 1);
        me->connector->links(me->host, 1, me->links, (uint32_t)me->count, sizeof me->links[0]);
    }
    if (!me->interval) return KITH_OK;
    return me->timer->start(me->host, (uint64_t)me->interval * 1000000, 0, &me->op);
}

static void stop(void *self) {
    versions *me = self;
    me->stopping = 1;
    if (me->got) {
        char line[96];
        snprintf(line, sizeof line, "events %" PRIu64 " %" PRIu64 " %" PRIu64, me->first, me->last, me->got);
        me->log->write(me->host, KITH_LOG_INFO, text(line), NULL, 0);
    }
    if (!me->op) me->host->stopped(me->host); /* otherwise the timer completes */
}

static void destroy(void *self) {
    versions *me = self;
    free(me->names);
    free(me->peers);
    free(me->links);
    free(me);
}

static void refresh(void *self) {
    if (MISBEHAVIOUR != mute) look(self);
}

static int32_t connect_peer(void *self, uint64_t op, const kith_peer *peer) {
    versions *me = self;
    const kith_link link = {.name = peer->name};
    me->connector->done(me->host, op, KITH_OK, text(""));
    me->connector->link_up(me->host, 1, &link);
    return KITH_OK;
}

static int32_t disconnect_peer(void *self, uint64_t op, const kith_peer *peer) {
    versions *me = self;
    me->connector->done(me->host, op, KITH_OK, text(""));
    return me->connector->link_down(me->host, 1, peer->name, text("on request"));
}

static void cancel(void *self, uint64_t op) {
    versions *me = self;
    me->connector->done(me->host, op, KITH_CANCELLED, text(""));
}

static void nothing(void *self) { (void)self; }

static void events(void *self, uint64_t batch, const kith_event *event, uint32_t count, uint32_t stride) {
    versions *me = self;
    if (me->got == 0) me->first = event->seq;
    me->last = ((const kith_event *)(const void *)((const char *)event + (size_t)(count - 1) * stride))->seq;
    me->got += count;
    me->sink->taken(me->host, batch);
}

static const void *service(void *self, kith_str id) {
    static const kith_timer_plugin timer = {fired};
    static const kith_discovery_plugin discovery = {refresh};
    static const kith_connector_plugin connector = {connect_peer, disconnect_peer, cancel, nothing};
    static const kith_sink_plugin sink = {events};
    (void)self;
    if (is(id, KITH_TIMER)) return &timer;
    if (is(id, KITH_DISCOVERY)) return &discovery;
    if (is(id, KITH_CONNECTOR)) return &connector;
    return is(id, KITH_SINK) ? &sink : NULL;
}

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    const kith_options_host *options = host->service(host, text(KITH_OPTIONS));
    versions *me = NULL;
    (void)id;
    if (MISBEHAVIOUR == refuse) {
        host->error(host, text("this version refuses to be created"));
        return KITH_INVALID;
    }
    me = calloc(1, sizeof *me);
    if (!me) return KITH_LIMIT;
    me->host = host;
    me->timer = host->service(host, text(KITH_TIMER));
    me->log = host->service(host, text(KITH_LOG));
    me->clock = host->service(host, text(KITH_CLOCK));
    me->env = host->service(host, text(KITH_ENV));
    me->discovery = host->service(host, text(KITH_DISCOVERY));
    me->connector = host->service(host, text(KITH_CONNECTOR));
    me->sink = host->service(host, text(KITH_SINK));
    options->get_integer(host, text("/count"), &me->count);
    options->get_integer(host, text("/interval"), &me->interval);
    options->get_integer(host, text("/churn"), &me->churn);
    me->names = calloc((size_t)me->count + 1, sizeof me->names[0]);
    me->peers = calloc((size_t)me->count + 1, sizeof me->peers[0]);
    me->links = calloc((size_t)me->count + 1, sizeof me->links[0]);
    for (int64_t i = 0; i < me->count; ++i) {
        snprintf(me->names[i], sizeof me->names[i], "p%" PRId64 "@127.0.0.1", i);
        me->links[i] = (kith_link){.name = text(me->names[i])};
    }
    me->instance = (kith_instance){sizeof me->instance, 0, me, start, stop, destroy, service};
    *out = &me->instance;
    return KITH_OK;
}

static const kith_str of_strategy[] = {TEXT(KITH_OPTIONS), TEXT(KITH_TIMER), TEXT(KITH_LOG),
                                       TEXT(KITH_CLOCK),   TEXT(KITH_ENV),   TEXT(KITH_DISCOVERY)};
static const kith_str of_connector[] = {TEXT(KITH_OPTIONS), TEXT(KITH_TIMER), TEXT(KITH_LOG),
                                        TEXT(KITH_CLOCK),   TEXT(KITH_ENV),   TEXT(KITH_CONNECTOR)};
static const kith_str of_sink[] = {TEXT(KITH_OPTIONS), TEXT(KITH_TIMER), TEXT(KITH_LOG),
                                   TEXT(KITH_CLOCK),   TEXT(KITH_ENV),   TEXT(KITH_SINK)};
static const kith_str secret[] = {TEXT("VERSIONS_SECRET")};

#define DESCRIPTOR(of_kind, services)                                                                                          \
    {                                                                                                                          \
        .struct_size = sizeof(kith_descriptor), .kind = of_kind, .id = TEXT("versions"), .version = TEXT(VERSION),             \
        .licence = TEXT("MIT"), .summary = TEXT("Is replaced by another version of itself."),                                  \
        .options = TEXT("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {" MORE_OPTIONS               \
                        "\"count\": {\"type\": \"integer\", \"default\": 2, \"minimum\": 0, \"maximum\": 100000, "             \
                        "\"description\": \"Number of its peers, or links.\"},"                                                \
                        "\"interval\": {\"type\": \"integer\", \"default\": 0, \"minimum\": 0, \"maximum\": 60000, "           \
                        "\"description\": \"Time between two looks in ms; 0: it looks once.\"},"                               \
                        "\"churn\": {\"type\": \"integer\", \"default\": 0, \"minimum\": 0, \"maximum\": 100000, "             \
                        "\"description\": \"Number of peers that are changed at each look.\"}}}"),                             \
        .required = services, .required_count = 6, .env = secret, .env_count = MISBEHAVIOUR == right,                          \
        .prune = of_kind == KITH_KIND_CONNECTOR ? KITH_PRUNE_DISCONNECT : 0                                                    \
    }

static const kith_descriptor all[] = {DESCRIPTOR(KITH_KIND_STRATEGY, of_strategy),
                                      DESCRIPTOR(KITH_KIND_CONNECTOR, of_connector), DESCRIPTOR(KITH_KIND_SINK, of_sink)};
static const kith_descriptor *const descriptors[] = {&all[0], &all[1], &all[2]};

const kith_entry kith_plugin_entry = {
    .struct_size = sizeof(kith_entry),
    .abi_major = KITH_ABI_MAJOR,
    .abi_minor = KITH_ABI_MINOR,
    .descriptor_count = 3,
    .descriptors = descriptors,
    .create = create,
};
