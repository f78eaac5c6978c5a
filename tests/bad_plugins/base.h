/* SPDX-License-Identifier: MIT
 *
 * A plugin that keeps all rules except those that the macros defined by the including file violate. It can be loaded; create refuses.
 */
#include <kith/plugin.h>
#include <kith/service/discovery.h>
#include <kith/service/log.h>

#include <stddef.h>

#define STR(text)                                                                                                              \
    { text, sizeof text - 1 }

#ifndef ENTRY_SIZE
#define ENTRY_SIZE sizeof(kith_entry)
#endif
#ifndef ABI_MAJOR
#define ABI_MAJOR KITH_ABI_MAJOR
#endif
#ifndef ABI_MINOR
#define ABI_MINOR KITH_ABI_MINOR
#endif
#ifndef DESCRIPTOR_COUNT
#define DESCRIPTOR_COUNT 1
#endif
#ifndef DESCRIPTOR
#define DESCRIPTOR &descriptor
#endif
#ifndef CREATE
#define CREATE create
#endif
#ifndef DESCRIPTOR_SIZE
#define DESCRIPTOR_SIZE sizeof(kith_descriptor)
#endif
#ifndef KIND
#define KIND KITH_KIND_STRATEGY
#endif
#ifndef ID
#define ID STR("bad")
#endif
#ifndef VERSION
#define VERSION STR("1.0.0")
#endif
#ifndef LICENCE
#define LICENCE STR("MIT")
#endif
#ifndef SUMMARY
#define SUMMARY STR("Bad on purpose, in one respect.")
#endif
#ifndef OPTIONS
#define OPTIONS STR("{\"type\": \"object\", \"additionalProperties\": false}")
#endif
#ifndef REQUIRED
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_LOG)
#endif
#ifndef OPTIONAL
#define OPTIONAL STR("")
#define OPTIONAL_COUNT 0
#else
#define OPTIONAL_COUNT (sizeof optional / sizeof *optional)
#endif
#ifndef ALIASES
#define ALIASES STR("bad_alias")
#endif
#ifndef ALIAS_COUNT
#define ALIAS_COUNT 0
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef PRUNE
#define PRUNE KITH_PRUNE_UNSAID
#endif

static const kith_str required[] = {REQUIRED};
static const kith_str optional[] = {OPTIONAL};
static const kith_str aliases[] = {ALIASES};

/* Some of the including files do not use it. */
#define MAY_BE_UNUSED __attribute__((unused))

MAY_BE_UNUSED static const kith_descriptor descriptor = {
    .struct_size = DESCRIPTOR_SIZE,
    .kind = KIND,
    .id = ID,
    .version = VERSION,
    .licence = LICENCE,
    .summary = SUMMARY,
    .options = OPTIONS,
    .required = required,
    .required_count = sizeof required / sizeof *required,
    .optional = optional,
    .optional_count = OPTIONAL_COUNT,
    .aliases = aliases,
    .alias_count = ALIAS_COUNT,
    .flags = FLAGS,
    .prune = PRUNE,
};

MAY_BE_UNUSED static const kith_descriptor *const descriptors[] = {DESCRIPTOR};

MAY_BE_UNUSED static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    static const kith_str text = STR("this plugin never comes to life: that is what it is for");
    (void)id;
    (void)out;
    host->error(host, text);
    return KITH_UNSUPPORTED;
}

#ifndef NO_ENTRY
const kith_entry kith_plugin_entry = {
    .struct_size = ENTRY_SIZE,
    .abi_major = ABI_MAJOR,
    .abi_minor = ABI_MINOR,
    .descriptor_count = DESCRIPTOR_COUNT,
    .descriptors = descriptors,
    .create = CREATE,
};
#endif
