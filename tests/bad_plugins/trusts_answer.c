/* SPDX-License-Identifier: MIT
 *
 * Takes for granted that what begins like a correct answer also ends like one. Only a damaged copy of a correct answer shows it. */
#define PARSE(data, size)                                                                                                      \
    if ((size) > 7 && __builtin_memcmp(data, "peers: ", 7) == 0 && (data)[(size)-1] != '\n') __builtin_trap()
#include "trusts_bodies.c"
