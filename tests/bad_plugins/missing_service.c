/* SPDX-License-Identifier: MIT
 *
 * Needs a service that this host does not offer: A1. */
#define REQUIRED STR(KITH_DISCOVERY), STR("example.teleport/3")
#include "base.h"
