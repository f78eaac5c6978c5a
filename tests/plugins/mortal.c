/* SPDX-License-Identifier: MIT
 *
 * A strategy, a connector and a sink for tests of isolation, which end their own process in the way that the option `death` names, at the
 * moment that `moment` names: `start`, `timer` (`after` microseconds later) or `call`: a refresh of the strategy, a connect of the connector, events of the
 * sink. With death `none` they work. With `socket` they request three sockets, which a sandbox refuses unless the file declares them, and
 * work. `flood` sends messages without end, `promise` the head of a message that does not follow. Each start adds to a counter and sets a gauge.
 */
#include <kith/plugin.h>
#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/metric.h>
#include <kith/service/options.h>
#include <kith/service/sink.h>
#include <kith/service/timer.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEXT(literal)                                                                                                          \
    { literal, sizeof(literal) - 1 }

typedef struct mortal {
    kith_instance instance;
    const kith_host *host;
    const kith_timer_host *timer;
    const kith_metric_host *metric;
    const kith_discovery_host *discovery; /* of a strategy */
    const kith_connector_host *connector; /* of a connector */
    const kith_sink_host *sink;           /* of a sink */
    kith_str death, moment;
    int64_t after;   /* microseconds */
    uint64_t op;     /* of the timer; 0: none */
    uint32_t starts; /* a counter */
} mortal;

#ifndef MORTAL_ID
#define MORTAL_ID "mortal"
#define MORTAL_FLAGS 0
#endif

static int is(kith_str a, const char *b) { return a.size == strlen(b) && memcmp(a.data, b, a.size) == 0; }

static kith_str text(const char *string) {
    kith_str result = {string, strlen(string)};
    return result;
}

static void die(const mortal *me) {
    static volatile unsigned beats;
    fprintf(stderr, "these are the last words of %.*s\n", (int)me->death.size, me->death.data);
    if (is(me->death, "segv")) {
        volatile int *volatile nowhere = NULL;
        *nowhere = 1;
    }
    if (is(me->death, "abort")) abort();
    if (is(me->death, "exit")) exit(0);
    if (is(me->death, "memory")) {
        const size_t piece = (size_t)1 << 20;
        for (volatile char *more; (more = malloc(piece)) != NULL;) *more = 1; /* the limit counts what is mapped */
        abort();
    }
    if (is(me->death, "loop"))
        for (;;) ++beats;
    if (is(me->death, "deadlock")) {
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_mutex_lock(&mutex);
        pthread_mutex_lock(&mutex);
    }
    if (is(me->death, "descriptors")) {
        while (dup(STDERR_FILENO) >= 0) ++beats;
        abort();
    }
    if (is(me->death, "close")) {
        for (int fd = 3; fd < 256; ++fd) close(fd);
        for (;;) poll(NULL, 0, -1);
    }
    if (is(me->death, "garbage")) {
        static const char bytes[] = "\x20\0\0\0this is no message of an instance";
        for (int fd = 3; fd < 256; ++fd)
            if (write(fd, bytes, sizeof bytes - 1) < 0) ++beats;
    }
    if (is(me->death, "stop")) raise(SIGSTOP);
    if (is(me->death, "flood"))
        for (;;) me->metric->add(me->host, me->starts, 1);
    if (is(me->death, "promise")) {
        static const uint32_t promised = 16u << 20;
        for (int fd = 3; fd < 256 && write(fd, &promised, sizeof promised) < 0; ++fd) ++beats;
    }
    if (is(me->death, "output")) {
        printf("and these are on standard output\n");
        fflush(stdout);
        abort();
    }
    for (int i = 0; i < 3 && is(me->death, "socket"); ++i) {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd >= 0) close(fd);
    }
}

static void at(mortal *me, const char *moment) {
    if (is(me->moment, moment)) die(me);
}

static void fired(void *self, uint64_t user, uint64_t op, int32_t status) {
    mortal *me = self;
    (void)user, (void)op;
    me->op = 0;
    if (status == KITH_OK)
        at(me, "timer");
    else
        me->host->stopped(me->host);
}

