/* SPDX-License-Identifier: MIT
 *
 * kith.dns/1: queries to the domain name system itself, for plugins that need what tcp.connect does not return: every address, SRV, TXT,
 * how long an answer is valid, and whether an empty one is an answer. Neither /etc/hosts nor nsswitch.conf is used, and nothing is cached.
 *
 * `user` and `op` (borrowed) as in kith/service/tcp.h. A function that returns a failing status has begun nothing, and no completion
 * follows.
 */
#ifndef KITH_SERVICE_DNS_H
#define KITH_SERVICE_DNS_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_DNS "kith.dns/1"
#define KITH_DNS_MAX_NAME 253u          /* bytes of a name, without its last dot */
#define KITH_DNS_MAX_OPEN 64u           /* queries of an instance that are open at a time */
#define KITH_DNS_MAX_SERVERS 8u         /* in kith_dns_query.servers */
#define KITH_DNS_TTL_UNKNOWN UINT32_MAX /* it is not known how long it is valid */

/* Types of records, by their numbers in RFC 1035, 3596 and 2782. */
#define KITH_DNS_A 1u
#define KITH_DNS_TXT 16u
#define KITH_DNS_AAAA 28u
#define KITH_DNS_SRV 33u

/* The kind of an answer. An empty one is a valid answer too: the responsible server has no such record. */
#define KITH_DNS_RECORDS 1u  /* at least one */
#define KITH_DNS_NODATA 2u   /* there is such a name, and it has no record of that type */
#define KITH_DNS_NXDOMAIN 3u /* there is no such name */

#define KITH_DNS_SEARCH 1u /* the search domains of the system too (resolv.conf: search, ndots), until there is such a name */

/* A query. Borrowed by query. */
typedef struct kith_dns_query {
    uint32_t struct_size;
    uint32_t type;  /* KITH_DNS_A, ... */
    uint32_t flags; /* KITH_DNS_SEARCH */
    uint32_t reserved;
    kith_str name;    /* with a dot at its end it is complete, and no search domain is tried */
    kith_str servers; /* "10.96.0.10 [fd00::a]:5353": queried in this order, port 53 by default; empty: those of the system */
    uint64_t timeout; /* nanoseconds for all of it; 0: 10 s */
} kith_dns_query;

/* Arrays of them are passed with their stride, so it may grow (A2). */
typedef struct kith_dns_record {
    uint32_t type;       /* that of the query; others, such as a CNAME on the way, are followed and not returned */
    uint32_t ttl;        /* seconds */
    uint8_t address[16]; /* A: in the first four, AAAA: as on the wire; otherwise 0 */
    uint16_t priority;   /* SRV, as the two below */
    uint16_t weight;
    uint16_t port;
    uint16_t reserved;
    kith_str target; /* SRV: a name in lower case, without its last dot; "." as empty: the service explicitly does not exist */
    kith_str text;   /* TXT: its strings, one after the other; any bytes */
} kith_dns_record;

typedef struct kith_dns_answer {
    uint32_t struct_size;
    uint32_t kind;  /* KITH_DNS_RECORDS, ... */
    uint32_t ttl;   /* seconds that this answer is valid: the least on the way to it; of an empty one that of its SOA */
    uint32_t count; /* of records */
    uint32_t stride;
    uint32_t reserved;
    kith_str name; /* queried last, without its last dot; with KITH_DNS_SEARCH it may have grown a domain */
    const kith_dns_record *records;
} kith_dns_answer;

typedef struct kith_dns_host {
    /* Each server is queried until one gives an answer, those that did not reply a second time. They are queried over UDP, and over TCP
     * when the answer does not fit there or may be incomplete: a server without EDNS, and any name below `consul`.
     * Refused with KITH_INVALID: an invalid name, a type that is none of the above, servers that are no addresses; with
     * KITH_LIMIT: more than KITH_DNS_MAX_OPEN. Failures, when none gave an answer: KITH_UNAVAILABLE (SERVFAIL, or another error),
     * KITH_DENIED (REFUSED), KITH_PROTOCOL (malformed, or what DNS does not allow), KITH_TIMED_OUT (no reply), KITH_UNREACHABLE
     * (no server listens, no route leads there, or none is known), KITH_LIMIT and KITH_IO (the system failed). When they failed
     * differently, the first in this list counts. With KITH_DNS_SEARCH a failure in one domain ends the search: the next
     * answer would be of another name. query: copied. [loop & started] */
    int32_t (*query)(const kith_host *host, const kith_dns_query *query, uint64_t user, uint64_t *op);
} kith_dns_host;

typedef struct kith_dns_plugin {
    /* text explains a failing status, empty otherwise: borrowed. answer: borrowed; null with a failing status. [loop & started] */
    void (*answered)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_dns_answer *answer);
} kith_dns_plugin;

#ifdef __cplusplus
}
#endif
#endif
