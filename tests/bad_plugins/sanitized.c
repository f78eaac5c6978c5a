/* SPDX-License-Identifier: MIT
 *
 * Built with the address sanitizer, in a process that is not. */
#include "base.h"
