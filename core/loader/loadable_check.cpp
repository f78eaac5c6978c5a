// SPDX-License-Identifier: MIT
#include "core/loader/loadable_check.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace kith::core {

namespace fs = std::filesystem;

namespace {

Refusal unfit(std::string reason, std::string remedy) { return {"", "L2", std::move(reason), std::move(remedy)}; }

std::optional<Refusal> check_stack(const elf::Image &image) {
    if (image.stack() == elf::Stack::plain) return std::nullopt;
    const std::string effect = ", which would make the stack of every thread of kith executable";
    if (image.stack() == elf::Stack::unmarked)
        return unfit("it does not declare whether it needs an executable stack (no PT_GNU_STACK), which counts as yes" + effect,
                     "link it with -Wl,-z,noexecstack");
    return unfit("it requires an executable stack (PT_GNU_STACK is RWE)" + effect,
                 "in C, replace nested functions whose address is taken by ordinary ones (-Wtrampolines finds them); in "
                 "assembler, add the line .section .note.GNU-stack,\"\",%progbits to each file; in Fortran, do not pass "
                 "internal procedures as arguments; then link it with -Wl,-z,noexecstack");
}

struct Sanitizer {
    std::string_view name, library, prefix; // file name of its runtime, and prefix of the symbols that instrumented code calls
    const char *symbol;                     // a symbol of the runtime itself
};
constexpr std::array<Sanitizer, 7> sanitizers{{{"address", "asan", "__asan_", "__asan_init"},
                                               {"hwaddress", "hwasan", "__hwasan_", "__hwasan_init"},
                                               {"thread", "tsan", "__tsan_", "__tsan_init"},
                                               {"memory", "msan", "__msan_", "__msan_init"},
                                               {"leak", "lsan", "__lsan_", "__lsan_do_leak_check"},
                                               {"undefined", "ubsan", "__ubsan_", "__ubsan_handle_type_mismatch_v1_abort"},
                                               {"dataflow", "dfsan", "__dfsan_", "__dfsan_union_load"}}};

// "libasan.so.8" of GCC, "libclang_rt.asan-x86_64.so" of clang.
bool is_runtime(std::string_view needed, const Sanitizer &sanitizer) {
    constexpr std::string_view of_clang = "libclang_rt.", of_gcc = "lib";
    const bool clang = needed.starts_with(of_clang);
    if (!clang && !needed.starts_with(of_gcc)) return false;
    needed.remove_prefix(clang ? of_clang.size() : of_gcc.size());
    if (!needed.starts_with(sanitizer.library)) return false;
    needed.remove_prefix(sanitizer.library.size());
    return needed.starts_with(".so") ||
           (clang && !needed.empty() && std::string_view("-_.").find(needed.front()) != std::string_view::npos);
}

// The imports whose names the compiler reserves, few of all; the calls of sanitizers are among them.
std::vector<const elf::Import *> reserved_imports(const elf::Image &image) {
    std::vector<const elf::Import *> result;
    for (const elf::Import &import : image.imports())
        if (!import.weak && import.name.starts_with("__")) result.push_back(&import);
    return result;
}

std::optional<Refusal> check_sanitizers(const elf::Image &image) {
    const auto imports = reserved_imports(image);
    for (const Sanitizer &sanitizer : sanitizers) {
        const auto runtime =
            std::ranges::find_if(image.needed(), [&](std::string_view name) { return is_runtime(name, sanitizer); });
        const auto call = std::ranges::find_if(
            imports, [&](const elf::Import *import) { return import->name.starts_with(sanitizer.prefix); });
        const bool needs = runtime != image.needed().end();
        if (!needs && call == imports.end()) continue;
        // A kith that is built with the same sanitizer contains the runtime.
        if (::dlsym(RTLD_DEFAULT, sanitizer.symbol) != nullptr || (needs && is_loaded(*runtime))) continue;
        return unfit("it was built with -fsanitize=" + std::string(sanitizer.name) + " (it " +
                         (needs ? "needs " + std::string(*runtime) : "calls " + std::string((*call)->name)) +
                         "), whose runtime must be loaded when a process starts, and is not in this one",
                     "build the plugin for kith without -fsanitize; use -fsanitize for its tests only");
    }
    return std::nullopt;
}

// What glibc reserves unless GLIBC_TUNABLES changes it; part of it is already used.
constexpr std::uint64_t most_static_tls = 1664;
constexpr const char *remedy_static_tls =
    "compile it, and every static library that is linked into it, with -ftls-model=global-dynamic";

std::optional<Refusal> check_static_tls(const elf::Image &image) {
    const char *const tuned = std::getenv("GLIBC_TUNABLES");
    if (image.static_tls() <= most_static_tls ||
        (tuned != nullptr && std::string_view(tuned).find("optional_static_tls") != std::string_view::npos))
        return std::nullopt;
    return unfit(
        "it needs " + std::to_string(image.static_tls()) +
            " bytes of static thread-local storage (DF_STATIC_TLS); a library that is loaded after the start can get at most " +
            std::to_string(most_static_tls),
        remedy_static_tls);
}

bool is_there(const fs::path &file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

// Whether the dynamic linker's cache of installed libraries contains the name: usually as the end of the library's path, since ldconfig
// stores a string that ends another one only once.
bool is_in_linker_cache(std::string_view library) {
    std::ifstream in("/etc/ld.so.cache", std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    const std::string name = std::string(library) + '\0';
    for (std::size_t at = content.find(name, 1); at != std::string::npos; at = content.find(name, at + 1))
        if (content[at - 1] == '/' || content[at - 1] == '\0') return true;
    return false;
}

std::vector<fs::path> environment_directories() {
    const char *const path = std::getenv("LD_LIBRARY_PATH");
    return path == nullptr ? std::vector<fs::path>() : run_directories(path, {});
}

bool can_be_found(std::string_view needed, const elf::Image &image, const fs::path &file) {
    if (needed.find('/') != std::string_view::npos) return is_there(needed);
    const auto holds = [&](const fs::path &directory) { return is_there(directory / needed); };
    if (std::ranges::any_of(run_directories(image.run_path(), file), holds)) return true;
    if (std::ranges::any_of(environment_directories(), holds)) return true;
    if (is_in_linker_cache(needed)) return true;
    for (const char *const directory : {"/lib64", "/usr/lib64", "/lib", "/usr/lib"})
        if (holds(directory)) return true;
    return false;
}

using Handles = std::vector<void *>;

bool has_symbol(const elf::Import &import, const Handles &libraries) {
    // Most plugins import the same symbols. The global scope only grows: plugins are loaded with RTLD_LOCAL.
    static std::unordered_set<std::string> global;
    std::string key(import.name);
    key += '@';
    key += import.version;
    if (global.contains(key)) return true;
    const std::string name(import.name), version(import.version);
    const auto has = [&](void *library) {
        return version.empty() ? ::dlsym(library, name.c_str()) != nullptr
                               : ::dlvsym(library, name.c_str(), version.c_str()) != nullptr;
    };
    if (!has(RTLD_DEFAULT)) return std::ranges::any_of(libraries, has);
    global.insert(std::move(key));
    return true;
}

std::optional<Refusal> check_symbols(const elf::Image &image, const fs::path &file, const Handles &libraries) {
    for (const elf::Import &import : image.imports()) {
        if (import.weak || has_symbol(import, libraries)) continue;
        const std::string name(import.name);
        // A symbol may exist in another version only.
        const bool other_version = !import.version.empty() && ::dlsym(RTLD_DEFAULT, name.c_str()) != nullptr;
        const std::string text = other_version ? "version `" + std::string(import.version) + "' of " + name + " is not found"
                                               : "undefined symbol: " + name +
                                                     (import.version.empty() ? "" : ", version " + std::string(import.version));
        return unfit("it cannot be loaded: " + text, dlerror_remedy(text, file, false));
    }
    return std::nullopt;
}

std::optional<Refusal> check_libraries(const elf::Image &image, const fs::path &file) {
    Handles libraries;
    bool all = true;
    for (const auto needed : image.needed()) {
        void *const handle = ::dlopen(std::string(needed).c_str(), RTLD_LAZY | RTLD_NOLOAD);
        if (handle != nullptr) {
            libraries.push_back(handle);
            continue;
        }
        all = false;
        if (can_be_found(needed, image, file)) continue;
        const std::string text = std::string(needed) + ": cannot open shared object file: No such file or directory";
        return unfit("it cannot be loaded: " + text, dlerror_remedy(text, file, false));
    }
    auto wrong = all ? check_symbols(image, file, libraries) : std::nullopt;
    for (void *const handle : libraries) ::dlclose(handle);
    return wrong;
}

} // namespace

std::vector<fs::path> run_directories(std::string_view run_path, const fs::path &file) {
    std::vector<fs::path> result;
    while (!run_path.empty()) {
        const auto end = std::min(run_path.find(':'), run_path.size());
        std::string directory(run_path.substr(0, end));
        run_path.remove_prefix(std::min(end + 1, run_path.size()));
        for (const std::string_view origin : {"$ORIGIN", "${ORIGIN}"})
            if (const auto at = directory.find(origin); at != std::string::npos)
                directory.replace(at, origin.size(), file.parent_path().native());
        if (!directory.empty() && directory.find('$') == std::string::npos) result.emplace_back(directory);
    }
    return result;
}

bool is_loaded(std::string_view needed) {
    void *const handle = ::dlopen(std::string(needed).c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle != nullptr) ::dlclose(handle);
    return handle != nullptr;
}

std::optional<Refusal> check_loadable(const elf::Image &image, const fs::path &file) {
    if (auto wrong = check_stack(image)) return wrong;
    if (auto wrong = check_sanitizers(image)) return wrong;
    if (auto wrong = check_static_tls(image)) return wrong;
    return check_libraries(image, file);
}

std::string dlerror_remedy(std::string_view text, const fs::path &file, bool copied) {
    const auto says = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (copied && text.starts_with("cannot open shared object file"))
        return "mount /proc: copies in memory are loaded through it";
    if (says("version `") || says(", version GLIBC_"))
        return "the plugin was possibly built on a newer system: build it on this one or on an older one";
    if (says("undefined symbol"))
        return "link the library that defines the symbol into the plugin (the linker option -Wl,-z,defs detects this)";
    if (says("cannot open shared object file")) return "install the library that it needs";
    if (says("static TLS")) return remedy_static_tls;
    if (says("executable stack"))
        return "find the library that requires it: readelf -lW, GNU_STACK, for each library that ldd prints";
    if (says("failed to map segment"))
        return "the directory is possibly on a file system that is mounted noexec: move the plugins to another one";
    return "examine its dependencies: ldd -r " + file.native();
}

} // namespace kith::core
