/* SPDX-License-Identifier: MIT
 *
 * kith.loop/1: the way from a plugin's own thread back to the loop, and from a call to "later".
 */
#ifndef KITH_SERVICE_LOOP_H
#define KITH_SERVICE_LOOP_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_LOOP "kith.loop/1"

typedef struct kith_loop_host {
    /* Calls `posted` on the loop, later, in the order of the posts of one thread. What is posted before `stopped` was called
     * is delivered before destroy; after it, KITH_CANCELLED. KITH_LIMIT when 65,536 are waiting. user: handed back as it is.
     * [any-thread] */
    int32_t (*post)(const kith_host *host, uint64_t user);
} kith_loop_host;

typedef struct kith_loop_plugin {
    /* [loop & started] */
    void (*posted)(void *self, uint64_t user);
} kith_loop_plugin;

#ifdef __cplusplus
}
#endif
#endif
