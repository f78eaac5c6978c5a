/* SPDX-License-Identifier: MIT
 *
 * kith.tls/0, a draft: TLS over streams of kith.tcp/1. A draft may change in any release, without a new id; sdk/abi/check does not hold
 * it. Servers and pre-shared keys are to come, and then it is frozen as kith.tls/1.
 *
 * A client is what connections have in common: whom we trust, and our certificate. `secure` makes a stream that is connected a TLS
 * one: from then on read, write, shutdown and close of kith.tcp/1 carry what is inside of it. Its end is KITH_CLOSED only if the other
 * side has ended TLS too, KITH_RESET otherwise.
 *
 * The host verifies the chain. Whether its names are those that are expected the plugin decides, by kith_tls_peer. No revocation lists;
 * no renegotiation. Texts name only what was seen: the alert that came, or what is wrong with which certificate.
 *
 * `user` and `op` as in kith/service/tcp.h.
 */
#ifndef KITH_SERVICE_DRAFT_TLS_H
#define KITH_SERVICE_DRAFT_TLS_H

#include "../../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_TLS "kith.tls/0"
#define KITH_TLS_MAX_FILE 1048576u /* bytes of each file */
#define KITH_TLS_MAX_CLIENTS 64u   /* of an instance that are open at a time */
#define KITH_TLS_1_2 0x0303u
#define KITH_TLS_1_3 0x0304u

/* Bits of kith_tls_client.flags. */
#define KITH_TLS_INSECURE 1u /* take any chain; authorities are not read */

/* Files: PEM; read when the client is opened, and again at the next `secure` after one of them has changed. Zero or an empty string is
 * the default. */
typedef struct kith_tls_client {
    uint32_t struct_size;
    uint32_t flags;            /* KITH_TLS_... */
    kith_str authorities_file; /* the certificates that are trusted; the system's when empty */
    kith_str certificate_file; /* ours, and the chain above it; none when empty */
    kith_str key_file;         /* of our certificate; when empty it is in certificate_file */
    kith_str password;         /* of the key, if it is encrypted */
    uint32_t min_version;      /* KITH_TLS_1_2, KITH_TLS_1_3; 0: KITH_TLS_1_2 */
    uint32_t max_version;      /* the same; 0: the newest */
} kith_tls_client;

typedef struct kith_tls_certificate {
    const void *der; /* borrowed */
    uint64_t size;
    kith_str subject;   /* such as CN=node,O=example; borrowed */
    kith_str issuer;    /* borrowed */
    int64_t not_before; /* seconds since 1970 */
    int64_t not_after;
} kith_tls_certificate;

/* Kinds of a name in a certificate; others may come. */
#define KITH_TLS_COMMON_NAME 1u /* of the subject */
#define KITH_TLS_DNS 2u         /* of the subject alternative names, as those that follow; may begin with *. */
#define KITH_TLS_ADDRESS 3u     /* numeric */
#define KITH_TLS_URI 4u
#define KITH_TLS_EMAIL 5u

typedef struct kith_tls_name {
    uint32_t kind; /* KITH_TLS_... */
    uint32_t reserved;
    kith_str value; /* borrowed; its bytes are the certificate's, so they may be no UTF-8 */
} kith_tls_name;

/* The other side of a stream. */
typedef struct kith_tls_peer {
    uint32_t struct_size;
    uint32_t version;                  /* KITH_TLS_1_2 or later */
    uint32_t verified;                 /* 1: the chain is valid; 0: it was not checked (KITH_TLS_INSECURE) */
    uint32_t chain_count;              /* at least 1 */
    const kith_tls_certificate *chain; /* as it was sent, the other side's own first; borrowed */
    const kith_tls_name *names;        /* of the first; borrowed */
    uint32_t name_count;
    uint32_t reserved;
    kith_str cipher; /* such as TLS_AES_256_GCM_SHA384; borrowed */
} kith_tls_peer;

typedef struct kith_tls_host {
    /* Make a client. Failures: KITH_INVALID (a file holds no certificate or no key, or they do not belong together), what reading a
     * file fails with (kith/service/file.h), KITH_UNSUPPORTED (this host has no TLS). settings: copied. [loop & started] */
    int32_t (*open)(const kith_host *host, const kith_tls_client *settings, uint64_t user, uint64_t *op);

    /* The TLS handshake on a stream of kith.tcp/1, of which nothing is outstanding meanwhile (KITH_BUSY). server_name: sent to the other
     * side (SNI) unless it is empty or numeric; copied. timeout: 0 is none. Unless it completes with KITH_OK, the stream can only
     * be closed. Failures: KITH_UNAUTHORIZED (we do not accept the other side's chain, or it does not accept ours), KITH_PROTOCOL (it
     * speaks no TLS, or no version that we support), KITH_RESET, KITH_TIMED_OUT, and those of `open` when a file has changed. [loop & started] */
    int32_t (*secure)(const kith_host *host, uint64_t client, uint64_t stream, kith_str server_name, uint64_t timeout,
                      uint64_t user, uint64_t *op);

    /* Close a client. Its streams, and handshakes under way, go on. [loop & started] */
    int32_t (*close)(const kith_host *host, uint64_t client);
} kith_tls_host;

/* text explains a failing status, empty otherwise: borrowed. All [loop & started]. */
typedef struct kith_tls_plugin {
    void (*opened)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t client);
    /* peer: borrowed; null with a failing status. */
    void (*secured)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_tls_peer *peer);
} kith_tls_plugin;

#ifdef __cplusplus
}
#endif
#endif
