/* SPDX-License-Identifier: MIT */
#include "layout.h"

/* The C side of the same numbers: test_layout.cpp compares what two compilers think of a struct that crosses the line. */
size_t kith_layout_size_of_descriptor_in_c(void) { return sizeof(kith_descriptor); }
