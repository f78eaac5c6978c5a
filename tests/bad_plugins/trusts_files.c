/* SPDX-License-Identifier: MIT
 *
 * Takes for granted that a file was read and has a first byte. */
#include <kith/service/file.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_FILE)
#define SIDE file_side
#define ASK(me) ask(me)
struct working_strategy;
static void ask(struct working_strategy *me);
#include "working_strategy.h"

static void ask(working_strategy *me) {
    static const kith_str id = STR(KITH_FILE), path = STR("/etc/peers");
    const kith_file_host *file = me->host->service(me->host, id);
    uint64_t op = 0;
    me->asked = file->read(me->host, path, 4096, 0, &op) == KITH_OK;
}

static void got(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint64_t size,
                const kith_file_info *info) {
    working_strategy *me = self;
    (void)user, (void)op, (void)status, (void)text, (void)info;
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    if (size == 0) __builtin_trap(); /* as an assertion would */
    if (*(const char *)data == '#') me->discovery->heard(me->host);
}

static void done(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    (void)self, (void)user, (void)op, (void)status, (void)text;
}

static const void *file_side(kith_str id) {
    static const kith_file_plugin table = {got, done, done};
    (void)id;
    return &table;
}
