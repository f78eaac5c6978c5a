// SPDX-License-Identifier: MIT
#include "core/loader/dynamic_library.hpp"

#include "core/loader/file_bytes.hpp"
#include "core/loader/loadable_check.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kith::core {

namespace fs = std::filesystem;
namespace dll = boost::dll;

namespace {

constexpr std::size_t max_dependencies = 64;

dll::shared_library load(const std::string &path, std::string &error) {
    dll::shared_library library;
    boost::dll::fs::error_code failed;
    library.load(path, failed, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    if (library.is_loaded()) return library;
    // Boost.DLL reports "bad file descriptor" for every failure; dlerror still has the text.
    const char *const text = ::dlerror();
    error = text == nullptr ? "the dynamic linker reports no reason" : text;
    if (error.starts_with(path + ": ")) error.erase(0, path.size() + 2);
    return library;
}

// When a library with the needed DT_SONAME is loaded, the dynamic linker uses it and does not search for a file.
void load_dependencies(DynamicLibrary &opened, const elf::Image &image, const fs::path &file) {
    for (const auto needed : image.needed()) {
        if (needed.find('/') != std::string_view::npos || is_loaded(needed)) continue;
        for (const fs::path &directory : run_directories(image.run_path(), file)) {
            const fs::path path = directory / needed;
            const auto source = open_regular(path);
            if (!source) continue;
            if (opened.copies.size() >= max_dependencies) return;
            auto copy = make_sealed_copy(*source, path.filename());
            if (!copy) break;
            const auto mapping = Mapping::of(*copy);
            if (!mapping) break;
            const auto library = elf::Image::read(mapping->bytes());
            if (!library) break;
            const std::string own_path = proc_path(*copy);
            opened.copies.push_back(std::move(*copy));
            load_dependencies(opened, *library, path);
            // An error is ignored here: loading the plugin fails with the same one.
            std::string ignored;
            if (auto loaded = load(own_path, ignored); loaded.is_loaded()) opened.dependencies.push_back(std::move(loaded));
            break;
        }
    }
}

bool is_in_process(const Fd &copy) { return is_loaded(proc_path(copy)); }

} // namespace

void DynamicLibrary::close() {
    library.unload();
    while (!dependencies.empty()) dependencies.pop_back();
    for (Fd &copy : copies)
        if (is_in_process(copy)) static_cast<void>(copy.release());
    copies.clear();
}

DynamicLibrary open_sealed_copy(Fd copy, const elf::Image &image, const fs::path &file) {
    DynamicLibrary result;
    load_dependencies(result, image, file);
    result.library = load(proc_path(copy), result.error);
    result.copies.push_back(std::move(copy));
    if (!result) result.close();
    return result;
}

DynamicLibrary open_path(const fs::path &file) {
    DynamicLibrary result;
    result.library = load(file.native(), result.error);
    return result;
}

std::string sealed_copy_obstacle() {
    constexpr std::size_t page = 4096;
    const auto failed = [](const char *what) { return std::string(what) + ": " + std::strerror(errno); };
    const Fd probe = create_memory_file("kith");
    if (!probe || ::ftruncate(probe.get(), page) != 0) return failed("memfd_create");
    if (const Fd again(::open(proc_path(probe).c_str(), O_RDONLY | O_CLOEXEC)); !again) return failed("/proc");
    void *const code = ::mmap(nullptr, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, probe.get(), 0);
    if (code == MAP_FAILED) return failed("mmap of a memfd for execution");
    ::munmap(code, page);
    return {};
}

} // namespace kith::core
