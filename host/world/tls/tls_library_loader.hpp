// SPDX-License-Identifier: MIT
//
// Finds and loads libkith_tls.so.
#pragma once

#include "tls.hpp"

namespace kith::app {

/// Of the library, which is loaded at the first call and stays; null, and why, when it cannot be. file: its path; empty: where it is
/// installed, or stands beside the program in the tree it was built in.
const TlsEntry *tls_library(const std::string &file, TlsFailure &failure);

} // namespace kith::app
