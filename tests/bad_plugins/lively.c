/* SPDX-License-Identifier: MIT
 *
 * Keeps every rule. */
#include "lively.h"
