/* SPDX-License-Identifier: MIT
 *
 * A connector that never reports the result of a connect (T2). */
#include <kith/service/connector.h>
#define KIND KITH_KIND_CONNECTOR
#define REQUIRED STR(KITH_CONNECTOR), STR(KITH_TIMER)
#define OBSERVE(me, peer) (void)(peer)
#define SERVICES_MISSING(me) ((me)->timer == NULL)
#define SIDE connector_side
#include "working_strategy.h"

static int32_t begin(void *self, uint64_t op, const kith_peer *peer) {
    (void)self, (void)op, (void)peer;
    return KITH_OK;
}
static void cancel(void *self, uint64_t op) { (void)self, (void)op; }
static void refresh(void *self) { (void)self; }

static const void *connector_side(kith_str id) {
    static const kith_connector_plugin table = {begin, begin, cancel, refresh};
    (void)id;
    return &table;
}
