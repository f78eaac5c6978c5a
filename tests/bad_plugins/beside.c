/* SPDX-License-Identifier: MIT */
/* Requires a library in the same directory, found by $ORIGIN. */
#define ID STR("beside")
#define CREATE create_beside
#include <kith/plugin.h>
extern int kith_beside(void);
static int32_t create_beside(const kith_host *host, kith_str id, const kith_instance **out) {
    (void)host;
    (void)id;
    (void)out;
    return kith_beside();
}
#include "base.h"
