/* Must not build: a symbol that nobody defines would end the host later. */
#include <kith/plugin.h>

int32_t nobody_defines_this(const kith_host *host, kith_str id, const kith_instance **out);

const kith_entry kith_plugin_entry = {sizeof kith_plugin_entry, KITH_ABI_MAJOR, KITH_ABI_MINOR, 0, 0, nobody_defines_this};
