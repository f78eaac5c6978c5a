// SPDX-License-Identifier: MIT
#include "isolator.hpp"

#include <algorithm>
#include <filesystem>

#ifndef KITH_LIBEXEC_DIR
#error "the build defines KITH_LIBEXEC_DIR, where kith-plugin-host is installed"
#endif

namespace kith::isolation {

namespace fs = std::filesystem;

namespace {

Profile profile_of(const core::Library &library, const core::Isolation &isolation) {
    if (!isolation.sandbox) return Profile::none;
    const auto any = [&](std::uint32_t flag) {
        return std::ranges::any_of(library.plugins(), [&](const auto &plugin) { return plugin->has_flag(flag); });
    };
    if (any(KITH_FLAG_FOREIGN_IO)) return Profile::foreign_io;
    return any(KITH_FLAG_THREADS) ? Profile::threads : Profile::standard;
}

} // namespace

core::InstanceMaker::Result Isolator::create(core::PluginInstance &instance, const kith_host &host,
                                             const core::Isolation &isolation) {
    std::erase_if(processes_, [](const Process &one) { return one.process->finished(); });
    const core::Library &library = instance.plugin().library();
    if (!isolation.group.empty()) {
        const auto same = std::ranges::find_if(processes_, [&](const Process &one) {
            return one.library == &library && one.isolation == isolation && one.process->usable();
        });
        if (same != processes_.end()) return same->process->add(instance, host);
    }
    auto started = IsolatedProcess::start(io_, library,
                                          {.program = settings_.program,
                                           .memory = settings_.memory,
                                           .answer = settings_.answer,
                                           .profile = profile_of(library, isolation)});
    if (!started) return core::Failure{.status = KITH_UNAVAILABLE, .text = started.error()};
    processes_.push_back({&library, isolation, *started});
    return (*started)->add(instance, host);
}

std::string helper_program() {
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const fs::path &program :
         {here / "kith-plugin-host", (here / KITH_LIBEXEC_FROM_BIN / "kith-plugin-host").lexically_normal()}) {
        if (std::error_code none; fs::exists(program, none)) return program;
    }
    return KITH_LIBEXEC_DIR "/kith-plugin-host";
}

} // namespace kith::isolation
