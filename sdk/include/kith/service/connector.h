/* SPDX-License-Identifier: MIT
 *
 * kith.connector/1: a connector's own service: it connects and disconnects peers, and reports the links of its node.
 *
 * Attachment is counted in epochs. An epoch begins with `attached` and ends with `detached` or the next `attached`; a report of an
 * older one is dropped. While detached, links are unknown, no peer is connected and no backoff grows. After `attached` the connector
 * reports `links` at once, and then link_up and link_down, or `links` again, which replaces all earlier reports.
 * A connector leaves its own attachment, and tools such as remote shells, out of the links.
 */
#ifndef KITH_SERVICE_CONNECTOR_H
#define KITH_SERVICE_CONNECTOR_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_CONNECTOR "kith.connector/1"

/* kith_link.flags: the peer is a member of the node's cluster without a connection at present, such as one that is down. It does not count as
 * a link; a host that may disconnect it calls `disconnect` for it too. In `links` alone. */
#define KITH_LINK_NOT_CONNECTED 1u

/* Passed with its stride, so it may grow (A2). */
typedef struct kith_link {
    kith_str name;                    /* as kith_peer.name */
    const kith_attribute *attributes; /* properties of the link, such as type=hidden; at most 16 */
    uint32_t attribute_count;
    uint32_t flags; /* KITH_LINK_...; unknown bits are ignored */
} kith_link;

/* All pointers: copied. */
typedef struct kith_connector_host {
    /* An operation of this connector has ended. Exactly once for each connect and disconnect, never inside the call that began it (T2).
     * A connect that succeeds does not by itself make a link: link_up does. text: why, and what to do about it. KITH_STALE for
     * an op that is not outstanding. [loop & started] */
    int32_t (*done)(const kith_host *host, uint64_t op, int32_t status, kith_str text);

    /* The node with this name can be driven. epoch: increases with each attachment of this instance; the first is 1 or more. [loop & started] */
    int32_t (*attached)(const kith_host *host, kith_str node, uint64_t epoch);

    /* The node cannot be driven, or not yet: status and text state why. Report it again when the reason changes. [loop & started] */
    int32_t (*detached)(const kith_host *host, int32_t status, kith_str text);

    /* The complete set of links. KITH_STALE for an old epoch. [loop & started] */
    int32_t (*links)(const kith_host *host, uint64_t epoch, const kith_link *links, uint32_t count, uint32_t stride);

    /* [loop & started] */
    int32_t (*link_up)(const kith_host *host, uint64_t epoch, const kith_link *link);

    /* [loop & started] */
    int32_t (*link_down)(const kith_host *host, uint64_t epoch, kith_str name, kith_str reason);
} kith_connector_host;

/* op is given by the host (T3). A failing status means nothing began and no `done` follows; host->error explains why. peer: borrowed. */
typedef struct kith_connector_plugin {
    /* Make a link to the peer. Succeeds if there is one already. [loop & started] */
    int32_t (*connect)(void *self, uint64_t op, const kith_peer *peer);
    /* End the link to the peer. Succeeds if there is none. [loop & started] */
    int32_t (*disconnect)(void *self, uint64_t op, const kith_peer *peer);
    /* Cancel an operation: `done` follows soon, with KITH_CANCELLED unless it had ended. [loop & started] */
    void (*cancel)(void *self, uint64_t op);
    /* Report `links` again, as soon as possible. [loop & started] */
    void (*refresh)(void *self);
} kith_connector_plugin;

#ifdef __cplusplus
}
#endif
#endif
