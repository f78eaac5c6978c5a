/* SPDX-License-Identifier: MIT
 *
 * Has the section by which a library with Go's runtime is known, and no KITH_FLAG_THREADS (P1). */
#include "base.h"
__attribute__((used, section(".go.buildinfo"))) static const char build_info[32] = "\xff Go buildinf:";
