/* SPDX-License-Identifier: MIT
 *
 * Starts a thread without declaring it (P1). */
#include <pthread.h>
static void *run(void *unused) { return unused; }
static void begin(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, NULL) == 0) pthread_join(thread, NULL);
}
#define AT_START(me) begin()
#include "working_strategy.h"
