// SPDX-License-Identifier: MIT
#include "check.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>

namespace kith::check {

namespace {

void one_export(const Subject &subject) {
    skip_when_sanitized(subject);
    const auto &found = subject.elf.exports;
    if (found.size() == 1 && found[0] == "kith_plugin_entry") return;
    if (found.empty()) throw Broken("it exports nothing: define kith_plugin_entry");
    throw Broken("it exports " + list(found) + "; link it with kith_add_plugin, or with the version script kith_plugin.map");
}

void no_unique(const Subject &subject) {
    skip_when_sanitized(subject);
    if (subject.elf.unique.empty()) return;
    throw Broken("unique in the process: " + list(subject.elf.unique) + "; link with the version script kith_plugin.map");
}

void needed(const Subject &subject) {
    skip_when_sanitized(subject);
    static constexpr std::array usual{"libc.so.6",
                                      "libm.so.6",
                                      "libstdc++.so.6",
                                      "libgcc_s.so.1",
                                      "libmd.so.0",
                                      "ld-linux-x86-64.so.2",
                                      "ld-linux-aarch64.so.1"};
    std::vector<std::string> other;
    for (const auto &name : subject.elf.needed)
        if (std::ranges::find(usual, name) == usual.end()) other.push_back(name);
    if (other.empty()) return;
    void *handle = dlopen(subject.path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) throw Broken(std::string("it cannot be loaded: ") + dlerror());
    dlclose(handle);
}

void unmaps(const Subject &subject) {
    skip_when_sanitized(subject);
    if (subject.elf.go) throw Skipped("it holds the Go runtime, which is never unmapped: see go_runtime");
    { const Library library(subject); }
    void *still = dlopen(subject.path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (still != nullptr) throw Broken("it stays mapped after dlclose: a unique symbol, or a thread_local with a destructor");
}

constexpr Test tests[] = {
    {"one_export", "L2", "exports kith_plugin_entry and nothing else", one_export},
    {"no_unique", "L2", "has no symbol that is unique in the process", no_unique},
    {"needed", "L2", "every library it needs is found", needed},
    {"unmaps", "L4", "dlclose unmaps it", unmaps},
};

} // namespace

std::string list(const std::vector<std::string> &names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < 8; ++i) out += (i == 0 ? "" : ", ") + names[i];
    return names.size() > 8 ? out + " and " + std::to_string(names.size() - 8) + " more" : out;
}

void skip_when_sanitized(const Subject &subject) {
    if (subject.elf.sanitized())
        throw Skipped("it is built with a sanitizer, whose exports, imports and memory are no plugin's");
}

std::span<const Test> file_tests() noexcept { return tests; }

Library::Library(const Subject &subject) : handle_(dlopen(subject.path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw Broken(std::string("L2: it cannot be loaded: ") + dlerror());
    entry_ = static_cast<const kith_entry *>(dlsym(handle_, "kith_plugin_entry"));
    if (entry_ == nullptr || entry_->struct_size < sizeof(kith_entry) || entry_->abi_major != KITH_ABI_MAJOR) {
        const char *why = entry_ == nullptr                     ? "L2: it does not export kith_plugin_entry"
                          : entry_->abi_major != KITH_ABI_MAJOR ? "A1: it is built for another ABI major"
                                                                : "A2: its entry is too short";
        dlclose(handle_);
        throw Broken(why);
    }
}

Library::~Library() { dlclose(handle_); }

} // namespace kith::check
