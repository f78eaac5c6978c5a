// SPDX-License-Identifier: MIT
#include <tests/sim/loaded_plugins.hpp>

#include <core/engine/catalogue_from_registry.hpp>
#include <core/engine/engine_services.hpp>
#include <kith/service/clock.h>
#include <kith/service/dns.h>
#include <kith/service/env.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/loop.h>
#include <kith/service/process.h>
#include <kith/service/random.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>
#include <kith/service/tls.h>
#include <kith/service/udp.h>
#include <kith/testkit/simulated_machine.hpp>

namespace kith::sim {

core::LoaderSettings simulated_loader_settings() {
    core::LoaderSettings loader_settings;
    const auto engine = core::engine_services();
    loader_settings.services.assign(engine.begin(), engine.end());
    testkit::SimNet net;
    const testkit::SimulatedMachine &machine = net.machine("any", {"10.0.0.1"});
    for (const char *id : {KITH_CLOCK, KITH_TIMER, KITH_RANDOM, KITH_LOOP, KITH_TCP, KITH_UDP, KITH_DNS, KITH_HTTP, KITH_FILE,
                           KITH_ENV, KITH_STATE, KITH_PROCESS, KITH_TLS}) {
        if (machine.service(id) != nullptr) loader_settings.services.emplace_back(id);
    }
    return loader_settings;
}

std::unique_ptr<LoadedPlugins> load_plugins(const std::vector<std::string> &directories) {
    auto plugins = std::make_unique<LoadedPlugins>();
    std::vector<core::Refusal> refused;
    for (const std::string &directory : directories) {
        if (auto refusal = plugins->registry.scan(directory)) refused.push_back(std::move(*refusal));
    }
    plugins->registry.open([](const core::Plugin &) { return true; });
    plugins->registry.close();
    plugins->catalogue = core::catalogue_from_registry(plugins->registry, refused);
    return plugins;
}

} // namespace kith::sim
