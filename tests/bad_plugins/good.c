/* SPDX-License-Identifier: MIT
 *
 * In good order, as small as a plugin can be. */
#define ID STR("good")
#define SUMMARY STR("In good order.")
#include "base.h"
