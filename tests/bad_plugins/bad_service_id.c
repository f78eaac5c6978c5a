/* SPDX-License-Identifier: MIT
 *
 * A required service is not a valid service id: L5. */
#define REQUIRED STR("discovery please")
#include "base.h"
