// SPDX-License-Identifier: MIT
//
// Linked without the version script: what Boost and the standard library mark visible becomes a symbol that is unique in the
// process, shared with every other plugin, and keeps the library from being unloaded: L2.
#include <kith/plugin.h>

template <class T> struct [[gnu::visibility("default")]] Counter { static inline int count = 0; };

static int32_t create(const kith_host *, kith_str, const kith_instance **) { return ++Counter<int>::count; }
static const kith_descriptor *const descriptors[] = {nullptr};

const kith_entry kith_plugin_entry = {sizeof(kith_entry), KITH_ABI_MAJOR, KITH_ABI_MINOR, 1, descriptors, create};
