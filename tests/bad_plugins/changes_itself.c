/* SPDX-License-Identifier: MIT */
/* A constructor changes its version to another than that in the file. */
#define NO_ENTRY
#include "base.h"

static kith_descriptor changing = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KIND,
    .id = STR("changes_itself"),
    .version = VERSION,
    .licence = LICENCE,
    .summary = SUMMARY,
};
static const kith_descriptor *const changing_list[] = {&changing};

__attribute__((constructor)) static void change(void) {
    static const kith_str version = STR("2.0.0");
    changing.version = version;
}

const kith_entry kith_plugin_entry = {
    .struct_size = sizeof(kith_entry),
    .abi_major = KITH_ABI_MAJOR,
    .abi_minor = KITH_ABI_MINOR,
    .descriptor_count = 1,
    .descriptors = changing_list,
    .create = create,
};
