/* SPDX-License-Identifier: MIT
 *
 * Reports an empty set if its source does not answer: an outage of the source would disconnect all peers (E3). */
#include <kith/service/tcp.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_TCP)
#define SIDE tcp_side
#define ASK(me) ask(me)
#define OBSERVE(me, peer) (void)(peer)
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
    me->asked = tcp(me)->connect(me->host, name, 4000, 0, 0, &op) == KITH_OK;
}

static void report(working_strategy *me) {
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    me->discovery->replace(me->host, NULL, 0, sizeof(kith_peer));
}

static void connected(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t stream,
                      const kith_endpoint *remote) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text, (void)remote;
    if (status == KITH_OK && tcp(me)->read(me->host, stream, 4096, 5000000000u, 0, &op) == KITH_OK) return;
    report(me);
}

static void got(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size) {
    (void)user, (void)op, (void)text, (void)status, (void)data, (void)size;
    report(self);
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
