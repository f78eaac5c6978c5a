/* SPDX-License-Identifier: MIT
 *
 * Linked with -z nodelete: dlclose does not unmap it (L4). */
#include "working_strategy.h"
