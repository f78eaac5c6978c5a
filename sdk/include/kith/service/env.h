/* SPDX-License-Identifier: MIT
 *
 * kith.env/1: the daemon's environment, by the names that the plugin's descriptor declares.
 */
#ifndef KITH_SERVICE_ENV_H
#define KITH_SERVICE_ENV_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_ENV "kith.env/1"

typedef struct kith_env_host {
    /* KITH_NOT_FOUND: not set; KITH_DENIED: not declared in the descriptor's `env`. A variable may be set and empty. name: borrowed.
     * out: borrowed, gets a string that is borrowed until destroy. [loop & created] */
    int32_t (*get)(const kith_host *host, kith_str name, kith_str *out);
} kith_env_host;

#ifdef __cplusplus
}
#endif
#endif
