/* SPDX-License-Identifier: MIT
 *
 * A strategy that observes the peers of its options, again and again. It uses what needs nobody else: options, log, timer, clock, random,
 * metric, node and loop.
 */
#include "plugin_skeleton.h"

#include <kith/service/clock.h>
#include <kith/service/discovery.h>
#include <kith/service/loop.h>
#include <kith/service/metric.h>
#include <kith/service/node.h>
#include <kith/service/options.h>
#include <kith/service/random.h>

static void look(me *self) {
    const kith_options_host *options = service(self, KITH_OPTIONS);
    const kith_discovery_host *discovery = service(self, KITH_DISCOVERY);
    const kith_metric_host *metric = service(self, KITH_METRIC);
    const kith_attribute attributes[] = {{STR("zone"), STR("a")}};
    kith_peer peers[4];
    uint64_t count = 0;
    uint32_t looks = 0, found = 0;
    memset(peers, 0, sizeof peers);
    options->size(self->host, text_of("/peers"), &count);
    if (count > 4) count = 4;
    for (uint64_t i = 0; i < count; ++i) {
        char path[] = "/peers/0";
        path[7] = (char)('0' + i);
        options->get_string(self->host, text_of(path), &peers[found].name);
        if (peers[found].name.size == 0) continue;
        peers[found].key = peers[found].name;
        peers[found].attributes = attributes;
        peers[found++].attribute_count = 1;
    }
    discovery->replace(self->host, peers, found, sizeof *peers);
    if (metric->define(self->host, KITH_METRIC_COUNTER, text_of("looks_total"), text_of("Looks."), NULL, 0, NULL, 0, &looks) ==
        KITH_OK)
        metric->add(self->host, looks, 1);
}

static int32_t wait_for(me *self) {
    const kith_options_host *options = service(self, KITH_OPTIONS);
    const kith_random_host *random = service(self, KITH_RANDOM);
    const kith_timer_host *timer = service(self, KITH_TIMER);
    int64_t interval = 1000;
    uint8_t jitter = 0;
    uint64_t op = 0;
    options->get_integer(self->host, text_of("/interval"), &interval);
    random->fill(self->host, &jitter, 1);
    const int32_t status = timer->start(self->host, (uint64_t)interval * 1000000 + jitter, 7, &op);
    if (status == KITH_OK) ++self->outstanding;
    return status;
}

static void fired(void *raw, uint64_t user, uint64_t op, int32_t status) {
    me *self = raw;
    UNUSED(user);
    UNUSED(op);
    if (status == KITH_OK && !self->stopping) {
        look(self);
        wait_for(self);
    }
    ended(self);
}

static void jumped(void *raw, int64_t delta) { say(raw, "the clock jumped", "ahead", text_of(delta > 0 ? "yes" : "no")); }
static void posted(void *raw, uint64_t user) { say(raw, "posted", "user", text_of(user == 9 ? "9" : "?")); }
static void changed(void *raw, kith_str name, uint64_t epoch) {
    UNUSED(epoch);
    say(raw, "the node changed", "name", name);
}
static void refresh(void *raw) { look(raw); }

static int32_t begin(me *self) {
    const kith_loop_host *loop = service(self, KITH_LOOP);
    const kith_clock_host *clock = service(self, KITH_CLOCK);
    const kith_node_host *node = service(self, KITH_NODE);
    kith_str name = {NULL, 0};
    uint64_t epoch = 0;
    node->get(self->host, &name, &epoch);
    say(self, "begun", "node", name);
    loop->post(self->host, 9);
    if (clock->monotonic(self->host) == 0 || clock->wall(self->host) == 0) return KITH_INTERNAL;
    look(self);
    return wait_for(self);
}

static const void *tables(kith_str id) {
    static const kith_timer_plugin timer = {fired};
    static const kith_clock_plugin clock = {jumped};
    static const kith_loop_plugin loop = {posted};
    static const kith_node_plugin node = {changed};
    static const kith_discovery_plugin discovery = {refresh};
    if (same(id, KITH_TIMER)) return &timer;
    if (same(id, KITH_CLOCK)) return &clock;
    if (same(id, KITH_LOOP)) return &loop;
    if (same(id, KITH_NODE)) return &node;
    return same(id, KITH_DISCOVERY) ? &discovery : NULL;
}

static const kith_str required[] = {STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_LOG),  STR(KITH_OPTIONS), STR(KITH_CLOCK),
                                    STR(KITH_RANDOM),    STR(KITH_LOOP),  STR(KITH_NODE), STR(KITH_METRIC)};
REFERENCE(
    KITH_KIND_STRATEGY, "reference_strategy", "The peers of its options.",
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"peers\":{\"description\":\"Names.\",\"type\":\"array\",\"items\":{\"type\":\"string\"},\"default\":[\"app@10.0.0.7\"]},"
    "\"interval\":{\"description\":\"Time between looks.\",\"type\":\"integer\",\"default\":1000,\"x-kith-unit\":\"ms\"}}}",
    NULL, 0)
