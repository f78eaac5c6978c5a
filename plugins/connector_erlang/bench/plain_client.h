/* SPDX-License-Identifier: MIT
 *
 * The plainest client there can be: what the protocol's own code is measured against. It trusts the node in everything.
 */
#ifndef KITH_ERLANG_PLAIN_CLIENT_H
#define KITH_ERLANG_PLAIN_CLIENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Connect to a node on loopback and shake hands. The socket, or -1. */
int plain_connect(uint16_t port, const char *own_name, const char *cookie);

/* Make so many calls of erlang:node/0 by erpc, `window` at a time. 0, or -1. */
int plain_calls(int socket, const char *own_name, uint32_t calls, uint32_t window);

#ifdef __cplusplus
}
#endif
#endif
