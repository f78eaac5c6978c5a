/* SPDX-License-Identifier: MIT
 *
 * Needs a shared library that is not installed: L2. */
#define CREATE calls_absent
#include <kith/plugin.h>
int32_t absent(void);
static int32_t calls_absent(const kith_host *host, kith_str id, const kith_instance **out) {
    (void)host, (void)id, (void)out;
    return absent();
}
#include "base.h"