static int32_t start(void *self) {
    static const kith_peer peers[] = {{.key = TEXT("a"), .name = TEXT("a@127.0.0.2")},
                                      {.key = TEXT("b"), .name = TEXT("b@127.0.0.3")}};
    mortal *me = self;
    uint32_t gauge = 0;
    me->metric->define(me->host, KITH_METRIC_COUNTER, text("starts_total"), text("Starts."), NULL, 0, NULL, 0, &me->starts);
    me->metric->define(me->host, KITH_METRIC_GAUGE, text("alive"), text("It runs."), NULL, 0, NULL, 0, &gauge);
    me->metric->add(me->host, me->starts, 1);
    me->metric->set(me->host, gauge, 1);
    at(me, "start");
    if (me->discovery) me->discovery->replace(me->host, peers, 2, sizeof peers[0]);
    if (me->sink) me->sink->subscribe(me->host, UINT64_MAX);
    if (me->connector) {
        me->connector->attached(me->host, text("me@127.0.0.1"), 1);
        me->connector->links(me->host, 1, NULL, 0, sizeof(kith_link));
    }
    return me->timer->start(me->host, (uint64_t)me->after * 1000u, 0, &me->op);
}

static void stop(void *self) {
    mortal *me = self;
    if (!me->op) me->host->stopped(me->host); /* otherwise the timer completes */
}

static void destroy(void *self) { free(self); }

static void refresh(void *self) { at(self, "call"); }

static int32_t connect_peer(void *self, uint64_t op, const kith_peer *peer) {
    mortal *me = self;
    const kith_link link = {.name = peer->name};
    at(me, "call");
    me->connector->done(me->host, op, KITH_OK, text(""));
    me->connector->link_up(me->host, 1, &link);
    return KITH_OK;
}

static int32_t disconnect_peer(void *self, uint64_t op, const kith_peer *peer) {
    mortal *me = self;
    (void)peer;
    return me->connector->done(me->host, op, KITH_OK, text(""));
}

static void cancel(void *self, uint64_t op) {
    ((mortal *)self)->connector->done(((mortal *)self)->host, op, KITH_CANCELLED, text(""));
}

static void nothing(void *self) { (void)self; }

static void events(void *self, uint64_t batch, const kith_event *event, uint32_t count, uint32_t stride) {
    mortal *me = self;
    (void)event, (void)count, (void)stride;
    at(me, "call");
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
    mortal *me = calloc(1, sizeof *me);
    (void)id;
    if (!me) return KITH_LIMIT;
    me->host = host;
    me->timer = host->service(host, text(KITH_TIMER));
    me->metric = host->service(host, text(KITH_METRIC));
    me->discovery = host->service(host, text(KITH_DISCOVERY));
    me->connector = host->service(host, text(KITH_CONNECTOR));
    me->sink = host->service(host, text(KITH_SINK));
    me->after = 50000;
    options->get_integer(host, text("/after"), &me->after);
    if (options->get_string(host, text("/death"), &me->death) < 0 ||
        options->get_string(host, text("/moment"), &me->moment) < 0) {
        host->error(host, text("death or moment is missing"));
        free(me);
        return KITH_INVALID;
    }
    me->instance = (kith_instance){sizeof me->instance, 0, me, start, stop, destroy, service};
    *out = &me->instance;
    return KITH_OK;
}

static const kith_str of_strategy[] = {TEXT(KITH_OPTIONS), TEXT(KITH_TIMER), TEXT(KITH_METRIC), TEXT(KITH_DISCOVERY)};
static const kith_str of_connector[] = {TEXT(KITH_OPTIONS), TEXT(KITH_TIMER), TEXT(KITH_METRIC), TEXT(KITH_CONNECTOR)};
static const kith_str of_sink[] = {TEXT(KITH_OPTIONS), TEXT(KITH_TIMER), TEXT(KITH_METRIC), TEXT(KITH_SINK)};

#define DESCRIPTOR(of_kind, services)                                                                                          \
    {                                                                                                                          \
        .struct_size = sizeof(kith_descriptor), .kind = of_kind, .id = TEXT(MORTAL_ID), .version = TEXT("1.0.0"),              \
        .licence = TEXT("MIT"), .summary = TEXT("Ends its process as a test tells it."),                                       \
        .options = TEXT("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"                            \
                        "\"node\": {\"type\": \"string\", \"description\": \"Only distinguishes instances.\"},"                \
                        "\"death\": {\"type\": \"string\", \"default\": \"none\", \"description\": \"How it ends.\"},"         \
                        "\"moment\": {\"type\": \"string\", \"default\": \"call\", \"description\": \"When.\"},"               \
                        "\"after\": {\"type\": \"integer\", \"minimum\": 0, \"default\": 50000, "                              \
                        "\"description\": \"Microseconds until the timer.\"}}}"),                                              \
        .required = services, .flags = MORTAL_FLAGS, .required_count = 4,                                                      \
        .prune = of_kind == KITH_KIND_CONNECTOR ? KITH_PRUNE_KEEP : 0                                                          \
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
