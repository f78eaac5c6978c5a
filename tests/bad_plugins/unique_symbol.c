/* SPDX-License-Identifier: MIT
 *
 * Contains a symbol that is unique in the process (STB_GNU_UNIQUE), as GCC creates it for a static member of a visible template, which
 * Boost contains: the symbol is shared with every other plugin, and the library cannot be unloaded: L2. */
#include "base.h"

/* Only GCC creates such symbols, but every assembler can define them. */
__asm__(".pushsection .data\n"
        ".type shared_by_all, %gnu_unique_object\n"
        ".size shared_by_all, 4\n"
        "shared_by_all: .long 1\n"
        ".popsection\n");
