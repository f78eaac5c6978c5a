/* SPDX-License-Identifier: MIT
 *
 * Can be loaded, but create always fails. For tests of the engine. */
#define ID STR("failing_create")
#include "base.h"
