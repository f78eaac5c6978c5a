/* SPDX-License-Identifier: MIT
 *
 * A default is not valid by the option's own schema: L5. */
#define OPTIONS                                                                                                                \
    STR("{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\", \"minimum\": 10, \"default\": 1, "             \
        "\"description\": \"Any.\"}}}")
#include "working_strategy.h"
