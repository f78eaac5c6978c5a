/* SPDX-License-Identifier: MIT
 *
 * kith.random/1: random bytes (D1): a CSPRNG in the real world, a seeded generator in a simulated one.
 */
#ifndef KITH_SERVICE_RANDOM_H
#define KITH_SERVICE_RANDOM_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_RANDOM "kith.random/1"

typedef struct kith_random_host {
    /* Fill out[0..size). Never fails. out: borrowed. [loop & created] */
    void (*fill)(const kith_host *host, void *out, uint64_t size);
} kith_random_host;

#ifdef __cplusplus
}
#endif
#endif
