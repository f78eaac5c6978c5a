/* SPDX-License-Identifier: MIT */
/* Its description requires a constructor, which ends the process. */
#include <stdlib.h>
#define NO_ENTRY
#include "base.h"

static const kith_descriptor *empty_list[1];

__attribute__((constructor)) static void die(void) { abort(); }

const kith_entry kith_plugin_entry = {
    .struct_size = sizeof(kith_entry),
    .abi_major = KITH_ABI_MAJOR,
    .abi_minor = KITH_ABI_MINOR,
    .descriptor_count = 1,
    .descriptors = empty_list,
    .create = create,
};
