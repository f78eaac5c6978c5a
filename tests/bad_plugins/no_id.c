/* SPDX-License-Identifier: MIT
 *
 * The descriptor has no id: L5. */
#define ID                                                                                                                     \
    { NULL, 0 }
#include "base.h"
