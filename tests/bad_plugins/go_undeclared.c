/* SPDX-License-Identifier: MIT
 *
 * Contains the section that identifies a library with Go's runtime, without KITH_FLAG_THREADS (P1). */
#include "base.h"
__attribute__((used, section(".go.buildinfo"))) static const char build_info[32] = "\xff Go buildinf:";
