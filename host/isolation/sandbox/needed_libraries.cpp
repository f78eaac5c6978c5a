// SPDX-License-Identifier: MIT
#include "needed_libraries.hpp"

#include <core/loader/elf_image.hpp>
#include <core/loader/file_bytes.hpp>
#include <core/loader/loadable_check.hpp>
#include <core/loader/path_permissions.hpp>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace kith::isolation {

namespace {

constexpr uid_t root = 0;
constexpr std::size_t max_libraries = 256;
// Opened by kith/libcrypto.hpp when a plugin needs it: later it could not be.
constexpr std::string_view libcrypto = "libcrypto.so.3";

bool contains(std::span<const std::byte> bytes, std::string_view text) {
    return std::string_view(reinterpret_cast<const char *>(bytes.data()), bytes.size()).find(text) != std::string_view::npos;
}

// One pass over all needed libraries.
class Loading {
  public:
    // user: the name of who needs them, for the error.
    boost::system::result<void, std::string> load_all(const core::elf::Image &image, const std::string &user) {
        for (const std::string_view needed : image.needed()) {
            if (core::is_loaded(needed)) continue;
            if (auto loaded = find_and_load(std::string(needed), user); !loaded) return loaded;
        }
        return {};
    }

    // Where it is missing, the plugin reports that when it needs it.
    void load_if_found(std::string_view name) {
        if (!core::is_loaded(name)) (void)find_and_load(std::string(name), "it");
    }

  private:
    boost::system::result<void, std::string> find_and_load(const std::string &name, const std::string &user) {
        if (name.find('/') == std::string::npos)
            for (const std::string &directory : directories_) {
                const std::filesystem::path path = std::filesystem::path(directory) / name;
                struct stat there {};
                if (::stat(path.c_str(), &there) == 0) return load(path, user);
            }
        return user + " needs " + name +
               ", which is not in a directory of the system's libraries; install the library's package, or link it statically "
               "into the "
               "plugin";
    }

    boost::system::result<void, std::string> load(const std::filesystem::path &path, const std::string &user) {
        if (++count_ > max_libraries) return user + " needs more than " + std::to_string(max_libraries) + " libraries";
        const auto checked = paths_.open(path, root);
        if (!checked) return user + " needs " + path.native() + ": " + checked.error().reason + "; " + checked.error().remedy;
        core::Buffer buffer; // the image refers to its bytes
        const auto bytes = core::read_bytes(checked->fd, buffer, core::Part::data);
        if (!bytes) return path.native() + " " + bytes.error().text;
        const auto image = core::elf::Image::read(*bytes);
        if (!image) return path.native() + " " + image.error().text;
        if (auto loaded = load_all(*image, path.native()); !loaded) return loaded;
        // Only root could have changed the file since. It stays loaded (L4).
        if (::dlopen(checked->path.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) return {};
        const char *const text = ::dlerror();
        return path.native() + " cannot be loaded: " + (text == nullptr ? "the dynamic linker reports no reason" : text);
    }

    std::vector<std::string> directories_ = library_directories();
    core::PathChecker paths_;
    std::size_t count_ = 0;
};

} // namespace

std::vector<std::string> library_directories() {
    std::vector<std::string> out;
    void *const program = ::dlopen(nullptr, RTLD_LAZY);
    Dl_serinfo size{};
    if (program != nullptr && ::dlinfo(program, RTLD_DI_SERINFOSIZE, &size) == 0) {
        const std::unique_ptr<std::byte[]> storage(new std::byte[size.dls_size]);
        auto *const list = reinterpret_cast<Dl_serinfo *>(storage.get());
        list->dls_size = size.dls_size;
        list->dls_cnt = size.dls_cnt;
        if (::dlinfo(program, RTLD_DI_SERINFO, list) == 0)
            for (unsigned i = 0; i < list->dls_cnt; ++i)
                if (const std::string name = list->dls_serpath[i].dls_name; name.starts_with('/')) out.push_back(name);
    }
    if (program != nullptr) ::dlclose(program);
    return out;
}

boost::system::result<void, std::string> load_needed_libraries(int library) {
    const core::Fd file(::fcntl(library, F_DUPFD_CLOEXEC, 0));
    core::Buffer buffer;
    const auto bytes = core::read_bytes(file, buffer, core::Part::data);
    if (!bytes) return "the library " + bytes.error().text;
    const auto image = core::elf::Image::read(*bytes);
    if (!image) return "the library " + image.error().text;
    Loading loading;
    if (auto loaded = loading.load_all(*image, "it"); !loaded) return loaded;
    const auto mapping = core::Mapping::of(file);
    if (mapping && contains(mapping->bytes(), libcrypto)) loading.load_if_found(libcrypto);
    return {};
}

} // namespace kith::isolation
