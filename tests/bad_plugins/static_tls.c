/* SPDX-License-Identifier: MIT
 *
 * Wants a place in the static TLS block. */
#include "base.h"
__thread int counter __attribute__((tls_model("initial-exec")));
int counted(void);
int counted(void) { return ++counter; }
