/* SPDX-License-Identifier: MIT
 *
 * kith.messages/1: messages between applications, carried by a connector over its links. The host gives the connector what an application
 * here sends, and the connector hands up what arrives from other members. Applications reach it by /v1/messages/CONNECTOR of the API.
 *
 * A channel is a name that applications agree on: 1 to KITH_MESSAGES_MAX_CHANNEL letters, digits, '.', '_' and '-'. What one member sends to
 * another one on one channel arrives in the order of the calls; there is no order between channels. Nothing is lost silently: a message is
 * delivered, or its operation fails, or `lost` reports it.
 */
#ifndef KITH_SERVICE_MESSAGES_H
#define KITH_SERVICE_MESSAGES_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_MESSAGES "kith.messages/1"
#define KITH_MESSAGES_MAX_SIZE 16777216u  /* bytes of a message */
#define KITH_MESSAGES_MAX_CHANNEL 64u     /* bytes of a channel's name */
#define KITH_MESSAGES_MAX_BATCH 4096u     /* messages of one `arrived` */
#define KITH_MESSAGES_MAX_LISTENING 1024u /* channels of one `listening` */

/* Bits of kith_message.flags; others may be added. */
#define KITH_MESSAGE_BROADCAST 1u /* to all members but the sender */

/* Passed with its stride where there are several, so it may grow (A2). */
typedef struct kith_message {
    kith_str
        peer; /* of `send`: the member that it is for, by its name as in kith_link, or empty for a broadcast; of `arrived`: the
                         member that has sent it. borrowed */
    kith_str channel; /* borrowed */
    const void *data; /* borrowed */
    uint64_t size;
    uint32_t flags; /* KITH_MESSAGE_... */
    uint32_t reserved;
} kith_message;

typedef struct kith_messages_host {
    /* A `send` or a `leave` has ended. Exactly once for each, never inside the call that began it (T2). KITH_OK: the connector is responsible for it now:
     * it is delivered, or `lost` reports it. Failures: KITH_LIMIT (the queues to that member are full; the sender tries again later),
     * KITH_NOT_FOUND (there is no such member, or nobody listens on the channel there), KITH_UNREACHABLE (no link leads there),
     * KITH_RESET (the link broke; it may or may not have arrived), KITH_CANCELLED. text: why, and what to do about it; copied.
     * KITH_STALE for an op that is not outstanding. [loop & started] */
    int32_t (*done)(const kith_host *host, uint64_t op, int32_t status, kith_str text);

    /* Messages have arrived, in this order; 1 to KITH_MESSAGES_MAX_BATCH. What applications here do not take in time the host drops and
     * reports as lost. KITH_INVALID, and none is taken: a message violates the limits. messages: copied. [loop & started] */
    int32_t (*arrived)(const kith_host *host, const kith_message *messages, uint32_t count, uint32_t stride);

    /* `count` messages were lost after their `done`, or on their way to this member: the host publishes message.lost. Losses in a row with the
     * same texts are published together. peer: the member they were for, or came from. peer, channel, text: copied. [loop & started] */
    int32_t (*lost)(const kith_host *host, kith_str peer, kith_str channel, uint64_t count, int32_t status, kith_str text);
} kith_messages_host;

typedef struct kith_messages_plugin {
    /* Send a message. op is given by the host (T3). A failing status means nothing began and no `done` follows; host->error explains why.
     * message: borrowed. [loop & started] */
    int32_t (*send)(void *self, uint64_t op, const kith_message *message);

    /* Cancel an operation: `done` follows soon, with KITH_CANCELLED unless it had ended. [loop & started] */
    void (*cancel)(void *self, uint64_t op);

    /* The channels that applications listen on at this member, complete: it replaces the earlier list. Before the first call there are none.
     * An empty name stands for all channels. A connector may refuse messages of other members on other channels, and report that to them.
     * channels: borrowed. [loop & started] */
    void (*listening)(void *self, const kith_str *channels, uint32_t count);

    /* Leave the distribution for good: the others learn that this member does not come back, and connect it no more. op is given by the host;
     * `done` ends it, when they have been told as far as possible, and `cancel` may cancel it. Afterwards the connector is detached until
     * it is started anew. A failing status means nothing began; KITH_UNSUPPORTED: it has no such thing. [loop & started] */
    int32_t (*leave)(void *self, uint64_t op);
} kith_messages_plugin;

#ifdef __cplusplus
}
#endif
#endif
