/* SPDX-License-Identifier: MIT
 *
 * A strategy that keeps every rule. */
#include "working_strategy.h"
