/* SPDX-License-Identifier: MIT */
/* Linked with -z execstack, as the compiler asks for nested functions. */
#include "base.h"
