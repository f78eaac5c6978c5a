/* SPDX-License-Identifier: MIT
 *
 * The declared size of the descriptor is less than that of any version: A2. */
#define DESCRIPTOR_SIZE 64
#include "base.h"
