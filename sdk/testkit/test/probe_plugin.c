/* SPDX-License-Identifier: MIT
 *
 * The descriptors and the entry of three small plugins in plain C, for the tests of the harness: the strategy `probe` of
 * probe_strategy.c, the connector `joiner` of probe_connector.c, the sink `listener` of probe_sink.c. `futuristic` requires a service that
 * does not exist.
 */
#include "probe_plugin.h"

static const kith_str probe_required[] = {STR(KITH_OPTIONS), STR(KITH_TIMER), STR(KITH_TCP), STR(KITH_DISCOVERY)};
static const kith_str probe_optional[] = {STR(KITH_LOG), STR(KITH_METRIC), STR(KITH_NODE)};
static const kith_descriptor probe = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KITH_KIND_STRATEGY,
    .id = STR("probe"),
    .version = STR("1.0.0"),
    .licence = STR("MIT"),
    .summary = STR("Reads names from a server."),
    .options = STR("{\"type\":\"object\",\"properties\":{\"interval\":{\"type\":\"integer\",\"default\":5000}}}"),
    .required = probe_required,
    .optional = probe_optional,
    .required_count = 4,
    .optional_count = 3,
};

static const kith_str joiner_required[] = {STR(KITH_OPTIONS), STR(KITH_TIMER), STR(KITH_CONNECTOR)};
static const kith_descriptor joiner = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KITH_KIND_CONNECTOR,
    .id = STR("joiner"),
    .version = STR("1.0.0"),
    .licence = STR("MIT"),
    .summary = STR("Joins after a second."),
    .options = STR("{}"),
    .required = joiner_required,
    .required_count = 3,
};

static const kith_str listener_required[] = {STR(KITH_SINK), STR(KITH_TIMER), STR(KITH_LOG)};
static const kith_descriptor listener = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KITH_KIND_SINK,
    .id = STR("listener"),
    .version = STR("1.0.0"),
    .licence = STR("MIT"),
    .summary = STR("Takes a second for each batch."),
    .options = STR("{}"),
    .required = listener_required,
    .required_count = 3,
};

static const kith_str futuristic_required[] = {STR("kith.teleport/1")};
static const kith_descriptor futuristic = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KITH_KIND_STRATEGY,
    .id = STR("futuristic"),
    .version = STR("1.0.0"),
    .licence = STR("MIT"),
    .summary = STR("Needs what nobody offers."),
    .options = STR("{}"),
    .required = futuristic_required,
    .required_count = 1,
};

static const kith_descriptor *const descriptors[] = {&probe, &joiner, &listener, &futuristic};

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    if (is(id, "probe")) return probe_strategy_create(host, out);
    if (is(id, "joiner")) return probe_connector_create(host, out);
    return probe_sink_create(host, out);
}

const kith_entry kith_plugin_entry = {sizeof(kith_entry), KITH_ABI_MAJOR, KITH_ABI_MINOR, 4, descriptors, create};
