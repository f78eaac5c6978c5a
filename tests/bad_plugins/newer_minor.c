/* SPDX-License-Identifier: MIT
 *
 * Built for a newer minor version, and requires a service of that version: A1. */
#define ABI_MINOR 7
#define REQUIRED STR(KITH_DISCOVERY), STR("kith.carrier_pigeon/1")
#include "base.h"
