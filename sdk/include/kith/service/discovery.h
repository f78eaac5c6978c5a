/* SPDX-License-Identifier: MIT
 *
 * kith.discovery/1: a strategy's own service: its observations. All reports concern this instance's own peers; those of other strategies of
 * the topology are not changed. The effects of these calls happen later, from the loop's queue (T5).
 *
 * Arrays of peers are passed with their stride, sizeof(kith_peer) as the plugin knows it, so that the struct may grow (A2).
 * All pointers: copied. A refused call changes nothing and is counted as a failed observation:
 * KITH_INVALID  a key that is empty, repeated in the array or too long; a name too long; text that is not UTF-8
 * KITH_LIMIT    more peers than the topology's max_peers
 */
#ifndef KITH_SERVICE_DISCOVERY_H
#define KITH_SERVICE_DISCOVERY_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_DISCOVERY "kith.discovery/1"

typedef struct kith_discovery_host {
    /* The query was complete: this is the whole set. A peer of the set before that is not in this one is missing. An empty set is a valid
     * answer: never report it in place of `failed`. [loop & started] */
    int32_t (*replace)(const kith_host *host, const kith_peer *peers, uint32_t count, uint32_t stride);

    /* Changes. upserted: new, changed or renewed peers (their lease starts again). missing: keys that are no longer found, as by a query
     * without them. left: keys that the source states to be removed (a DELETE, a goodbye); they need no grace. Unknown keys
     * in missing and left are ignored. [loop & started] */
    int32_t (*update)(const kith_host *host, const kith_peer *upserted, uint32_t count, uint32_t stride,
                      const kith_str *missing, uint32_t missing_count, const kith_str *left, uint32_t left_count);

    /* in_sync 1: from now on, until a 0, every change will be reported: time passes as if every query in between had found no
     * change. 0: changes are not watched any more (a watch broke). Begins as 0. `kith discover` has the whole set with the first replace, or
     * with this. [loop & started] */
    int32_t (*watching)(const kith_host *host, uint32_t in_sync);

    /* The medium is received: leases continue to run. While a strategy with leases reports nothing, not even this, leases do not expire and its
     * set is stale. update implies it. [loop & started] */
    int32_t (*heard)(const kith_host *host);

    /* The query failed. The last set stays in use. status: negative. text: what, where, and what to do about it. [loop & started] */
    int32_t (*failed)(const kith_host *host, int32_t status, kith_str text);

    /* So many items are not peers, for this reason: reported before the replace or update they belong to; `kith discover` shows
     * it. reason: does not vary from item to item. With 0 items the reason is why the set is empty, such as a name that does
     * not exist. [loop & started] */
    int32_t (*left_out)(const kith_host *host, uint32_t items, kith_str reason);
} kith_discovery_host;

typedef struct kith_discovery_plugin {
    /* Query now, regardless of the interval. Answered by replace, update or failed. [loop & started] */
    void (*refresh)(void *self);
} kith_discovery_plugin;

#ifdef __cplusplus
}
#endif
#endif
