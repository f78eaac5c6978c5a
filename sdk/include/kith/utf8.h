/* SPDX-License-Identifier: MIT
 *
 * Whether a text is UTF-8, which every string must be that the host is given (M1): for text from other sources.
 */
#ifndef KITH_UTF8_H
#define KITH_UTF8_H

#include "plugin.h"

/* 1: it is, as RFC 3629 has it: no overlong forms, no surrogates, nothing over U+10FFFF. */
static inline int kith_is_utf8(kith_str text) {
    uint64_t at = 0;
    while (at < text.size) {
        const int lead = text.data[at++] & 0xFF;
        int low = 0x80, high = 0xBF; /* of the second byte, which is where bad forms show */
        int more = 0;
        if (lead < 0x80) continue;
        if (lead < 0xC2 || lead > 0xF4) return 0;
        more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
        for (; more > 0; --more) {
            const int next = at < text.size ? text.data[at++] & 0xFF : 0;
            if (next < low || next > high) return 0;
            low = 0x80;
            high = 0xBF;
        }
    }
    return 1;
}

#endif
