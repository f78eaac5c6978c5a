/* SPDX-License-Identifier: MIT
 *
 * Refuses unexpected options without an error text (E1). */
#define OPTIONS                                                                                                                \
    STR("{\"type\": \"object\", \"properties\": {\"words\": {\"type\": \"string\", \"description\": \"Any.\", \"default\": "   \
        "\"\"}}}")
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_OPTIONS)
#define AT_START(me)                                                                                                           \
    static const kith_str options = STR(KITH_OPTIONS), path = STR("/words");                                                   \
    const kith_options_host *table = (me)->host->service((me)->host, options);                                                 \
    if (table->type((me)->host, path) != KITH_JSON_STRING) return KITH_INVALID
#include "working_strategy.h"
