/* SPDX-License-Identifier: MIT
 *
 * A keyword of its schema is misspelt, which JSON Schema ignores: L5. */
#define OPTIONS                                                                                                                \
    STR("{\"type\": \"object\", \"additionalProperty\": false, \"properties\": {\"a\": {\"type\": \"string\", "                \
        "\"description\": \"Any.\"}}}")
#include "working_strategy.h"
