/* SPDX-License-Identifier: MIT
 *
 * Calls a function that is not defined anywhere: L2 by RTLD_NOW. Loaded lazily it would crash in its first call. */
#define CREATE calls_nobody
#include <kith/plugin.h>
int32_t nobody_has_this(void);
static int32_t calls_nobody(const kith_host *host, kith_str id, const kith_instance **out) {
    (void)host, (void)id, (void)out;
    return nobody_has_this();
}
#include "base.h"
