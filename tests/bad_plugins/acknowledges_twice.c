/* SPDX-License-Identifier: MIT
 *
 * A sink that acknowledges a batch twice (T2). */
#include <kith/service/sink.h>
#define KIND KITH_KIND_SINK
#define REQUIRED STR(KITH_SINK), STR(KITH_TIMER)
#define OBSERVE(me, peer) (void)(peer)
#define SERVICES_MISSING(me) ((me)->timer == NULL)
#define SIDE sink_side
#define AT_START(me) subscribe(me)
struct working_strategy;
static void subscribe(struct working_strategy *me);
#include "working_strategy.h"

static const kith_sink_host *sink(working_strategy *me) {
    static const kith_str id = STR(KITH_SINK);
    return me->host->service(me->host, id);
}

static void subscribe(working_strategy *me) { sink(me)->subscribe(me->host, UINT64_MAX); }

static void events(void *self, uint64_t batch, const kith_event *all, uint32_t count, uint32_t stride) {
    working_strategy *me = self;
    (void)all, (void)count, (void)stride;
    sink(me)->taken(me->host, batch);
    sink(me)->taken(me->host, batch);
}

static const void *sink_side(kith_str id) {
    static const kith_sink_plugin table = {.events = events};
    (void)id;
    return &table;
}
