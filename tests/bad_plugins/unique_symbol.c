/* SPDX-License-Identifier: MIT
 *
 * Has a symbol that is unique_symbol in the process, as GCC makes it of a static member of a visible template, such as Boost has many: it is
 * shared with every other plugin, and keeps the library from being unloaded: L2. */
#include "base.h"

/* Only GCC makes such symbols, but every assembler can. */
__asm__(".pushsection .data\n"
        ".type shared_by_all, %gnu_unique_object\n"
        ".size shared_by_all, 4\n"
        "shared_by_all: .long 1\n"
        ".popsection\n");
