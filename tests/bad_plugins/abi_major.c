/* SPDX-License-Identifier: MIT
 *
 * Built for another major version of the ABI: A1. */
#define ABI_MAJOR 2
#include "base.h"
