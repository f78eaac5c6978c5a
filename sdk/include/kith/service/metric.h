/* SPDX-License-Identifier: MIT
 *
 * kith.metric/1: numbers for a monitoring system, in the words of Prometheus. Defined in create or start, then used by number.
 */
#ifndef KITH_SERVICE_METRIC_H
#define KITH_SERVICE_METRIC_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_METRIC "kith.metric/1"

#define KITH_METRIC_COUNTER 1u   /* only grows */
#define KITH_METRIC_GAUGE 2u     /* goes up and down */
#define KITH_METRIC_HISTOGRAM 3u /* counts of observations up to each bound */

typedef struct kith_metric_host {
    /* name: [a-z_][a-z0-9_]*, with its unit as the ending (_seconds, _bytes, _total); the host puts kith_<plugin id>_ before
     * it. help: one sentence. labels: at most 8. bounds: ascending, of a histogram, at most 32. All copied. A second definition of the
     * same name and labels gives the same id; with another kind, KITH_EXISTS; over 256 for an instance, KITH_LIMIT. id:
     * borrowed. [loop & created] */
    int32_t (*define)(const kith_host *host, uint32_t kind, kith_str name, kith_str help, const kith_attribute *labels,
                      uint32_t label_count, const double *bounds, uint32_t bound_count, uint32_t *id);
    /* Counter: value >= 0 is added. Gauge: value is added. [loop & created] */
    int32_t (*add)(const kith_host *host, uint32_t id, double value);
    /* Gauge: value is set. [loop & created] */
    int32_t (*set)(const kith_host *host, uint32_t id, double value);
    /* Histogram: value is counted. [loop & created] */
    int32_t (*observe)(const kith_host *host, uint32_t id, double value);
} kith_metric_host;

#ifdef __cplusplus
}
#endif
#endif
