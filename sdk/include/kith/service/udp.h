/* SPDX-License-Identifier: MIT
 *
 * kith.udp/1: datagrams, to one address, to a broadcast address, or to a group. They are pulled, many in one call: those not yet
 * requested wait in the socket's receive buffer, and those that do not fit there are lost and counted.
 *
 * `user`, `op` (borrowed), timeouts and refused calls as in kith/service/tcp.h. Addresses are binary, so that a datagram costs no text.
 */
#ifndef KITH_SERVICE_UDP_H
#define KITH_SERVICE_UDP_H

#include "../plugin.h"
#include "tcp.h" /* kith_endpoint */

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_UDP "kith.udp/1"
#define KITH_UDP_MAX_SIZE 65507u /* bytes in a datagram; over IPv6 20 more would fit, and are not used */
#define KITH_UDP_MAX_BATCH 256u  /* datagrams in one call, either way */
#define KITH_UDP_MAX_GROUPS 64u  /* joined by one socket */

#define KITH_ADDRESS_IPV4 4u
#define KITH_ADDRESS_IPV6 6u

/* An address and a port, in binary. */
typedef struct kith_address {
    uint8_t bytes[16]; /* as on the wire; IPv4 in the first four, the rest 0 */
    uint32_t scope;    /* IPv6 link-local: number of the interface; otherwise 0 */
    uint16_t port;
    uint8_t family; /* KITH_ADDRESS_... */
    uint8_t reserved;
} kith_address;

#define KITH_DATAGRAM_TRUNCATED 1u /* it was longer than max_size; data holds the beginning */

/* Arrays of them are passed with their stride, so it may grow (A2). */
typedef struct kith_datagram {
    const void *data;
    uint32_t size;
    uint32_t flags;      /* KITH_DATAGRAM_... of one that was received; unknown bits are ignored */
    kith_address remote; /* received: who sent it; to be sent: where to */
} kith_datagram;

#define KITH_UDP_SHARED                                                                                                        \
    1u                        /* other sockets may have the same port: of a group or a broadcast each gets every datagram, of
                                 the rest one gets each */
#define KITH_UDP_BROADCAST 2u /* may send to broadcast addresses */
#define KITH_UDP_NO_LOOP 4u   /* what it sends to a group is not received on this machine; broadcasts are all the same */

/* How a socket is to be. Borrowed by bind. */
typedef struct kith_udp_socket {
    uint32_t struct_size; /* sizeof(kith_udp_socket); what lies beyond is absent (A2) */
    uint32_t flags;       /* KITH_UDP_... */
    kith_str address; /* numeric, of this machine, or 0.0.0.0, or :: for all of IPv6 (and IPv6 alone); it settles the family */
    kith_str
        interface;     /* groups and the limited broadcast are sent by this one: its name (eth0) or an address of it; empty: the
                                routes decide */
    uint32_t port;     /* 0: any free one */
    uint32_t hops;     /* a datagram to a group lives as long (TTL): 0 stays on this machine, 1 on this network; at most 255 */
    uint32_t max_size; /* longest datagram that is received whole; 0: KITH_UDP_MAX_SIZE */
    uint32_t
        receive_buffer; /* requested size in bytes; 0: the system's default; the system may grant less, and `bound` returns what it granted */
} kith_udp_socket;

typedef struct kith_udp_host {
    /* Failures: KITH_EXISTS (port taken), KITH_DENIED, KITH_IO (an address that is not ours, now), KITH_LIMIT (no descriptors left).
     * socket: copied. [loop & started] */
    int32_t (*bind)(const kith_host *host, const kith_udp_socket *socket, uint64_t user, uint64_t *op);

    /* Join a group on an interface: its name, an address of it, or empty, which is where the routes lead. A lasting request:
     * it is joined now, and again whenever the interface comes back or changes, until leave or close. Its state is reported by
     * `membership`, soon, and at each change. KITH_EXISTS: it was requested already. KITH_INVALID: no address of a group, or of the
     * other family. group, interface: copied. [loop & started] */
    int32_t (*join)(const kith_host *host, uint64_t socket, kith_str group, kith_str interface);

    /* KITH_NOT_FOUND: it was not requested. group, interface: as they were given to join, borrowed. [loop & started] */
    int32_t (*leave)(const kith_host *host, uint64_t socket, kith_str group, kith_str interface);

    /* Between 1 and max datagrams, as soon as there are any; max at most KITH_UDP_MAX_BATCH. One outstanding for each socket.
     * [loop & started] */
    int32_t (*receive)(const kith_host *host, uint64_t socket, uint32_t max, uint64_t timeout, uint64_t user, uint64_t *op);

    /* Each of the datagrams, at most KITH_UDP_MAX_BATCH; one outstanding for each socket. It waits while the send buffer is full.
     * KITH_INVALID: one is too long, or for the other family. datagrams and what they point at: copied. [loop & started] */
    int32_t (*send)(const kith_host *host, uint64_t socket, const kith_datagram *datagrams, uint32_t count, uint32_t stride,
                    uint64_t timeout, uint64_t user, uint64_t *op);

    /* Its operations complete with KITH_CANCELLED, its groups are left, and no `membership` follows. Whatever is still open at destroy
     * is closed by the host. [loop & started] */
    int32_t (*close)(const kith_host *host, uint64_t socket);
} kith_udp_host;

/* text explains a failing status, empty otherwise: borrowed. All [loop & started]. */
typedef struct kith_udp_plugin {
    /* local: where it is bound, borrowed. receive_buffer: bytes that the system granted. */
    void (*bound)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t socket,
                  const kith_endpoint *local, uint32_t receive_buffer);

    /* KITH_OK: it is joined. Otherwise it is not, for now, and text states why: KITH_NOT_FOUND (no such interface), KITH_UNREACHABLE (it is
     * down, or no route leads to the group), KITH_LIMIT (the system allows no more), KITH_IO. group, interface: as they were given to
     * join, borrowed. */
    void (*membership)(void *self, uint64_t socket, kith_str group, kith_str interface, int32_t status, kith_str text);

    /* datagrams: borrowed. stride: bytes from one to the next. lost: how many the socket has lost so far because its receive buffer was
     * full, as far as is known. */
    void (*received)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_datagram *datagrams,
                     uint32_t count, uint32_t stride, uint64_t lost);

    /* Each was attempted, even after a failure. sent: how many the system accepted, which does not mean that they arrive. A failing
     * status is that of the first it did not accept: KITH_UNREACHABLE (no route, the interface is down), KITH_DENIED (a broadcast without
     * KITH_UDP_BROADCAST, or a firewall), KITH_LIMIT (too long for the way there), KITH_IO; or KITH_TIMED_OUT or KITH_CANCELLED, for
     * those still waiting. */
    void (*sent)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint32_t sent);
} kith_udp_plugin;

#ifdef __cplusplus
}
#endif
#endif
