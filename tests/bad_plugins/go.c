/* SPDX-License-Identifier: MIT */
/* Not Go, but it has the section that Go makes. */
__attribute__((section(".go.buildinfo"), used, aligned(16))) static char build_info[32] = "\xff Go buildinf:";
#ifdef GO_THREADS
#define FLAGS KITH_FLAG_THREADS
#define ID STR("go_threads")
#endif
#include "base.h"
