/* SPDX-License-Identifier: MIT
 *
 * The version is not a valid version: L5. */
#define VERSION STR("latest")
#include "base.h"
