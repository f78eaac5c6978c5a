/* SPDX-License-Identifier: MIT
 *
 * Wants an executable stack, by the linker's option: as with a nested function in C, or assembler without its note. */
#include "base.h"
