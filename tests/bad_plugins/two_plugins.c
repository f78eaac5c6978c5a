/* SPDX-License-Identifier: MIT
 *
 * Keeps all rules and uses everything that a library may contain: two plugins, aliases, optional services, an environment, every flag,
 * and a descriptor longer than this host's version. */
#include <kith/plugin.h>
#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/log.h>
#include <kith/service/options.h>

#include <stddef.h>

#define STR(text)                                                                                                              \
    { text, sizeof text - 1 }

static const kith_str strategy_required[] = {STR(KITH_DISCOVERY), STR(KITH_LOG)};
static const kith_str optional[] = {STR("kith.semaphore_flags/9"), STR(KITH_OPTIONS)};
static const kith_str aliases[] = {STR("first")};
static const kith_str env[] = {STR("TWO_PLUGINS_TOKEN")};
static const kith_str connector_required[] = {STR(KITH_CONNECTOR)};

static const struct {
    kith_descriptor known;
    uint64_t of_a_later_version[4];
} strategy = {
    .known =
        {
            .struct_size = sizeof strategy,
            .kind = KITH_KIND_STRATEGY,
            .id = STR("one"),
            .version = STR("2.11.0-rc.1+build.5"),
            .licence = STR("MIT OR Apache-2.0"),
            .summary = STR("Sees nobody; gr\xc3\xbc\xc3\x9ft trotzdem."),
            .options = STR("{\"type\": \"object\", \"properties\": {\n"
                           "  \"hosts\": {\"type\": \"array\", \"default\": [], \"description\": \"Whom to greet\"},\n"
                           "  \"wait\": {\"type\": \"integer\", \"default\": 5000, \"x-kith-unit\": \"ms\", \"description\": "
                           "\"How long to wait\"}\n"
                           "}}"),
            .required = strategy_required,
            .optional = optional,
            .aliases = aliases,
            .env = env,
            .required_count = 2,
            .optional_count = 2,
            .alias_count = 1,
            .env_count = 1,
            .flags = KITH_FLAG_AUTHENTICATED | KITH_FLAG_ROTATING | KITH_FLAG_FOREIGN_IO | KITH_FLAG_THREADS | 0x80000000u,
        },
    .of_a_later_version = {1, 2, 3, 4},
};

static const kith_descriptor connector = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KITH_KIND_CONNECTOR,
    .id = STR("one"), /* a strategy and a connector may have one name */
    .version = STR("0.1.0"),
    .licence = STR("MIT"),
    .summary = STR("Joins nobody."),
    .required = connector_required,
    .required_count = 1,
    .flags = KITH_FLAG_TRUSTS_PEERS,
    .prune = KITH_PRUNE_KEEP,
    .parallel = 3,
};

static const kith_descriptor *const descriptors[] = {&strategy.known, &connector};

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    (void)host, (void)id, (void)out;
    return KITH_UNSUPPORTED;
}

const kith_entry kith_plugin_entry = {sizeof(kith_entry), KITH_ABI_MAJOR, KITH_ABI_MINOR, 2, descriptors, create};
