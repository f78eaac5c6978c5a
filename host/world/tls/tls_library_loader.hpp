// SPDX-License-Identifier: MIT
//
// Finds and loads libkith_tls.so.
#pragma once

#include "tls.hpp"

#include <string>
#include <thread>

namespace kith::app {

/// The entry of the library, which is loaded by the first call and never unloaded; null with the reason in `failure`. file: its
/// path; empty: the installed one, or the one beside the program in its build tree.
const TlsEntry *tls_library(const std::string &file, TlsFailure &failure);

/// Loads the installed library in a thread, at the start of a process whose configuration contains TLS, and makes OpenSSL read its
/// configuration and look up its algorithms: about 8 ms, which the first context of a process takes, and which is as long as everything else
/// before the first connection. A failure is reported to the caller that needs the library later.
class TlsLibraryLoading {
  public:
    TlsLibraryLoading();
    ~TlsLibraryLoading();
    TlsLibraryLoading(const TlsLibraryLoading &) = delete;
    TlsLibraryLoading &operator=(const TlsLibraryLoading &) = delete;

    /// Blocks until the thread has ended.
    void wait();

  private:
    std::thread thread_;
};

} // namespace kith::app
