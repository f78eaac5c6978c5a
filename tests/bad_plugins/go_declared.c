/* SPDX-License-Identifier: MIT */
#define GO_DECLARED
#include "go.c"
