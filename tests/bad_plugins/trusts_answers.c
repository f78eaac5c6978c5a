/* SPDX-License-Identifier: MIT
 *
 * Reads the first record of a DNS answer without checking that it exists. */
#include <kith/service/dns.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_DNS)
#define SIDE dns_side
#define ASK(me) ask(me)
struct working_strategy;
static void ask(struct working_strategy *me);
#include "working_strategy.h"

static void ask(working_strategy *me) {
    static const kith_str id = STR(KITH_DNS);
    static const kith_dns_query query = {.struct_size = sizeof query, .type = KITH_DNS_SRV, .name = STR("_app._tcp.example")};
    const kith_dns_host *dns = me->host->service(me->host, id);
    uint64_t op = 0;
    me->asked = dns->query(me->host, &query, 0, &op) == KITH_OK;
}

static void answered(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_dns_answer *answer) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text;
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    if (status != KITH_OK) return;
    const kith_peer peer = {.key = answer->records[0].target, .name = answer->records[0].target};
    me->discovery->replace(me->host, &peer, 1, sizeof peer);
}

static const void *dns_side(kith_str id) {
    static const kith_dns_plugin table = {.answered = answered};
    (void)id;
    return &table;
}
