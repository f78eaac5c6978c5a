/* SPDX-License-Identifier: MIT
 *
 * Keeps all rules; as small as a plugin can be. */
#define ID STR("good")
#define SUMMARY STR("In good order.")
#include "base.h"
