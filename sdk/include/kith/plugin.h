/* SPDX-License-Identifier: MIT
 *
 * kith plugin ABI, version 1: the descriptors of a plugin, and the functions that the host provides to each instance.
 *
 * A plugin is a shared library with exactly one exported symbol, the data `kith_plugin_entry`. It imports nothing from the host
 * program: it requests every service it needs by its id (kith/service/ has one header for each). The rules by number, and
 * what checks each, are in sdk/ABI.md; a comment such as "(T2)" below points there.
 *
 * Words in the comments of pointer parameters (M3):
 *   borrowed  valid for the call only; the receiver copies what it wants to keep
 *   copied    the receiver has copied it when the call returns
 *   static    valid as long as the library is loaded
 * Tags at the end of each function's comment (T1):
 *   [loop & created]   on the loop, from create until destroy
 *   [loop & started]   on the loop, from start until the instance has reported `stopped`
 *   [any-thread]       on any thread, at any time between create and destroy
 *
 * Times are unsigned nanoseconds unless a name ends in another unit. A function that returns int32_t returns a status.
 */
#ifndef KITH_PLUGIN_H
#define KITH_PLUGIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_ABI_MAJOR 1u
#define KITH_ABI_MINOR 0u

/* ---- status (E1). Negative is failure; a receiver treats a negative value it does not know as KITH_INTERNAL. ---- */

#define KITH_OK 0
#define KITH_CANCELLED (-1)     /* it was cancelled, or its instance is stopping */
#define KITH_INVALID (-2)       /* an argument or an option is not what the contract asks for */
#define KITH_UNSUPPORTED (-3)   /* this host, or this world, cannot do it */
#define KITH_DENIED (-4)        /* no permission, or not declared in the descriptor */
#define KITH_NOT_FOUND (-5)     /* no such file, name, path, key */
#define KITH_EXISTS (-6)        /* taken already */
#define KITH_BUSY (-7)          /* one such operation is under way and there may be only one */
#define KITH_LIMIT (-8)         /* over a limit on size or number; nothing was done */
#define KITH_TIMED_OUT (-9)     /* its time was over */
#define KITH_STALE (-10)        /* an id or an epoch that is no longer valid (T3) */
#define KITH_CLOSED (-11)       /* the other side ended the stream in good order */
#define KITH_RESET (-12)        /* the connection broke */
#define KITH_REFUSED (-13)      /* nobody listens there */
#define KITH_UNREACHABLE (-14)  /* no route there */
#define KITH_UNRESOLVED (-15)   /* the host name does not resolve */
#define KITH_UNAUTHORIZED (-16) /* the other side does not accept our credentials, or we not its */
#define KITH_PROTOCOL (-17)     /* what came is not what the protocol allows */
#define KITH_UNAVAILABLE (-18)  /* the other side answered that it cannot, now */
#define KITH_IO (-19)           /* the operating system failed; the text states how */
#define KITH_INTERNAL (-20)     /* a bug, or an exception that was caught at the line (E2) */

/* ---- strings (M1): UTF-8, not zero-terminated, data may be null when size is 0 ---- */

typedef struct kith_str {
    const char *data;
    uint64_t size; /* bytes */
} kith_str;

/* A name and a value: attributes of a peer, fields of a log line, labels of a metric. */
typedef struct kith_attribute {
    kith_str name;
    kith_str value;
} kith_attribute;

/* A peer as a strategy sees it and a connector gets it. Arrays of peers are passed with their stride, so it may grow (A2). */
typedef struct kith_peer {
    kith_str key;                     /* the source's own identity for it (pod UID, instance id, address); 1..1024 bytes */
    kith_str name;                    /* what the connector connects to, such as app@10.0.0.7; at most 1024 bytes, may be empty
                                         when the topology's policy.name builds it from attributes */
    const kith_attribute *attributes; /* at most 64; names are unique and have at most 256 bytes, values 4096 */
    uint32_t attribute_count;
    uint32_t flags; /* 0; unknown bits are ignored */
    uint64_t ttl;   /* lease: the peer counts as missing when not renewed for so long; 0: no lease */
} kith_peer;

/* ---- the host, as one instance sees it ---- */

typedef struct kith_host kith_host;

/* One for each instance (I1). Borrowed by the plugin from create until destroy. */
struct kith_host {
    uint32_t struct_size; /* bytes the host filled in; what lies beyond is absent (A2) */
    uint32_t abi_minor;   /* of the host */
    kith_str topology;    /* name in the configuration; empty for connectors and sinks */
    kith_str source;      /* the strategy's name within its topology; empty for connectors and sinks */
    kith_str instance;    /* unique in this process, stable across restarts: names the instance in logs, events and state */
    void *engine;         /* the host's; not to be touched */
    void *world;          /* the host's; not to be touched */

    /* The host's table of a service, such as "kith.timer/1" (KITH_TIMER), cast to its type; null when it is not offered, or not
     * declared in the descriptor. The table is static. id: borrowed. [loop & created] */
    const void *(*service)(const kith_host *host, kith_str id);

    /* Ask that an operation end. Its completion still runs, once, later (T2): with KITH_CANCELLED, unless it had finished.
     * Returns KITH_STALE when op is not outstanding, which is not a fault. [loop & started] */
    int32_t (*cancel)(const kith_host *host, uint64_t op);

    /* Set the text that explains the failing status this call is about to return (E1); the last text wins. text: copied.
     * [loop & created] */
    void (*error)(const kith_host *host, kith_str text);

