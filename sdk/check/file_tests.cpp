// SPDX-License-Identifier: MIT
#include "plugin_test.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>

namespace kith::check {

namespace {

void one_export(const TestInput &input) {
    skip_when_sanitized(input);
    const auto &found = input.elf.exports;
    if (found.size() == 1 && found[0] == "kith_plugin_entry") return;
    if (found.empty()) throw RuleViolation("it exports nothing: define kith_plugin_entry");
    throw RuleViolation("it exports " + list(found) +
                        "; build it with kith_add_plugin, or link it with the version script kith_plugin.map");
}

void no_unique(const TestInput &input) {
    skip_when_sanitized(input);
    if (input.elf.unique.empty()) return;
    throw RuleViolation("these symbols are unique in the process (STB_GNU_UNIQUE): " + list(input.elf.unique) +
                        "; link with the version script kith_plugin.map");
}

void needed(const TestInput &input) {
    skip_when_sanitized(input);
    static constexpr std::array usual{"libc.so.6",
                                      "libm.so.6",
                                      "libstdc++.so.6",
                                      "libgcc_s.so.1",
                                      "libmd.so.0",
                                      "ld-linux-x86-64.so.2",
                                      "ld-linux-aarch64.so.1"};
    std::vector<std::string> other;
    for (const auto &name : input.elf.needed)
        if (std::ranges::find(usual, name) == usual.end()) other.push_back(name);
    if (other.empty()) return;
    void *handle = dlopen(input.path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) throw RuleViolation(std::string("it cannot be loaded: ") + dlerror());
    dlclose(handle);
}

void unmaps(const TestInput &input) {
    skip_when_sanitized(input);
    if (input.elf.go) throw TestSkipped("it contains the Go runtime, which is never unmapped; see go_runtime");
    { const PluginLibrary library(input); }
    void *still = dlopen(input.path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (still != nullptr)
        throw RuleViolation(
            "it stays mapped after dlclose; possible causes are a unique symbol and a thread_local with a destructor");
}

constexpr Test file_test_table[] = {
    {"one_export", "L2", "exports kith_plugin_entry and no other symbol", one_export},
    {"no_unique", "L2", "has no symbol that is unique in the process", no_unique},
    {"needed", "L2", "all libraries that it needs are found", needed},
    {"unmaps", "L4", "dlclose unmaps it", unmaps},
};

} // namespace

std::string list(const std::vector<std::string> &names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < 8; ++i) out += (i == 0 ? "" : ", ") + names[i];
    return names.size() > 8 ? out + " and " + std::to_string(names.size() - 8) + " more" : out;
}

void skip_when_sanitized(const TestInput &input) {
    if (input.elf.sanitized())
        throw TestSkipped("it is built with a sanitizer, whose exports, imports and memory would be attributed to the plugin");
}

std::span<const Test> file_tests() noexcept { return file_test_table; }

PluginLibrary::PluginLibrary(const TestInput &input) : handle_(dlopen(input.path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw RuleViolation(std::string("L2: the library cannot be loaded: ") + dlerror());
    entry_ = static_cast<const kith_entry *>(dlsym(handle_, "kith_plugin_entry"));
    if (entry_ == nullptr || entry_->struct_size < sizeof(kith_entry) || entry_->abi_major != KITH_ABI_MAJOR) {
        const char *why = entry_ == nullptr                     ? "L2: it does not export kith_plugin_entry"
                          : entry_->abi_major != KITH_ABI_MAJOR ? "A1: it is built for another major version of the ABI"
                                                                : "A2: struct_size of its entry is too small";
        dlclose(handle_);
        throw RuleViolation(why);
    }
}

PluginLibrary::~PluginLibrary() { dlclose(handle_); }

} // namespace kith::check
