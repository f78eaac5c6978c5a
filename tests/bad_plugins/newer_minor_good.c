/* SPDX-License-Identifier: MIT
 *
 * Built for a newer minor version, and needs nothing of it: loads (A1). */
#define ABI_MINOR 7
#define ID STR("newer_minor_good")
#include "base.h"
