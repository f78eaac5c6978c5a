/* SPDX-License-Identifier: MIT
 *
 * kith.http/1: an HTTP/1.1 client. TLS is the host's: certificates are verified unless the client disables this. Redirects are not
 * followed, content is not decoded, the environment (http_proxy and the like) is not used, nothing is cached. Connections are kept
 * for the next request to the same server and used by their client only. Bodies are pulled: unread data stays with
 * the server. For plugins that sign requests: Host is the URL's host in lower case, and its port unless it is the scheme's own.
 *
 * Every `user` is handed back by the completion as it is; every `op` is borrowed and gets the operation's id. A function that
 * returns a failing status has begun nothing, and no completion follows. Texts of failures name method, scheme, host, port and path,
 * never the query, the headers or the body of a request.
 */
#ifndef KITH_SERVICE_HTTP_H
#define KITH_SERVICE_HTTP_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_HTTP "kith.http/1"
#define KITH_HTTP_MAX_URL 8192u         /* bytes of a URL */
#define KITH_HTTP_MAX_FIELDS 64u        /* headers of a request, of together at most 65,536 bytes */
#define KITH_HTTP_MAX_REQUEST 16777216u /* bytes of a request's body */
#define KITH_HTTP_MAX_READ 1048576u     /* most that one read brings */
#define KITH_HTTP_MAX_OPEN 64u          /* requests and responses of one client that are open at a time */
#define KITH_HTTP_FOREVER UINT64_MAX    /* a time that is never over */

/* Bits of kith_http_client.flags. */
#define KITH_HTTP_INSECURE 1u            /* take any certificate, and any name in it */
#define KITH_HTTP_PLAIN_AUTHORIZATION 2u /* send Authorization over http:// also to a host that is not this machine */
#define KITH_HTTP_NO_KEEP_ALIVE 4u       /* a connection for each request */
#define KITH_HTTP_IDEMPOTENT 8u /* a POST or PATCH of this client may be sent twice, as one that only reads; see request */

/* What holds for all requests of a client. Zero, or an empty string, is the default. */
typedef struct kith_http_client {
    uint32_t struct_size;
    uint32_t flags;            /* KITH_HTTP_... */
    kith_str authorities;      /* PEM: the certificates that are trusted; the system's when empty */
    kith_str certificate;      /* PEM: ours, and the chain above it; none when empty */
    kith_str key;              /* PEM: of our certificate, not encrypted */
    kith_str server_name;      /* asked for, and expected in the server's certificate; the URL's host when empty */
    kith_str proxy;            /* http://HOST:PORT through which everything goes; none when empty */
    uint64_t connect_timeout;  /* name, connection, proxy and TLS together; 10 s */
    uint64_t response_timeout; /* from then until all headers of the response are there; 30 s */
    uint64_t idle_timeout;     /* while a read is outstanding: without a byte of the body; 30 s */
    uint64_t keep_alive;       /* without use, a connection is kept for so long; 60 s */
    uint32_t max_header;       /* bytes of a response's headers; 65,536 */
    uint32_t reserved;
    uint64_t max_body; /* bytes of a response's body, refused at once when Content-Length is larger; 64 MiB */
} kith_http_client;

typedef struct kith_http_request {
    uint32_t struct_size;
    uint32_t field_count;
    kith_str method;              /* GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS */
    kith_str url;                 /* http:// or https://, without user and fragment; a host name, 10.0.0.7 or [fd00::7] */
    const kith_attribute *fields; /* headers; Host, Content-Length and those of the connection are the host's */
    const void *body;
    uint64_t body_size;
    uint64_t response_timeout; /* instead of the client's; 0: the client's */
    uint64_t idle_timeout;     /* the same */
    uint64_t timeout;          /* from now until the end of the body; 0: none */
    uint64_t max_body;         /* instead of the client's; 0: the client's */
} kith_http_request;

typedef struct kith_http_host {
    /* Make a client. Failures: KITH_INVALID (a certificate or a key that is none, or do not belong together), KITH_UNSUPPORTED (this
     * host has no TLS). settings: copied. [loop & started] */
    int32_t (*open)(const kith_host *host, const kith_http_client *settings, uint64_t user, uint64_t *op);

    /* Send a request; completes when the response's headers are there, whatever its code. One of GET, HEAD, PUT, DELETE and OPTIONS,
     * and any one of a client with KITH_HTTP_IDEMPOTENT, is sent once more, over a new connection, when the server had ended the
     * connection that was kept before a byte of the response came. Refused with KITH_DENIED: Authorization over http:// to a host other than localhost, 127.0.0.0/8 and ::1, unless
     * the client allows it; with KITH_LIMIT: more than KITH_HTTP_MAX_OPEN. Failures: those of tcp.connect; KITH_UNAUTHORIZED (the
     * server's certificate is not trusted, expired, of another name; or it does not accept ours), KITH_PROTOCOL (not TLS, not HTTP),
     * KITH_RESET (it ended before the response), KITH_TIMED_OUT, KITH_LIMIT (headers or Content-Length too large), KITH_UNAVAILABLE
     * (the proxy could not). request: copied. [loop & started] */
    int32_t (*request)(const kith_host *host, uint64_t client, const kith_http_request *request, uint64_t user, uint64_t *op);

    /* Between 1 and max bytes of the body, as soon as there are any; one outstanding for each response. Completes with KITH_CLOSED at
     * the end of the body. Other failures: KITH_RESET (it ended early), KITH_TIMED_OUT (idle_timeout; or the other end's TCP has not
     * answered for 30 s), KITH_LIMIT (too large), KITH_PROTOCOL; after these each further read fails so too. A read that is
     * cancelled loses nothing. [loop & started] */
    int32_t (*read)(const kith_host *host, uint64_t response, uint32_t max, uint64_t user, uint64_t *op);

    /* Close a response, or a client with all its responses; their operations complete with KITH_CANCELLED. A response is closed also
     * when its end was read, and its connection is kept only if it was. What is open at destroy the host closes. [loop & started] */
    int32_t (*close)(const kith_host *host, uint64_t id);
} kith_http_host;

/* text explains a failing status, empty otherwise: borrowed. Fields and data: borrowed. All [loop & started]. */
typedef struct kith_http_plugin {
    void (*opened)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t client);
    /* code: 200 to 599. fields: the headers, in their order, names as they came. */
    void (*responded)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t response, uint32_t code,
                      const kith_attribute *fields, uint32_t count);
    void (*read)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size);
} kith_http_plugin;

#ifdef __cplusplus
}
#endif
#endif
