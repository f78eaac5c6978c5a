/* SPDX-License-Identifier: MIT
 *
 * Built for a newer minor version, and requires nothing of it: can be loaded (A1). */
#define ABI_MINOR 7
#define ID STR("newer_minor_good")
#include "base.h"
