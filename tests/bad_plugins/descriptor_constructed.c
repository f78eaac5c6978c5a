/* SPDX-License-Identifier: MIT */
/* A constructor fills in its descriptor; only the entry is constant. */
#define NO_ENTRY
#include "base.h"

static kith_descriptor filled;
static const kith_descriptor *filled_list[1];

__attribute__((constructor)) static void fill(void) {
    static const kith_str id = STR("descriptor_constructed");
    filled = descriptor;
    filled.id = id;
    filled_list[0] = &filled;
}

const kith_entry kith_plugin_entry = {
    .struct_size = sizeof(kith_entry),
    .abi_major = KITH_ABI_MAJOR,
    .abi_minor = KITH_ABI_MINOR,
    .descriptor_count = 1,
    .descriptors = filled_list,
    .create = create,
};
