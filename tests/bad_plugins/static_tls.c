/* SPDX-License-Identifier: MIT */
/* Contains more thread-local storage of the initial-exec model than a process reserves. */
static __thread char large[1 << 16] __attribute__((tls_model("initial-exec")));
#define CREATE create_large
#include <kith/plugin.h>
static int32_t create_large(const kith_host *host, kith_str id, const kith_instance **out) {
    (void)host;
    (void)out;
    return ++large[id.size % sizeof large] == 0 ? KITH_OK : KITH_UNSUPPORTED;
}
#include "base.h"
