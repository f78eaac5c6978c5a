// SPDX-License-Identifier: MIT
//
// Finds and loads libkith_tls.so.
#pragma once

#include "tls.hpp"

namespace kith::app {

/// The entry of the library, which is loaded by the first call and never unloaded; null with the reason in `failure`. file: its
/// path; empty: the installed one, or the one beside the program in its build tree.
const TlsEntry *tls_library(const std::string &file, TlsFailure &failure);

} // namespace kith::app
