/* SPDX-License-Identifier: MIT
 *
 * kith.sink/1: a sink's own service: the events of the bus, in batches. A sink has one batch at a time and reports when it has taken it;
 * meanwhile its queue fills, up to a bound. What does not fit is lost to it, and the next batch begins with an events.lost event that
 * contains how many. A slow sink delays nothing else.
 */
#ifndef KITH_SERVICE_SINK_H
#define KITH_SERVICE_SINK_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_SINK "kith.sink/1"

/* Kinds of event; frozen, new ones are added at the end. Bit (1 << kind) in a filter mask. */
#define KITH_EVENT_TOPOLOGY_STARTED 0u
#define KITH_EVENT_TOPOLOGY_STOPPED 1u
#define KITH_EVENT_TOPOLOGY_STALE 2u
#define KITH_EVENT_TOPOLOGY_FRESH 3u
#define KITH_EVENT_TOPOLOGY_READY 4u
#define KITH_EVENT_OBSERVATION_OK 5u
#define KITH_EVENT_OBSERVATION_FAILED 6u
#define KITH_EVENT_PEER_DISCOVERED 7u
#define KITH_EVENT_PEER_UPDATED 8u
#define KITH_EVENT_PEER_COLLISION 9u
#define KITH_EVENT_PEER_MISSING 10u
#define KITH_EVENT_PEER_HELD 11u
#define KITH_EVENT_PEER_LOST 12u
#define KITH_EVENT_CONNECTOR_ATTACHED 13u
#define KITH_EVENT_CONNECTOR_DETACHED 14u
#define KITH_EVENT_CONNECT_STARTED 15u
#define KITH_EVENT_CONNECT_SUCCEEDED 16u
#define KITH_EVENT_CONNECT_FAILED 17u
#define KITH_EVENT_DISCONNECT_SUCCEEDED 18u
#define KITH_EVENT_DISCONNECT_FAILED 19u
#define KITH_EVENT_LINK_UP 20u
#define KITH_EVENT_LINK_DOWN 21u
#define KITH_EVENT_PLUGIN_LOADED 22u
#define KITH_EVENT_PLUGIN_REFUSED 23u
#define KITH_EVENT_PLUGIN_STALLED 24u
#define KITH_EVENT_PLUGIN_FAILED 25u
#define KITH_EVENT_EVENTS_LOST 26u
#define KITH_EVENT_CONFIG_RELOADED 27u
#define KITH_EVENT_CONFIG_REFUSED 28u
#define KITH_EVENT_SECURITY_WARNING 29u
#define KITH_EVENT_PLUGIN_CHANGED 30u
#define KITH_EVENT_TOPOLOGY_PAUSED 31u
#define KITH_EVENT_TOPOLOGY_RESUMED 32u
#define KITH_EVENT_REMOVAL_CONFIRMED 33u
#define KITH_EVENT_MESSAGE_LOST 34u
#define KITH_EVENT_PLUGIN_CRASHED 35u
#define KITH_EVENT_PLUGIN_QUARANTINED 36u
#define KITH_EVENT_PLUGIN_REPLACED 37u

/* Passed with its stride, so it may grow (A2). Strings that do not apply are empty. */
typedef struct kith_event {
    uint64_t seq;      /* 1, 2, 3 ... on one bus; a gap: events that a filter or a loss left out */
    int64_t time;      /* wall clock, nanoseconds since 1970 */
    uint64_t duration; /* of what the event ends, nanoseconds; 0 where it does not apply */
    uint32_t kind;     /* KITH_EVENT_... */
    int32_t status;    /* of a failure, else KITH_OK */
    kith_str topology;
    kith_str connector;
    kith_str source;
    kith_str peer; /* its name */
    kith_str reason;
    kith_str json; /* all of it, as one JSON object without a line end */
} kith_event;

typedef struct kith_sink_host {
    /* Events of these kinds from now on; called again it replaces the mask. Everything is filtered out before the first call.
     * [loop & started] */
    int32_t (*subscribe)(const kith_host *host, uint64_t mask);
    /* The batch was handled; the next may follow. KITH_STALE for one that is not outstanding. [loop & started] */
    int32_t (*taken)(const kith_host *host, uint64_t batch);
} kith_sink_host;

typedef struct kith_sink_plugin {
    /* 1 to 256 events. events: borrowed. [loop & started] */
    void (*events)(void *self, uint64_t batch, const kith_event *events, uint32_t count, uint32_t stride);
} kith_sink_plugin;

#ifdef __cplusplus
}
#endif
#endif
