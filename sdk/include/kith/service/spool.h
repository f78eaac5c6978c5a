/* SPDX-License-Identifier: MIT
 *
 * kith.spool/1: a queue of records on disk that outlives the process. For sinks that deliver over a network: append what is to be
 * delivered, read it, acknowledge it when the receiver has accepted it. An instance has one spool, under `state_dir` by the instance's
 * name, mode 0700. Records have the numbers 1, 2, 3 ..., also across restarts, and are read in this order.
 *
 * Operations of one instance are done in the order of their calls. Without a `state_dir`, KITH_UNSUPPORTED. KITH_BUSY: another process
 * uses this spool. KITH_IO: an error of the disk, such as a full one; nothing was changed, so try it again later.
 * `user` and `op` (borrowed) as in kith/service/tcp.h.
 */
#ifndef KITH_SERVICE_SPOOL_H
#define KITH_SERVICE_SPOOL_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_SPOOL "kith.spool/1"
#define KITH_SPOOL_MIN_BOUND 65536u      /* bytes of a spool's bound */
#define KITH_SPOOL_MAX_BOUND 1073741824u /* bytes of a spool's bound */
#define KITH_SPOOL_MAX_RECORD 1048576u   /* bytes of a record, and at most an eighth of the bound */
#define KITH_SPOOL_MAX_READ 1048576u     /* bytes that one read brings, unless a single record is larger */

/* Passed with its stride, so it may grow (A2). */
typedef struct kith_spool_record {
    uint64_t number;
    const void *data; /* borrowed */
    uint64_t size;
} kith_spool_record;

typedef struct kith_spool_host {
    /* Append a record; when it is complete, the record outlives a crash of the process and of the machine. The spool uses at most `bound`
     * bytes of disk: the oldest records are dropped to make room, acknowledged or not, several at a time. KITH_LIMIT: the record is
     * larger than KITH_SPOOL_MAX_RECORD or an eighth of the bound. data: copied. [loop & started] */
    int32_t (*append)(const kith_host *host, const void *data, uint64_t size, uint64_t bound, uint64_t user, uint64_t *op);

    /* The records that are not acknowledged and whose numbers are greater than `after` (0: all), of together at most max bytes, but at
     * least one; none when there are none. [loop & started] */
    int32_t (*read)(const kith_host *host, uint64_t after, uint64_t max, uint64_t user, uint64_t *op);

    /* This record and all before it are done with: they are not read again, also after a restart. After a crash of the machine, the
     * last acknowledgements may be lost. KITH_INVALID: there was no such record yet. [loop & started] */
    int32_t (*acknowledge)(const kith_host *host, uint64_t number, uint64_t user, uint64_t *op);
} kith_spool_host;

typedef struct kith_spool_plugin {
    /* text: borrowed, explains a failing status, here and below. [loop & started] */
    void (*appended)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t number);
    /* records: borrowed. dropped: how many records there were between `after`, or the last that was acknowledged, and the first of
     * these, which were dropped or are damaged. [loop & started] */
    void (*read)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_spool_record *records,
                 uint32_t count, uint32_t stride, uint64_t dropped);
    void (*acknowledged)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text); /* [loop & started] */
} kith_spool_plugin;

#ifdef __cplusplus
}
#endif
#endif
