/* SPDX-License-Identifier: MIT
 *
 * Reports a failure one second after its start. */
static const char why[] = "there is nothing to do here";
#define AT_FIRED(me)                                                                                                           \
    const kith_str text = {why, sizeof why - 1};                                                                               \
    (me)->host->failed((me)->host, KITH_UNAVAILABLE, text)
#include "working_strategy.h"
