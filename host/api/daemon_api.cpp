// SPDX-License-Identifier: MIT
#include "daemon_api.hpp"

#include "socket_path.hpp"

#include <core/config/api_address.hpp>
#include <core/config/load_config.hpp>
#include <core/engine/catalogue_from_registry.hpp>
#include <core/engine/plugin_rights.hpp>
#include <core/loader/plugins_as_json_and_text.hpp>
#include <host/api/transport/server.hpp>
#include <kith/service/log.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <unistd.h>

namespace kith::app {

namespace {

constexpr auto lag_period = std::chrono::seconds(1);

std::string new_run() {
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::random_device random;
    std::string run;
    for (int i = 0; i < 12; ++i) run += digits[random() % digits.size()];
    return run;
}

void log_message(core::Logger &log, std::uint32_t level, const std::string &message, const std::string &reason) {
    if (log.level() > level) return;
    constexpr std::string_view name = "reason";
    const kith_attribute field{{name.data(), name.size()}, {reason.data(), reason.size()}};
    log.write(level, {}, message, {&field, reason.empty() ? std::size_t{0} : std::size_t{1}});
}

// The addresses are valid: the configuration was checked.
std::vector<ApiTcpListen> tcp_addresses(const core::ApiSettings &settings) {
    std::vector<ApiTcpListen> out;
    for (const core::ApiListener &one : settings.listen) {
        const auto address = core::parse_api_address(one.address);
        if (!address) continue;
        const auto serves = [&](std::string_view role) {
            return std::find(one.serve.begin(), one.serve.end(), role) != one.serve.end();
        };
        ApiAccess access{.health = serves("health"),
                         .metrics = serves("metrics"),
                         .read = serves("read"),
                         .control = serves("control"),
                         .read_token = settings.read_token,
                         .control_token = settings.control_token,
                         .hosts = settings.hosts,
                         .messages = serves("messages"),
                         .messages_token = settings.messages_token};
        out.push_back({*address, std::make_shared<const ApiAccess>(std::move(access)), one.tls});
    }
    return out;
}

std::string served(const core::ApiListener &listener) {
    std::string text = listener.address + " serves ";
    for (std::size_t i = 0; i < listener.serve.size(); ++i) text += (i == 0 ? "" : ", ") + listener.serve[i];
    return listener.tls ? text + " over TLS" : text;
}

std::function<void(std::function<void()>)> poster(boost::asio::io_context &io) {
    return [&io](std::function<void()> work) { boost::asio::post(io, std::move(work)); };
}

} // namespace

ApiContext DaemonApi::context(const AsioWorld &world, core::Engine &engine, Reloader &reloader, Replacer &replacer,
                              const LoadedConfig &loaded) {
    ApiContext context;
    context.version = KITH_VERSION;
    context.run = new_run();
    context.config_file = loaded.config->file;
    context.config_sha256 = [&reloader] { return reloader.sha256(); };
    context.reload = [&reloader](const ReloadRequest &request, std::function<void(const ReloadVerdict &)> verdict) {
        return reloader.request(request, std::move(verdict));
    };
    context.last_reload = [&reloader]() -> std::optional<LastReload> {
        if (!reloader.last()) return std::nullopt;
        return LastReload{reloader.last()->time, reloader.last()->verdict, reloader.last()->reason};
    };
    context.started = engine.view().wall;
    context.pid = ::getpid();
    context.bus = &engine.bus();
    context.counters = &counters_;
    context.lag = &lag_;
    context.view = [&engine] { return engine.view(); };
    context.config = [&reloader, &loaded] {
        return core::render(reloader.config(), core::catalogue_from_registry(*loaded.registry, loaded.directories));
    };
    context.plugins = [&engine, &loaded, &reloader] {
        const auto grants = [&](const core::Library &library) {
            return core::grants_of_file(reloader.config().plugins.grants, library.file_name());
        };
        const core::EngineView view = engine.view();
        std::vector<core::QuarantinedInstance> quarantined;
        for (const auto &one : view.instances)
            if (!one.quarantine.empty()) quarantined.push_back({one.name, one.plugin, one.file, one.quarantine});
        return core::plugins_as_json(*loaded.registry, grants, &quarantined);
    };
    context.refresh = [&engine] { engine.refresh(); };
    context.order = [&engine](std::string_view topology, const core::Order &order) { return engine.order(topology, order); };
    context.retry = [&engine](std::string_view file) { return engine.retry(file); };
    context.replace = [&replacer](const std::string &file, bool dry_run,
                                  std::function<void(const ReplacementVerdict &)> verdict) {
        return replacer.request(file, dry_run, std::move(verdict));
    };
    context.messages = [&engine](std::string_view connector) { return engine.messages(connector); };
    context.idle_for = [&world](const kith_host &host) { return world.idle_for(host); };
    context.post = poster(io_);
    return context;
}

DaemonApi::DaemonApi(boost::asio::io_context &io, const AsioWorld &world, core::Engine &engine, core::Logger &log,
                     Reloader &reloader, Replacer &replacer, const LoadedConfig &loaded)
    : io_(io),
      counters_(engine.bus()),
      lag_({0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}),
      router_(context(world, engine, reloader, replacer, loaded)),
      second_(io),
      log_(log),
      tcp_(io, router_, {}, [this](std::uint32_t level, const std::string &message, const std::string &reason) {
          log_message(log_, level, message, reason);
      }) {
    second_.expires_after(lag_period);
    measure_lag();
}

DaemonApi::~DaemonApi() = default;

void DaemonApi::measure_lag() {
    second_.async_wait([this](const boost::system::error_code &error) {
        if (error) return;
        const auto now = std::chrono::steady_clock::now();
        lag_.add(std::chrono::duration<double>(now - second_.expiry()).count());
        second_.expires_at(now + lag_period);
        measure_lag();
    });
}

std::string DaemonApi::prepare(const core::Config &next) {
    std::string why;
    if (tcp_.prepare(tcp_addresses(next.api), why)) prepared_ = next.api;
    return why;
}

void DaemonApi::conclude(bool applied) {
    if (!applied) return tcp_.discard();
    tcp_.commit();
    const core::ApiSettings before = std::exchange(settings_, std::exchange(prepared_, {}));
    const auto has = [](const core::ApiSettings &settings, const core::ApiListener &listener) {
        return std::find(settings.listen.begin(), settings.listen.end(), listener) != settings.listen.end();
    };
    for (const core::ApiListener &one : before.listen) {
        if (!has(settings_, one)) log_message(log_, KITH_LOG_INFO, "the API no longer listens as before", one.address);
    }
    for (const core::ApiListener &one : settings_.listen) {
        if (has(before, one)) continue;
        log_message(log_, KITH_LOG_INFO, "the API listens", served(one));
        if (one.insecure && !one.tls)
            log_message(log_, KITH_LOG_WARNING, "the API sends tokens and answers unencrypted over the network",
                        one.address + " is insecure");
    }
}

void DaemonApi::listen_on_socket(const LoadedConfig &loaded) {
    const core::ApiSettings &settings = loaded.config->api;
    ApiListen listen;
    listen.path = settings.socket;
    listen.control_group = settings.control_group;
    listen.messages_group = settings.messages_group;
    listen.log = [this](std::uint32_t level, const std::string &message, const std::string &reason) {
        log_message(log_, level, message, reason);
    };
    const bool configured = !settings.socket.empty();
    if (!configured) {
        const std::string name = loaded.config->name.empty() ? name_of_file(loaded.config->file) : loaded.config->name;
        const SocketPath place = default_socket(name, environment_variable, ::geteuid() == 0);
        listen.path = place.path;
        listen.make_directory = place.make_directory;
        if (listen.path.empty())
            return log_message(log_, KITH_LOG_INFO, "the API has no Unix socket: no place for it",
                               "neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR is set; api.socket names one");
    }
    std::string why;
    const std::string path = listen.path;
    server_ = make_api_server(io_, router_, std::move(listen), why);
    if (server_ != nullptr) return log_message(log_, KITH_LOG_INFO, "the API listens", path);
    if (configured) throw ApiUnavailable("api.socket: " + why + "; \"api\": false runs kith without it");
    log_message(log_, KITH_LOG_WARNING, "the API has no Unix socket: it cannot be made", why);
}

std::unique_ptr<DaemonApi> DaemonApi::make(boost::asio::io_context &io, const AsioWorld &world, core::Engine &engine,
                                           core::Logger &log, Reloader &reloader, Replacer &replacer,
                                           const LoadedConfig &loaded) {
    if (!loaded.config->api.on) return nullptr;
    std::unique_ptr<DaemonApi> host(new DaemonApi(io, world, engine, log, reloader, replacer, loaded));
    if (const std::string why = host->prepare(*loaded.config); !why.empty())
        throw ApiUnavailable("api.listen: " + why + "; free the address or correct its `tls`, or choose another address");
    host->listen_on_socket(loaded);
    host->conclude(true);
    return host;
}

} // namespace kith::app
