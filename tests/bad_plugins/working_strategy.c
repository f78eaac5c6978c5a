/* SPDX-License-Identifier: MIT
 *
 * Keeps every rule. */
#include "working_strategy.h"
