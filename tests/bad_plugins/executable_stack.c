/* SPDX-License-Identifier: MIT
 *
 * Requests an executable stack by a linker option, as a nested function in C or an assembler file without its note does. */
#include "base.h"
