/* SPDX-License-Identifier: MIT
 *
 * The version is none: L5. */
#define VERSION STR("latest")
#include "base.h"
