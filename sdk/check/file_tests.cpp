// SPDX-License-Identifier: MIT
#include "check.hpp"

#include <kith/hosting/options.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <array>

namespace kith::check {

namespace {

std::string list(const std::vector<std::string> &names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < 8; ++i) out += (i == 0 ? "" : ", ") + names[i];
    return names.size() > 8 ? out + " and " + std::to_string(names.size() - 8) + " more" : out;
}

void one_export(const Subject &subject) {
    const auto &found = subject.elf.exports;
    if (found.size() == 1 && found[0] == "kith_plugin_entry") return;
    if (found.empty()) throw Broken("it exports nothing: define kith_plugin_entry");
    throw Broken("it exports " + list(found) + "; link it with kith_add_plugin, or with the version script kith_plugin.map");
}

void no_unique(const Subject &subject) {
    if (subject.elf.unique.empty()) return;
    throw Broken("unique in the process: " + list(subject.elf.unique) + "; link with the version script kith_plugin.map");
}

void needed(const Subject &subject) {
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

void imports(const Subject &subject) {
    static constexpr std::array forbidden{"atexit",      "on_exit",       "signal",    "bsd_signal",
                                          "sysv_signal", "__sysv_signal", "sigaction", "setlocale",
                                          "chdir",       "fchdir",        "umask",     "_ZSt13set_terminatePFvvE"};
    std::vector<std::string> found;
    for (const auto &name : subject.elf.imports)
        if (std::ranges::find(forbidden, name) != forbidden.end()) found.push_back(name);
    if (!found.empty()) throw Broken("it calls " + list(found) + ", which changes the whole process");
    if (std::ranges::find(subject.elf.imports, "pthread_create") == subject.elf.imports.end()) return;
    const Library library(subject);
    for (const auto *d : library.descriptors())
        if ((d->flags & KITH_FLAG_THREADS) != 0) return;
    throw Broken("it calls pthread_create and no descriptor has KITH_FLAG_THREADS");
}

void descriptor(const Subject &subject) {
    const Library library(subject);
    const auto &entry = library.entry();
    if (entry.create == nullptr) throw Broken("the entry has no create");
    if (entry.descriptor_count == 0) throw Broken("the entry has no descriptors");
    for (const auto *d : library.descriptors()) {
        if (d == nullptr) throw Broken("a descriptor is null");
        const std::string id(view(d->id));
        const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
        if (id.empty() || id.size() > 64 || !small(id[0]) ||
            !std::ranges::all_of(id, [&](char c) { return small(c) || (c >= '0' && c <= '9') || c == '_'; }))
            throw Broken("the id \"" + id + "\" is not [a-z][a-z0-9_]* of at most 64 bytes");
        if (d->kind < KITH_KIND_STRATEGY || d->kind > KITH_KIND_SINK) throw Broken(id + ": an unknown kind");
        if (view(d->version).empty()) throw Broken(id + ": no version");
        if (view(d->licence).empty()) throw Broken(id + ": no licence");
        if (view(d->summary).empty()) throw Broken(id + ": no summary");
        if (d->required_count == 0) throw Broken(id + ": it requires no service, so nobody could hear of it");
        const std::string_view text = view(d->options);
        try {
            const Options schema(text);
            std::string_view type;
            if (schema.get_string("/type", type) != KITH_OK || type != "object")
                throw Broken(id + ": the schema of its options has no \"type\": \"object\"");
            std::uint64_t count = 0;
            if (schema.size("/properties", count) != KITH_OK) count = 0;
            for (std::uint64_t i = 0; i < count; ++i) {
                std::string_view name;
                if (schema.member("/properties", i, name) != KITH_OK) continue;
                const std::string at = "/properties/" + std::string(name);
                if (schema.type(at + "/description") != KITH_JSON_STRING)
                    throw Broken(id + ": the option \"" + std::string(name) + "\" has no description");
            }
        } catch (const std::invalid_argument &why) {
            throw Broken(id + ": the schema of its options is no JSON: " + why.what());
        }
    }
}

void unmaps(const Subject &subject) {
    { const Library library(subject); }
    void *still = dlopen(subject.path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (still != nullptr) throw Broken("it stays mapped after dlclose: a unique symbol, or a thread_local with a destructor");
}

constexpr Test tests[] = {
    {"one_export", "L2", "exports kith_plugin_entry and nothing else", one_export},
    {"no_unique", "L2", "has no symbol that is unique in the process", no_unique},
    {"needed", "L2", "every library it needs is found", needed},
    {"imports", "P1", "calls nothing that changes the process", imports},
    {"descriptor", "L5", "its descriptors are complete, its options a schema with a description for each", descriptor},
    {"unmaps", "L4", "dlclose unmaps it", unmaps},
};

} // namespace

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
