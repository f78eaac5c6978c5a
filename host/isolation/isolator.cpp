// SPDX-License-Identifier: MIT
#include "isolator.hpp"

#include "profile_of.hpp"

#include <algorithm>
#include <filesystem>

#ifndef KITH_LIBEXEC_DIR
#error "the build defines KITH_LIBEXEC_DIR, where kith-plugin-host is installed"
#endif

namespace kith::isolation {

namespace fs = std::filesystem;

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
    auto started = IsolatedProcess::start(io_, thread_, library,
                                          {.program = settings_.program,
                                           .memory = settings_.memory,
                                           .answer = settings_.answer,
                                           .profile = isolation.sandbox ? profile_of(library) : Profile::none});
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
