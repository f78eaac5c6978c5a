/* SPDX-License-Identifier: MIT
 *
 * A sink that logs each event, and takes the next batch a moment later.
 */
#include "plugin_skeleton.h"

#include <kith/service/sink.h>

static const kith_sink_host *sink(const me *self) { return service(self, KITH_SINK); }

static void fired(void *raw, uint64_t user, uint64_t op, int32_t status) {
    me *self = raw;
    UNUSED(op);
    UNUSED(status);
    sink(self)->taken(self->host, user);
    ended(self);
}

static void events(void *raw, uint64_t batch, const kith_event *first, uint32_t count, uint32_t stride) {
    me *self = raw;
    const kith_timer_host *timer = service(self, KITH_TIMER);
    uint64_t op = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const kith_event *event = (const kith_event *)(const void *)((const char *)first + (size_t)i * stride);
        say(self, "event", "peer", event->peer);
    }
    if (timer->start(self->host, 1000000, batch, &op) == KITH_OK)
        ++self->outstanding;
    else
        sink(self)->taken(self->host, batch);
}

static int32_t begin(me *self) {
    return sink(self)->subscribe(self->host, 1u << KITH_EVENT_LINK_UP | 1u << KITH_EVENT_LINK_DOWN);
}

static const void *tables(kith_str id) {
    static const kith_timer_plugin timer = {fired};
    static const kith_sink_plugin own = {events};
    if (same(id, KITH_TIMER)) return &timer;
    return same(id, KITH_SINK) ? &own : NULL;
}

static const kith_str required[] = {STR(KITH_SINK), STR(KITH_TIMER), STR(KITH_LOG)};
REFERENCE(KITH_KIND_SINK, "reference_sink", "Logs events.", "{\"type\":\"object\",\"additionalProperties\":false}", NULL, 0)
