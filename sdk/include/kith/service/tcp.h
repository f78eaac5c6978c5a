/* SPDX-License-Identifier: MIT
 *
 * kith.tcp/1: streams. They are pulled: nothing is read that was not asked for, and the completion of a write is the
 * back-pressure. Nagle's algorithm is off.
 *
 * Every `user` is handed back by the completion as it is; every `op` is borrowed and gets the operation's id. A function that
 * returns a failing status has begun nothing, and no completion follows. A timeout of 0 means none; one that passes completes
 * the operation with KITH_TIMED_OUT and leaves the stream as it was.
 */
#ifndef KITH_SERVICE_TCP_H
#define KITH_SERVICE_TCP_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_TCP "kith.tcp/1"
#define KITH_TCP_MAX_READ 1048576u   /* most that one read brings */
#define KITH_TCP_MAX_WRITE 16777216u /* most that one write takes */

typedef struct kith_endpoint {
    kith_str address; /* numeric, such as 10.0.0.7 or fd00::7 */
    uint32_t port;
    uint32_t reserved;
} kith_endpoint;

typedef struct kith_tcp_host {
    /* name: a host name or a numeric address, copied. All its addresses are tried in the resolver's order. Failures:
     * KITH_UNRESOLVED, KITH_REFUSED, KITH_UNREACHABLE, KITH_TIMED_OUT, KITH_DENIED, KITH_LIMIT (no descriptors left), KITH_IO.
     * [loop & started] */
    int32_t (*connect)(const kith_host *host, kith_str name, uint32_t port, uint64_t timeout, uint64_t user, uint64_t *op);

    /* address: numeric; empty is every address, IPv6 and IPv4; copied. port 0: any free one. Failures: KITH_EXISTS (port taken),
     * KITH_DENIED, KITH_IO (an address that is not ours). [loop & started] */
    int32_t (*listen)(const kith_host *host, kith_str address, uint32_t port, uint32_t backlog, uint64_t user, uint64_t *op);

    /* Next connection of a listener; one outstanding for each. [loop & started] */
    int32_t (*accept)(const kith_host *host, uint64_t listener, uint64_t user, uint64_t *op);

    /* Between 1 and max bytes, as soon as there are any; one outstanding for each stream. [loop & started] */
    int32_t (*read)(const kith_host *host, uint64_t stream, uint32_t max, uint64_t timeout, uint64_t user, uint64_t *op);

    /* All of the bytes; one outstanding for each stream. One that is cancelled or times out may have sent some of them. KITH_INVALID
     * after shutdown. data: copied. [loop & started] */
    int32_t (*write)(const kith_host *host, uint64_t stream, const void *data, uint32_t size, uint64_t timeout, uint64_t user,
                     uint64_t *op);

    /* End our direction: the other side reads the end of the stream. KITH_BUSY while a write is under way. [loop & started] */
    int32_t (*shutdown)(const kith_host *host, uint64_t stream);

    /* Close a stream or a listener; its operations complete with KITH_CANCELLED. Whatever is still open at destroy is closed by the
     * host. [loop & started] */
    int32_t (*close)(const kith_host *host, uint64_t id);
} kith_tcp_host;

/* text explains a failing status, empty otherwise: borrowed. Data and endpoints: borrowed. All [loop & started]. */
typedef struct kith_tcp_plugin {
    void (*connected)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t stream,
                      const kith_endpoint *remote);
    void (*listening)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t listener,
                      const kith_endpoint *local);
    void (*accepted)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t stream,
                     const kith_endpoint *remote);
    /* KITH_CLOSED is the end of the stream. */
    void (*read)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size);
    void (*written)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text);
} kith_tcp_plugin;

#ifdef __cplusplus
}
#endif
#endif
