/* SPDX-License-Identifier: MIT
 *
 * Uses the output of a program as the name of a peer without checking it (M1). */
#include <kith/service/process.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_PROCESS)
#define SIDE process_side
#define ASK(me) ask(me)
struct working_strategy;
static void ask(struct working_strategy *me);
#include "working_strategy.h"

static const kith_process_host *process(working_strategy *me) {
    static const kith_str id = STR(KITH_PROCESS);
    return me->host->service(me->host, id);
}

static void ask(working_strategy *me) {
    static const kith_process_program program = {
        .struct_size = sizeof program, .flags = KITH_PROCESS_OUTPUT, .path = STR("/usr/bin/peers"), .timeout = 5000000000u};
    uint64_t op = 0;
    me->asked = process(me)->start(me->host, &program, 0, &op) == KITH_OK;
}

static void started(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t made) {
    working_strategy *me = self;
    (void)user, (void)text;
    me->asked = 0;
    if (status == KITH_OK && !me->stopping) me->asked = process(me)->read(me->host, made, 65536, 0, made, &op) == KITH_OK;
    if (me->stopping) end(me);
}

static void got(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size) {
    working_strategy *me = self;
    (void)op, (void)text;
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    process(me)->close(me->host, user);
    if (status != KITH_OK) return;
    const kith_peer peer = {.key = {data, size}, .name = {data, size}};
    me->discovery->replace(me->host, &peer, 1, sizeof peer);
}

static void written(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    (void)self, (void)user, (void)op, (void)status, (void)text;
}

static void ended(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_process_end *how) {
    (void)self, (void)user, (void)op, (void)status, (void)text, (void)how;
}

static const void *process_side(kith_str id) {
    static const kith_process_plugin table = {started, got, written, ended};
    (void)id;
    return &table;
}
