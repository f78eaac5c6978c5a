/* SPDX-License-Identifier: MIT
 *
 * A strategy that observes one peer each second. It keeps every rule except the one that the including file violates in a macro. For
 * the tests of kith-check-plugin.
 */
#ifndef REQUIRED
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER)
#endif
#define CREATE working_strategy_create
#include <kith/plugin.h>
#include <kith/service/clock.h>
#include <kith/service/options.h>
#include <kith/service/timer.h>

#include <stdlib.h>

static int32_t working_strategy_create(const kith_host *host, kith_str id, const kith_instance **out);
#include "base.h"

typedef struct working_strategy {
    kith_instance instance;
    const kith_host *host;
    const kith_timer_host *timer;
    const kith_discovery_host *discovery;
    int waiting;
    int stopping;
    int asked;       /* an operation of ASK is outstanding */
    uint64_t handle; /* what ASK has open */
} working_strategy;

#ifndef AT_START
#define AT_START(me) (void)0
#endif
#ifndef AT_FIRED
#define AT_FIRED(me) (void)0
#endif
#ifndef ASK
#define ASK(me) (void)0
#endif
#ifndef OBSERVE
#define OBSERVE(me, peer) (me)->discovery->replace((me)->host, &(peer), 1, sizeof(peer))
#endif
#ifndef AT_STOPPED
#define AT_STOPPED(me) (void)0
#endif
#ifndef AT_DESTROY
#define AT_DESTROY(me) (void)0
#endif
#ifndef DELAY
#define DELAY 1000000000u
#endif
#ifndef SERVICES_MISSING
#define SERVICES_MISSING(me) ((me)->timer == NULL || (me)->discovery == NULL)
#endif
#ifndef TIMER_FAILS
#define TIMER_FAILS(me) (me)->waiting = 0
#endif
#ifndef SAYS_STOPPED
#define SAYS_STOPPED 1
#endif

static const kith_str no_service = STR("the host does not offer what this needs");
static const kith_str no_timer = STR("no timer could be started");

static int32_t sleep_on(working_strategy *me) {
    uint64_t op = 0;
    me->waiting = 1;
    const int32_t status = me->timer->start(me->host, DELAY, 0, &op);
    if (status != KITH_OK) TIMER_FAILS(me);
    return status;
}

static void end(working_strategy *me) {
    if (me->waiting || me->asked) return;
    if (SAYS_STOPPED) me->host->stopped(me->host);
    AT_STOPPED(me);
}

static void fired(void *self, uint64_t user, uint64_t op, int32_t status) {
    static const kith_peer peer = {.key = STR("a"), .name = STR("a@10.0.0.2")};
    working_strategy *me = self;
    (void)user;
    (void)op;
    me->waiting = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    AT_FIRED(me);
    if (!me->asked) ASK(me);
    OBSERVE(me, peer);
    (void)status;
    const int32_t next = sleep_on(me);
    if (next != KITH_OK) me->host->failed(me->host, next, no_timer);
}

static int32_t start(void *self) {
    working_strategy *me = self;
    AT_START(me);
    const int32_t status = sleep_on(me);
    if (status != KITH_OK) me->host->error(me->host, no_timer);
    return status;
}

static void stop(void *self) {
    working_strategy *me = self;
    me->stopping = 1;
    end(me);
}

static void destroy(void *self) {
    AT_DESTROY(self);
    free(self);
}

#ifdef SIDE
static const void *SIDE(kith_str id);
#endif
static int same(kith_str a, const char *b, uint64_t size) { return a.size == size && __builtin_memcmp(a.data, b, size) == 0; }

static const void *side(void *self, kith_str id) {
    static const kith_timer_plugin timer = {.fired = fired};
    (void)self;
#ifdef JUMPED
    static const kith_clock_plugin clock = {.jumped = JUMPED};
    if (same(id, KITH_CLOCK, sizeof KITH_CLOCK - 1)) return &clock;
#endif
#ifdef SIDE
    if (!same(id, KITH_TIMER, sizeof KITH_TIMER - 1)) return SIDE(id);
#endif
    return same(id, KITH_TIMER, sizeof KITH_TIMER - 1) ? &timer : NULL;
}

static int32_t working_strategy_create(const kith_host *host, kith_str id, const kith_instance **out) {
    static const kith_str timer = STR(KITH_TIMER), discovery = STR(KITH_DISCOVERY);
    working_strategy *me = calloc(1, sizeof *me);
    (void)id;
    if (me == NULL) return KITH_LIMIT;
    me->host = host;
    me->timer = host->service(host, timer);
    me->discovery = host->service(host, discovery);
    if (SERVICES_MISSING(me)) {
        free(me);
        host->error(host, no_service);
        return KITH_UNSUPPORTED;
    }
    me->instance.struct_size = sizeof me->instance;
    me->instance.self = me;
    me->instance.start = start;
    me->instance.stop = stop;
    me->instance.destroy = destroy;
    me->instance.service = side;
    *out = &me->instance;
    return KITH_OK;
}
