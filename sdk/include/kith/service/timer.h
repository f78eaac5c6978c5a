/* SPDX-License-Identifier: MIT
 *
 * kith.timer/1: one-shot timers on the monotonic clock. host->cancel(op) ends one early.
 */
#ifndef KITH_SERVICE_TIMER_H
#define KITH_SERVICE_TIMER_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_TIMER "kith.timer/1"

typedef struct kith_timer_host {
    /* Complete after at least `delay` nanoseconds; 0 is "as soon as the loop is free". user: handed back by `fired` as it is.
     * op: borrowed, gets the operation's id. [loop & started] */
    int32_t (*start)(const kith_host *host, uint64_t delay, uint64_t user, uint64_t *op);
} kith_timer_host;

typedef struct kith_timer_plugin {
    /* status: KITH_OK or KITH_CANCELLED. [loop & started] */
    void (*fired)(void *self, uint64_t user, uint64_t op, int32_t status);
} kith_timer_plugin;

#ifdef __cplusplus
}
#endif
#endif
