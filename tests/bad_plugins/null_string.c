/* SPDX-License-Identifier: MIT
 *
 * A string with a size and no data: M1. */
#define LICENCE                                                                                                                \
    { NULL, 3 }
#include "base.h"
