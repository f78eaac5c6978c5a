/* SPDX-License-Identifier: MIT
 *
 * The parts of the plugins in plain C for the tests of the harness.
 */
#ifndef KITH_TEST_PROBE_PLUGIN_H
#define KITH_TEST_PROBE_PLUGIN_H

#include <kith/plugin.h>
#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/env.h>
#include <kith/service/log.h>
#include <kith/service/metric.h>
#include <kith/service/node.h>
#include <kith/service/options.h>
#include <kith/service/sink.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>

#include <stdlib.h>
#include <string.h>

#define STR(s)                                                                                                                 \
    { s, sizeof(s) - 1 }
static inline kith_str str(const char *s) {
    kith_str out = {s, strlen(s)};
    return out;
}
static inline int is(kith_str a, const char *b) { return a.size == strlen(b) && memcmp(a.data, b, a.size) == 0; }

__attribute__((visibility("hidden"))) int32_t probe_connector_create(const kith_host *host, const kith_instance **out);
__attribute__((visibility("hidden"))) int32_t probe_sink_create(const kith_host *host, const kith_instance **out);
__attribute__((visibility("hidden"))) int32_t probe_strategy_create(const kith_host *host, const kith_instance **out);

#endif
