// SPDX-License-Identifier: MIT
//
// The testkit is a compiled library, whose functions pass types of the standard library it was compiled with. With another one a test would
// crash without a reason that could be found.
#pragma once

#include <version>

#ifdef _GLIBCXX_DEBUG
#error                                                                                                                         \
    "the testkit is compiled without _GLIBCXX_DEBUG: leave it out of the flags of tests that use kith::testkit (_GLIBCXX_ASSERTIONS is fine)"
#endif
#ifdef _LIBCPP_VERSION
#error "the testkit is compiled with libstdc++: compile tests that use kith::testkit without -stdlib=libc++"
#endif
