/* SPDX-License-Identifier: MIT
 *
 * A word of its schema is written wrong, which JSON Schema has ignored: L5. */
#define OPTIONS                                                                                                                \
    STR("{\"type\": \"object\", \"additionalProperty\": false, \"properties\": {\"a\": {\"type\": \"string\", "                \
        "\"description\": \"Any.\"}}}")
#include "working_strategy.h"
