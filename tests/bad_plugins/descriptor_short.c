/* SPDX-License-Identifier: MIT
 *
 * The descriptor says that it is shorter than any version was: A2. */
#define DESCRIPTOR_SIZE 64
#include "base.h"
