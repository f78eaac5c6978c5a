/* SPDX-License-Identifier: MIT
 *
 * kith.node/1: the local node that this topology's connector serves. Its name becomes known when the connector first attaches, stays
 * known while it is detached (a strategy goes on looking while the node restarts), and may change (a node renamed while kith runs).
 * For strategies.
 */
#ifndef KITH_SERVICE_NODE_H
#define KITH_SERVICE_NODE_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_NODE "kith.node/1"

typedef struct kith_node_host {
    /* The node's name, empty before the first attachment, and the epoch of that knowledge: it grows by each change and is 0 before
     * the first.
     * The string is borrowed until the call into the plugin that is under way returns. name, epoch: borrowed, may be null.
     * [loop & created] */
    void (*get)(const kith_host *host, kith_str *name, uint64_t *epoch);
} kith_node_host;

typedef struct kith_node_plugin {
    /* The name has become known or has changed. Not called when the connector detaches. name: borrowed, not empty.
     * [loop & started] */
    void (*changed)(void *self, kith_str name, uint64_t epoch);
} kith_node_plugin;

#ifdef __cplusplus
}
#endif
#endif
