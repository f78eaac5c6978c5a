/* SPDX-License-Identifier: MIT
 *
 * kith.members/1: the peers that a topology believes in, after its policy, read page by page. For sinks that need the whole set and not
 * its events alone: after each event that changes it, read it anew.
 *
 * All pages of a snapshot are true at the same moment, after the event `seq` and before the next. An instance has one snapshot at a time.
 * `user` and `op` (borrowed) as in kith/service/tcp.h.
 */
#ifndef KITH_SERVICE_MEMBERS_H
#define KITH_SERVICE_MEMBERS_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_MEMBERS "kith.members/1"
#define KITH_MEMBERS_MAX_PAGE 4096u /* members of one page */

/* Bits of kith_member.flags; others may be added. */
#define KITH_MEMBER_PRESENT 1u /* a source reports it now; without it, its removal is not due yet, or is held by the guard */
#define KITH_MEMBER_LINKED 2u  /* the connector reports a link to it */

/* Bits of kith_members_page.flags; others may be added. */
#define KITH_MEMBERS_COMPLETE 1u /* every source has reported since it was started; without it, peers may be lacking */
#define KITH_MEMBERS_MORE 2u     /* other pages follow */

/* Passed with its stride, so it may grow (A2). Strings: borrowed. */
typedef struct kith_member {
    kith_str key;  /* of its first source */
    kith_str name; /* unique within the topology */
    const kith_attribute *attributes;
    uint32_t attribute_count;
    uint32_t flags; /* KITH_MEMBER_... */
} kith_member;

typedef struct kith_members_page {
    uint32_t struct_size;
    uint32_t flags;             /* KITH_MEMBERS_... */
    uint64_t snapshot;          /* for `read` */
    uint64_t seq;               /* of the last event that it contains */
    uint64_t total;             /* members of the snapshot */
    kith_str topology;          /* its name; borrowed */
    kith_str reason;            /* why it is not complete, else empty; borrowed */
    const kith_member *members; /* borrowed */
    uint32_t count;
    uint32_t stride;
} kith_members_page;

typedef struct kith_members_host {
    /* Take a snapshot of a topology, which ends the one before, and bring its first page, of at most max members (1 to
     * KITH_MEMBERS_MAX_PAGE). An empty name is the only topology. Failures: KITH_NOT_FOUND (there is no such topology, or not now),
     * KITH_INVALID (the name is empty, and there are several), KITH_UNAVAILABLE (kith is stopping). One `take` or `read` is outstanding at
     * a time: KITH_BUSY. topology: copied. [loop & started] */
    int32_t (*take)(const kith_host *host, kith_str topology, uint32_t max, uint64_t user, uint64_t *op);

    /* The next page of that snapshot; KITH_STALE when it has ended, as after its last page. [loop & started] */
    int32_t (*read)(const kith_host *host, uint64_t snapshot, uint32_t max, uint64_t user, uint64_t *op);

    /* Publish a security.warning: the sink leaves out this peer, since its name or attributes cannot be used safely. Call it once for
     * each cause, not for each event. topology, name, reason: copied. [loop & started] */
    int32_t (*left_out)(const kith_host *host, kith_str topology, kith_str name, kith_str reason);
} kith_members_host;

typedef struct kith_members_plugin {
    /* text explains a failing status, empty otherwise: borrowed. page: borrowed; null with a failing status. [loop & started] */
    void (*page)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_members_page *page);
} kith_members_plugin;

#ifdef __cplusplus
}
#endif
#endif
