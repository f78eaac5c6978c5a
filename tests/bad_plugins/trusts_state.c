/* SPDX-License-Identifier: MIT
 *
 * Takes for granted that its saved state has the size with which it was saved. */
#include <kith/service/state.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_STATE)
#define SIDE state_side
#define ASK(me) ask(me)
struct working_strategy;
static void ask(struct working_strategy *me);
#include "working_strategy.h"

static void ask(working_strategy *me) {
    static const kith_str id = STR(KITH_STATE);
    const kith_state_host *state = me->host->service(me->host, id);
    uint64_t op = 0;
    me->asked =
        (me->handle++ % 2 == 0 ? state->load(me->host, 0, &op) : state->save(me->host, "12345678", 8, 0, &op)) == KITH_OK;
}

static void loaded(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint64_t size) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text, (void)data;
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    if (status == KITH_OK && size != 8) __builtin_trap(); /* as an assertion would */
}

static void saved(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    working_strategy *me = self;
    (void)user, (void)op, (void)status, (void)text;
    me->asked = 0;
    if (me->stopping) end(me);
}

static const void *state_side(kith_str id) {
    static const kith_state_plugin table = {loaded, saved};
    (void)id;
    return &table;
}
