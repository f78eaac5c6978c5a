/* SPDX-License-Identifier: MIT
 *
 * kith.log/1: lines for the operator. The host adds time, plugin, topology and instance, limits the rate of lines that repeat,
 * and sums them up. What is also an event need not be logged: events are.
 */
#ifndef KITH_SERVICE_LOG_H
#define KITH_SERVICE_LOG_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_LOG "kith.log/1"

#define KITH_LOG_TRACE 0u
#define KITH_LOG_DEBUG 1u
#define KITH_LOG_INFO 2u
#define KITH_LOG_WARNING 3u
#define KITH_LOG_ERROR 4u

typedef struct kith_log_host {
    /* The lowest level that is shown; lines below it need not be built. [any-thread] */
    uint32_t (*level)(const kith_host *host);

    /* message: one line without its end, copied; it does not vary, what varies goes into fields (that is how repeats are
     * recognised). fields: copied, at most 32. Secrets are never logged. [any-thread] */
    void (*write)(const kith_host *host, uint32_t level, kith_str message, const kith_attribute *fields, uint32_t field_count);
} kith_log_host;

#ifdef __cplusplus
}
#endif
#endif
