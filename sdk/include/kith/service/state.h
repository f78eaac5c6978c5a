/* SPDX-License-Identifier: MIT
 *
 * kith.state/1: some bytes of this instance that outlive the process: a counter, a cursor. Kept under `state_dir` by the
 * instance's name, mode 0600, replaced in one step: a save that fails, such as on a full disk, leaves what was saved before. It is
 * not tried again by the host; save again, a second later. Without a `state_dir`, KITH_UNSUPPORTED.
 * `user` and `op` (borrowed) as in kith/service/tcp.h.
 */
#ifndef KITH_SERVICE_STATE_H
#define KITH_SERVICE_STATE_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_STATE "kith.state/1"
#define KITH_STATE_MAX 65536u /* bytes */

typedef struct kith_state_host {
    /* KITH_NOT_FOUND when nothing was saved. [loop & started] */
    int32_t (*load)(const kith_host *host, uint64_t user, uint64_t *op);
    /* data: copied. KITH_LIMIT over KITH_STATE_MAX. [loop & started] */
    int32_t (*save)(const kith_host *host, const void *data, uint64_t size, uint64_t user, uint64_t *op);
} kith_state_host;

/* text: borrowed, explains a failing status. data: borrowed. All [loop & started]. */
typedef struct kith_state_plugin {
    void (*loaded)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint64_t size);
    void (*saved)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text);
} kith_state_plugin;

#ifdef __cplusplus
}
#endif
#endif
