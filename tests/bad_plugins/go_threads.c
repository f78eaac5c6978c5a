/* SPDX-License-Identifier: MIT */
#define GO_THREADS
#include "go.c"
