// SPDX-License-Identifier: MIT
#include "instance_context.hpp"

#include "find_local_node.hpp"

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

} // namespace kith::erlang