    /* Called once, after `stop`, when no operation is outstanding and nothing will be called any more. `destroy` follows, later.
     * [loop & started] */
    void (*stopped)(const kith_host *host);

    /* The instance cannot continue: it is stopped, destroyed, and restarted with backoff; the text is published in `plugin.failed`.
     * text: copied. [loop & started] */
    void (*failed)(const kith_host *host, int32_t status, kith_str text);
};

/* ---- the plugin ---- */

#define KITH_KIND_STRATEGY 1u  /* observes peers: kith/service/discovery.h */
#define KITH_KIND_CONNECTOR 2u /* connects and disconnects peers: kith/service/connector.h */
#define KITH_KIND_SINK 3u      /* consumes events: kith/service/sink.h */

/* Bits of kith_descriptor.flags. */
#define KITH_FLAG_AUTHENTICATED 1u /* strategy: only an owner of a credential can add a peer to its observations */
#define KITH_FLAG_ROTATING 2u      /* strategy: an answer may contain only some peers; absence means little (prune: keep) */
#define KITH_FLAG_FOREIGN_IO 4u    /* uses sockets, time or randomness of its own; is not simulated (D1) */
#define KITH_FLAG_THREADS 8u       /* starts threads of its own (P1) */
#define KITH_FLAG_TRUSTS_PEERS 16u /* connector: a peer that it connects to can take over the node */

/* What happens to a link to a peer that is gone. */
#define KITH_PRUNE_UNSAID 0u
#define KITH_PRUNE_DISCONNECT 1u
#define KITH_PRUNE_KEEP 2u
#define KITH_PRUNE_REPORT 3u

/* All of it is static. */
typedef struct kith_descriptor {
    uint32_t struct_size;
    uint32_t kind;            /* KITH_KIND_... */
    kith_str id;              /* as the configuration names it: [a-z][a-z0-9_]*, at most 64 bytes */
    kith_str version;         /* of the plugin, semantic versioning */
    kith_str licence;         /* SPDX expression */
    kith_str summary;         /* one sentence */
    kith_str options;         /* JSON Schema, draft 7, of the "config" object; its keywords of ours are in sdk/ABI.md */
    const kith_str *required; /* service ids: a host without one of them refuses the plugin (A1) */
    const kith_str *optional; /* service ids it uses where they are offered */
    const kith_str *aliases;  /* other ids of the plugin */
    const kith_str *env;      /* environment variables it may read by kith.env/1 */
    uint32_t required_count;
    uint32_t optional_count;
    uint32_t alias_count;
    uint32_t env_count;
    uint32_t flags;    /* KITH_FLAG_... */
    uint32_t prune;    /* connector: KITH_PRUNE_... when the configuration gives none */
    uint32_t parallel; /* connector: operations it can have in progress at once; 0: the host's own limit */
    uint32_t reserved;
} kith_descriptor;

/* One running instance, filled in by the plugin. Borrowed by the host from create until destroy. */
typedef struct kith_instance {
    uint32_t struct_size;
    uint32_t reserved;
    void *self; /* handed back as the first argument of every call to the plugin */

    /* Begin. A failing status means it never ran; destroy follows. [loop & created] */
    int32_t (*start)(void *self);

    /* End. Every operation outstanding now completes with KITH_CANCELLED, later. The plugin may begin new ones (a goodbye, a last
     * flush); it calls host->stopped within 5 s, or is abandoned and never destroyed. Never called twice. [loop & started] */
    void (*stop)(void *self);

    /* Free everything. Nothing is called afterwards. It comes after `stopped`; only a simulated host that is killed destroys without a
     * stop, and then no completion comes any more. [loop & created] */
    void (*destroy)(void *self);

    /* The plugin's side of a service, such as kith_timer_plugin for "kith.timer/1"; null when it has none. Asked once for each
     * declared service, between create and start. The table is static, and complete: where a function of it is missing, the calls
     * that would end in it are refused with KITH_INVALID. id: borrowed. [loop & created] */
    const void *(*service)(void *self, kith_str id);
} kith_instance;

/* The one exported symbol. */
typedef struct kith_entry {
    uint32_t struct_size;
    uint32_t abi_major; /* KITH_ABI_MAJOR: must equal the host's (A1) */
    uint32_t abi_minor; /* KITH_ABI_MINOR the plugin was built with */
    uint32_t descriptor_count;
    const kith_descriptor *const *descriptors; /* static */

    /* Make an instance of the descriptor with that id. It may allocate, ask for services, read options and log, and nothing
     * else. On failure it sets host->error, leaves *out alone and has freed everything. host: borrowed until destroy. id:
     * borrowed. out: borrowed. [loop & created] */
    int32_t (*create)(const kith_host *host, kith_str id, const kith_instance **out);
} kith_entry;

#if defined(__GNUC__)
#define KITH_EXPORT __attribute__((visibility("default")))
#else
#define KITH_EXPORT
#endif

/* A plugin that is linked into a program (for sanitizers and simulation) is compiled with KITH_STATIC_ENTRY=<a unique name>. */
#if defined(KITH_STATIC_ENTRY)
#define kith_plugin_entry KITH_STATIC_ENTRY
#endif

extern KITH_EXPORT const kith_entry kith_plugin_entry;

#ifdef __cplusplus
}
#endif
#endif /* KITH_PLUGIN_H */
