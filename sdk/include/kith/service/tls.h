/* SPDX-License-Identifier: MIT
 *
 * kith.tls/1: TLS over streams of kith.tcp/1, as client and as server.
 *
 * A context is what connections have in common: whom this side trusts, and its certificate or its shared keys. `secure` makes a stream a TLS one:
 * from then on read, write, shutdown and close of kith.tcp/1 carry what is inside of it. Its end is KITH_CLOSED only if the other side has ended
 * TLS too, KITH_RESET otherwise. What one write hands over is sealed together, at most 16 KiB in a record: a plugin that has several small
 * things to send puts them into one write.
 *
 * The host verifies the chain. Whether its names are those that are expected the plugin decides, by kith_tls_peer, before it reads
 * anything. Sessions are never resumed and no tickets are sent: each connection proves its keys anew. No revocation lists; no
 * renegotiation. Texts name only what was seen: the alert that came, or what is wrong with which certificate.
 *
 * `user` and `op` as in kith/service/tcp.h.
 */
#ifndef KITH_SERVICE_TLS_H
#define KITH_SERVICE_TLS_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_TLS "kith.tls/1"
#define KITH_TLS_MAX_FILE 1048576u /* bytes of each file */
#define KITH_TLS_MAX_CONTEXTS 64u  /* of an instance that are open at a time */
#define KITH_TLS_MAX_KEYS 16u      /* shared keys of a context */
#define KITH_TLS_KEY_SIZE 32u      /* bytes of a shared key */
#define KITH_TLS_MAX_IDENTITY 128u /* bytes of a shared key's identity */
#define KITH_TLS_1_2 0x0303u
#define KITH_TLS_1_3 0x0304u

/* Bits of kith_tls_settings.flags. */
#define KITH_TLS_INSECURE 1u  /* a client: take any chain; authorities are not read */
#define KITH_TLS_SERVER 2u    /* for streams that were accepted. Without it: for streams that were connected */
#define KITH_TLS_ANONYMOUS 4u /* a server: ask the client for no certificate, and accept it without one */

/* A key that both sides have, of KITH_TLS_KEY_SIZE random bytes: it proves that the other side belongs to those who have it, and not who it
 * is. A key that was thought up by a person can be guessed from one recorded handshake. */
typedef struct kith_tls_shared_key {
    kith_str
        identity; /* sent in the clear, by which the server finds the key. Empty: `kith-` and the first 32 hexadecimal digits of
                          HMAC-SHA-256 of the text `kith.tls/1 identity` under the key */
    const void *key; /* copied */
} kith_tls_shared_key;

/* Files: PEM; read when the context is opened, and again at the next `secure` after one of them has changed. Zero or an empty string is the
 * default.
 *
 * With shared keys, only they are used: TLS 1.3, TLS_AES_128_GCM_SHA256, with a fresh (EC)DHE key for each connection; no file is named then. A
 * client offers the first; a server accepts all of them, so that a key can be exchanged for another one without a break. */
typedef struct kith_tls_settings {
    uint32_t struct_size;
    uint32_t flags;            /* KITH_TLS_... */
    kith_str authorities_file; /* the certificates that are trusted; the system's when empty. A server needs it unless it is
                                               KITH_TLS_ANONYMOUS */
    kith_str certificate_file; /* ours, and the chain above it; none when empty. A server needs it */
    kith_str key_file;         /* of our certificate; when empty it is in certificate_file */
    kith_str password;         /* of the key, if it is encrypted */
    uint32_t min_version;      /* KITH_TLS_1_2, KITH_TLS_1_3; 0: KITH_TLS_1_2 */
    uint32_t max_version;      /* the same; 0: the newest */
    const kith_tls_shared_key *shared_keys; /* copied */
    uint32_t shared_key_count;              /* at most KITH_TLS_MAX_KEYS */
    uint32_t reserved;
} kith_tls_settings;

typedef struct kith_tls_certificate {
    const void *der; /* borrowed */
    uint64_t size;
    kith_str subject;     /* such as CN=node,O=example; borrowed */
    kith_str issuer;      /* borrowed */
    kith_str fingerprint; /* SHA-256 of der, as 64 hexadecimal digits in lower case; borrowed */
    int64_t not_before;   /* seconds since 1970 */
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

/* What a context presents to others, and the first of its authorities that ends; for checks before the first connection. */
typedef struct kith_tls_credentials {
    uint32_t struct_size;
    uint32_t chain_count;              /* 0: none */
    const kith_tls_certificate *chain; /* our certificate first; borrowed */
    const kith_tls_name *names;        /* of the first; borrowed */
    uint32_t name_count;
    uint32_t identity_count;
    const kith_str *identities;    /* of the shared keys, in their order; borrowed */
    int64_t authorities_not_after; /* seconds since 1970; 0: there is no file of authorities */
} kith_tls_credentials;

#define KITH_TLS_NO_KEY UINT32_MAX

/* The other side of a stream. */
typedef struct kith_tls_peer {
    uint32_t struct_size;
    uint32_t version;     /* KITH_TLS_1_2 or later */
    uint32_t verified;    /* 1: the chain is valid, or it has the shared key; 0: that was not checked (KITH_TLS_INSECURE,
                                          KITH_TLS_ANONYMOUS) */
    uint32_t chain_count; /* 0: with a shared key, and of an anonymous client */
    const kith_tls_certificate *chain; /* as it was sent, the other side's own first; borrowed */
    const kith_tls_name *names;        /* of the first; borrowed */
    uint32_t name_count;
    uint32_t shared_key; /* which one it has used, by its place in the settings; KITH_TLS_NO_KEY: none */
    kith_str cipher;     /* such as TLS_AES_256_GCM_SHA384; borrowed */
} kith_tls_peer;

typedef struct kith_tls_host {
    /* Make a context. Failures: KITH_INVALID (a file holds no certificate or no key, or they do not belong together), what reading a
     * file fails with (kith/service/file.h), KITH_UNSUPPORTED (this host has no TLS). While it is open, the host publishes a security.warning
     * 30, 7 and 1 day before the certificate, or one of the authorities, ends. settings: copied. [loop & started] */
    int32_t (*open)(const kith_host *host, const kith_tls_settings *settings, uint64_t user, uint64_t *op);

    /* The TLS handshake on a stream of kith.tcp/1, of which nothing is outstanding meanwhile (KITH_BUSY). server_name: a client sends it to the
     * other side (SNI) unless it is empty or numeric, and a server ignores it; copied. timeout: 0 is none. Unless it completes with KITH_OK, the stream
     * can only be closed. Failures: KITH_UNAUTHORIZED (we do not accept the other side's chain or key, or it does not accept ours),
     * KITH_PROTOCOL (it speaks no TLS, or no version that we support), KITH_RESET, KITH_TIMED_OUT, and those of `open` when a file has
     * changed. [loop & started] */
    int32_t (*secure)(const kith_host *host, uint64_t context, uint64_t stream, kith_str server_name, uint64_t timeout,
                      uint64_t user, uint64_t *op);

    /* Close a context. Its streams, and handshakes under way, go on. [loop & started] */
    int32_t (*close)(const kith_host *host, uint64_t context);
} kith_tls_host;

/* text explains a failing status, empty otherwise: borrowed. All [loop & started]. */
typedef struct kith_tls_plugin {
    /* own: borrowed; null with a failing status. */
    void (*opened)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t context,
                   const kith_tls_credentials *own);
    /* peer: borrowed; null with a failing status. */
    void (*secured)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_tls_peer *peer);
} kith_tls_plugin;

#ifdef __cplusplus
}
#endif
#endif
