/* SPDX-License-Identifier: MIT
 *
 * kith.clock/1: time (D1). Intervals are measured on the monotonic clock; the wall clock is for people and for protocols that send it.
 */
#ifndef KITH_SERVICE_CLOCK_H
#define KITH_SERVICE_CLOCK_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_CLOCK "kith.clock/1"

typedef struct kith_clock_host {
    /* Nanoseconds since some moment before create; never goes back; counts time asleep (CLOCK_BOOTTIME where there is one).
     * [any-thread] */
    uint64_t (*monotonic)(const kith_host *host);
    /* Nanoseconds since 1970-01-01T00:00:00Z; may jump. [any-thread] */
    int64_t (*wall)(const kith_host *host);
} kith_clock_host;

typedef struct kith_clock_plugin {
    /* The wall clock was set: it is now by `delta` nanoseconds ahead of where it would have been. Steps under 1 s are not reported.
     * [loop & started] */
    void (*jumped)(void *self, int64_t delta);
} kith_clock_plugin;

#ifdef __cplusplus
}
#endif
#endif
