/* SPDX-License-Identifier: MIT */
/* Compiled with -fsanitize=address. */
#include "base.h"
