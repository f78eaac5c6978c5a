// SPDX-License-Identifier: MIT
#include "tls_library_loader.hpp"

#include <kith/plugin.h>

#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>

namespace kith::app {

namespace fs = std::filesystem;

namespace {

constexpr const char *file_name = "libkith_tls.so";

std::string installed() {
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const fs::path &beside : {here / KITH_LIB_FROM_BIN, here / "lib", here.parent_path() / "lib"}) {
        if (std::error_code none; fs::is_regular_file(beside / file_name, none)) return beside / file_name;
    }
    return std::string(KITH_LIB_DIR "/") + file_name;
}

} // namespace

const TlsEntry *tls_library(const std::string &file, TlsFailure &failure) {
    const std::string path = file.empty() ? installed() : file;
    const auto refuse = [&](const std::string &why) {
        failure = {KITH_UNSUPPORTED,
                   "TLS needs " + path + ": " + why + "; install kith's own library of the same build, and libssl3"};
        return nullptr;
    };
    // Never unloaded: OpenSSL keeps resources until the process ends.
    void *library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
        const char *why = ::dlerror();
        return refuse(why == nullptr ? "it cannot be loaded" : why);
    }
    const auto *entry = static_cast<const TlsEntry *>(::dlsym(library, "kith_tls_entry"));
    if (entry == nullptr) return refuse("it has no kith_tls_entry");
    if (std::strncmp(entry->build, KITH_TLS_BUILD, sizeof entry->build) != 0) {
        return refuse("it is of another build (" + std::string(entry->build, ::strnlen(entry->build, sizeof entry->build)) +
                      ", expected " KITH_TLS_BUILD ")");
    }
    return entry;
}

namespace {

void load_and_warm() noexcept {
    try {
        TlsFailure ignored;
        if (const TlsEntry *library = tls_library({}, ignored)) library->context({.verify = false}, ignored);
    } catch (...) { // the first client loads it
    }
}

} // namespace

TlsLibraryLoading::TlsLibraryLoading() {
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before); // signals are for the main thread
    try {
        thread_ = std::thread(load_and_warm);
    } catch (...) { // no thread can be started: the first client loads it
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TlsLibraryLoading::~TlsLibraryLoading() { wait(); }

void TlsLibraryLoading::wait() {
    if (thread_.joinable()) thread_.join();
}

} // namespace kith::app
