/* SPDX-License-Identifier: MIT */
/* Linked with -z execstack, as the compiler requests for nested functions. */
#include "base.h"
