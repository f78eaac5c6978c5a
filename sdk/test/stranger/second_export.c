/* Must not build (L2): it asks for a second symbol to be shown. */
#include <kith/plugin.h>

KITH_EXPORT int second_symbol(void);
int second_symbol(void) { return 2; }

const kith_entry kith_plugin_entry = {sizeof kith_plugin_entry, KITH_ABI_MAJOR, KITH_ABI_MINOR, 0, 0, 0};
