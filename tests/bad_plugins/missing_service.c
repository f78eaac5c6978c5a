/* SPDX-License-Identifier: MIT
 *
 * Requires a service that the host does not provide: A1. */
#define REQUIRED STR(KITH_DISCOVERY), STR("example.teleport/3")
#include "base.h"
