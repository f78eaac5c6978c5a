/* SPDX-License-Identifier: MIT
 *
 * The summary is Latin-1: M1. */
#define SUMMARY STR("F\xfcr alle.")
#include "base.h"
