// SPDX-License-Identifier: MIT
#include "instance_context.hpp"

#include "find_local_node.hpp"
#include "tls_greeting.hpp"

#include <array>

namespace kith::erlang {

InstanceContext::InstanceContext(kith::host h, const kith::log &to)
    : host(h),
      log(to),
      clock(h),
      random(h),
      net(h),
      files(h),
      environment(h),
      settings(read_settings(options(h))),
      epmd_port(erlang::epmd_port(settings, environment)),
      identity(random()) {
    if (settings.tls.wanted)
        tls.emplace(h, files, settings.tls, [this](const std::string &file, const std::string &options) {
            log.warning("the file of option tls.optfile has options that kith passes over",
                        {{"file", file}, {"options", options}});
        });
}

std::string InstanceContext::new_tls_greeting() const {
    std::array<std::byte, 32> bytes{};
    random.fill(bytes);
    return tls_greeting(bytes);
}

} // namespace kith::erlang
