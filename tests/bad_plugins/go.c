/* SPDX-License-Identifier: MIT */
/* Not a Go library, but contains the section that Go creates. */
__attribute__((section(".go.buildinfo"), used, aligned(16))) static char build_info[32] = "\xff Go buildinf:";
#ifdef GO_DECLARED
#define FLAGS KITH_FLAG_THREADS
#define ID STR("go_declared")
#endif
#include "base.h"
