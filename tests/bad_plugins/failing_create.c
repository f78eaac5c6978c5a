/* SPDX-License-Identifier: MIT
 *
 * Loads, but create always fails: for the engine to refuse. */
#define ID STR("failing_create")
#include "base.h"
