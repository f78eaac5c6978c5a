/* SPDX-License-Identifier: MIT
 *
 * Uses the content of any received packet as the name of a peer (M1). */
#include <kith/service/udp.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_UDP)
#define SIDE udp_side
#define ASK(me) ask(me)
struct working_strategy;
static void ask(struct working_strategy *me);
#include "working_strategy.h"

static const kith_udp_host *udp(working_strategy *me) {
    static const kith_str id = STR(KITH_UDP);
    return me->host->service(me->host, id);
}

static void ask(working_strategy *me) {
    static const kith_udp_socket socket = {.struct_size = sizeof socket, .address = STR("0.0.0.0"), .port = 4000};
    uint64_t op = 0;
    const int32_t status =
        me->handle == 0 ? udp(me)->bind(me->host, &socket, 0, &op) : udp(me)->receive(me->host, me->handle, 16, 0, 0, &op);
    me->asked = status == KITH_OK;
}

static void bound(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t socket,
                  const kith_endpoint *local, uint32_t receive_buffer) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text, (void)local, (void)receive_buffer;
    me->asked = 0;
    if (status == KITH_OK) me->handle = socket;
    if (me->stopping) end(me);
}

static void received(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_datagram *datagrams,
                     uint32_t count, uint32_t stride, uint64_t lost) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text, (void)count, (void)stride, (void)lost;
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    if (status != KITH_OK) return;
    const kith_peer peer = {.key = STR("a"), .name = {datagrams->data, datagrams->size}};
    me->discovery->replace(me->host, &peer, 1, sizeof peer);
}

static void membership(void *self, uint64_t socket, kith_str group, kith_str interface, int32_t status, kith_str text) {
    (void)self, (void)socket, (void)group, (void)interface, (void)status, (void)text;
}

static void sent(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint32_t count) {
    (void)self, (void)user, (void)op, (void)status, (void)text, (void)count;
}

static const void *udp_side(kith_str id) {
    static const kith_udp_plugin table = {bound, membership, received, sent};
    (void)id;
    return &table;
}
