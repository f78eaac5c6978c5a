// SPDX-License-Identifier: MIT
//
// OpenSSL's libcrypto, loaded when a plugin first needs it: a daemon without such a plugin, or whose options need none of it, saves its memory.
// No header of OpenSSL is included: the plugin names the functions, and takes their types from there (Debian package libssl-dev).
//
// [any thread]
#pragma once

#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <string>

namespace kith {

class libcrypto {
  public:
    /// Loads OpenSSL 3, which reads no configuration file and leaves nothing to run at exit. It is never unloaded, so one static object is enough.
    libcrypto() {
        library_ = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
        if (library_ == nullptr) {
            const char *const why = ::dlerror();
            missing_ = why == nullptr ? "libcrypto.so.3 cannot be loaded" : why;
            return;
        }
        constexpr std::uint64_t no_load_config = 0x80,
                                no_atexit = 0x80000; // OPENSSL_INIT_NO_LOAD_CONFIG, OPENSSL_INIT_NO_ATEXIT
        int (*init)(std::uint64_t, const void *) = nullptr;
        find("OPENSSL_init_crypto", init);
        if (missing_.empty() && init(no_load_config | no_atexit, nullptr) != 1)
            missing_ = "libcrypto.so.3 cannot be initialized";
    }

    /// Sets `function` to the function of that name; null if there is none, which `missing` then reports.
    template <class Function>
    void find(const char *name, Function &function) {
        void *const symbol = library_ == nullptr ? nullptr : ::dlsym(library_, name);
        if (symbol == nullptr && missing_.empty()) missing_ = std::string("libcrypto.so.3 has no ") + name;
        std::memcpy(&function, &symbol, sizeof function);
    }

    /// Why it, or a function, cannot be used; empty: all can.
    [[nodiscard]] const std::string &missing() const noexcept { return missing_; }

  private:
    void *library_ = nullptr;
    std::string missing_;
};

} // namespace kith
