/* SPDX-License-Identifier: MIT
 *
 * Uses the length that the remote side of a stream sends without checking it. */
#include <kith/service/tcp.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_TCP)
#define SIDE tcp_side
#define ASK(me) ask(me)
struct working_strategy;
static void ask(struct working_strategy *me);
#include "working_strategy.h"

static const kith_tcp_host *tcp(working_strategy *me) {
    static const kith_str id = STR(KITH_TCP);
    return me->host->service(me->host, id);
}

static void ask(working_strategy *me) {
    static const kith_str name = STR("registry.example");
    uint64_t op = 0;
    const int32_t status = me->handle == 0 ? tcp(me)->connect(me->host, name, 4000, 0, 0, &op)
                                           : tcp(me)->read(me->host, me->handle, 4096, 5000000000u, 0, &op);
    me->asked = status == KITH_OK;
}

static void connected(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t stream,
                      const kith_endpoint *remote) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text, (void)remote;
    me->asked = 0;
    if (status == KITH_OK) me->handle = stream;
    if (me->stopping) end(me);
}

static void got(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size) {
    working_strategy *me = self;
    const unsigned char *bytes = data;
    (void)user, (void)op, (void)text;
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    if (status == KITH_OK && size > 1) {
        const uint64_t length = (uint64_t)bytes[0] << 8 | bytes[1];
        if (length > size - 2) __builtin_trap(); /* what reading beyond the end comes to, sooner or later */
    }
    if (status != KITH_OK && status != KITH_TIMED_OUT) {
        tcp(me)->close(me->host, me->handle);
        me->handle = 0;
    }
}

static void opened(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t id,
                   const kith_endpoint *at) {
    (void)self, (void)user, (void)op, (void)status, (void)text, (void)id, (void)at;
}

static void written(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    (void)self, (void)user, (void)op, (void)status, (void)text;
}

static const void *tcp_side(kith_str id) {
    static const kith_tcp_plugin table = {connected, opened, opened, got, written};
    (void)id;
    return &table;
}
