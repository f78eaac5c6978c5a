// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <core/engine/engine.hpp>
#include <host/api/daemon_api.hpp>
#include <host/config_loading.hpp>
#include <host/event_log.hpp>
#include <host/event_output.hpp>
#include <host/isolation/isolator.hpp>
#include <host/log/stderr_log.hpp>
#include <host/progress_reporter.hpp>
#include <host/reload/config_watch.hpp>
#include <host/reload/reloader.hpp>
#include <host/reload/replacer.hpp>
#include <host/resident_code.hpp>
#include <host/service_manager.hpp>
#include <host/world/asio_world.hpp>
#include <kith/service/log.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>

#include <sys/stat.h>

namespace kith::app {

namespace po = boost::program_options;

namespace {

// Reads the events of the bus and writes each to the log.
class EventLogger {
  public:
    EventLogger(core::EventBus &bus, boost::asio::io_context &io, core::Logger &log) : bus_(bus), io_(io), log_(log) {
        core::Subscription subscription;
        subscription.limit = 1 << 16; // read in each iteration of the loop
        subscription.notify = [this] { boost::asio::post(io_, [this] { read(); }); };
        subscriber_ = bus_.subscribe(std::move(subscription));
    }
    ~EventLogger() { bus_.unsubscribe(subscriber_); }
    EventLogger(const EventLogger &) = delete;
    EventLogger &operator=(const EventLogger &) = delete;

    void read() {
        std::size_t count = 0;
        do {
            events_.clear();
            count = bus_.take(subscriber_, batch, events_);
            for (const core::EventRef &event : events_) log_.write(*event);
        } while (count == batch);
    }

  private:
    static constexpr std::size_t batch = 256;
    core::EventBus &bus_;
    boost::asio::io_context &io_;
    EventLog log_;
    core::SubscriberId subscriber_ = 0;
    std::vector<core::EventRef> events_;
};

std::optional<std::uint32_t> level_of(const std::string &name) {
    for (const auto &[known, level] :
         {std::pair{"trace", KITH_LOG_TRACE}, std::pair{"debug", KITH_LOG_DEBUG}, std::pair{"info", KITH_LOG_INFO},
          std::pair{"warning", KITH_LOG_WARNING}, std::pair{"error", KITH_LOG_ERROR}}) {
        if (name == known) return level;
    }
    return std::nullopt;
}

std::string text_of(const po::variables_map &values, const char *name, const std::string &otherwise = {}) {
    return values.count(name) != 0 ? values[name].as<std::string>() : otherwise;
}

// Creates the folder for remembered peers (policy.remember); the service `state` of plugins creates it itself. Returns false when it must
// be tried again; the first write reports the error.
bool make_state_dir(const core::Config &config) {
    const bool used = std::any_of(config.topologies.begin(), config.topologies.end(),
                                  [](const core::Topology &topology) { return topology.policy.remember; });
    return !used || ::mkdir(config.state_dir.c_str(), 0700) == 0 || errno == EEXIST;
}

// The daemon: all objects between loading the configuration and the exit status.
class Daemon {
  public:
    Daemon(const LoadedConfig &loaded, const std::string &plugin_dir, bool watch, const LogOptions &log_options,
           std::uint32_t level, const std::string &events)
        : config_(*loaded.config),
          log_(log_options, level),
          world_(io_, {.state_dir = loaded.config->state_dir,
                       .warn = [this](std::string_view instance, const std::string &text) { engine_.warn(instance, text); }}),
          isolator_(io_, {.program = isolation::helper_program(),
                          .memory = loaded.config->plugins.memory,
                          .answer = loaded.config->plugins.answer_timeout}),
          engine_(world_, log_, *loaded.config, *loaded.registry, &isolator_),
          reloader_(engine_, *loaded.registry, loaded, reload_settings(*loaded.config, plugin_dir)),
          replacer_(engine_, *loaded.registry, reloader_, loaded.config->file),
          api_(DaemonApi::make(io_, world_, engine_, log_, reloader_, replacer_, loaded)) {
        if (!log_options.json)
            progress_ =
                std::make_unique<ProgressReporter>(io_, [this](std::chrono::seconds waited) { return progress_text(waited); });
        if (watch) {
            config_watch_ = std::make_unique<ConfigWatch>(io_, [this] { reload("the configuration has changed"); });
            config_watch_->follow(reloader_.files());
        }
        if (events.empty()) return;
        stream_ = std::make_unique<EventOutput>(
            io_, engine_.bus(), events, loaded.config->events.queue,
            [this](EventOutput::Report report, const std::string &reason) { report_stream(report, reason); });
    }

    int run(const LoadedConfig &loaded) {
        for (const core::Diagnostic &warning : loaded.diagnostics.warnings) {
            const auto &published = loaded.config->security; // published as events, which are logged
            if (std::any_of(published.begin(), published.end(),
                            [&](const auto &one) { return one.message == warning.message; }))
                continue;
            log_.log(KITH_LOG_WARNING, "configuration", {{"key", warning.key}, {"warning", warning.message}});
        }
        for (const core::Refusal &refusal : loaded.directories) {
            log_.log(KITH_LOG_ERROR, "plugin directory",
                     {{"directory", refusal.file}, {"reason", refusal.reason}, {"remedy", refusal.remedy}});
        }
        wait_for_signal();
        write_summaries();
        engine_.start();
        engine_.watch_plugins();
        log_.log(KITH_LOG_INFO, "kith is running", {{"version", KITH_VERSION}, {"config", loaded.config->file}});
        notify_service_manager("READY=1");
        start_timer_.expires_after(std::chrono::seconds(1));
        start_timer_.async_wait([](const boost::system::error_code &error) {
            if (!error) release_code_pages();
        });
        io_.run();
        return status_;
    }

  private:
    void report_stream(EventOutput::Report report, const std::string &reason) {
        switch (report) {
        case EventOutput::Report::delayed:
            return log_.log(KITH_LOG_WARNING, "events cannot be written; retrying each second", {{"reason", reason}});
        case EventOutput::Report::resumed: return log_.log(KITH_LOG_INFO, "events are written again", {{"events", reason}});
        case EventOutput::Report::ended: return log_.log(KITH_LOG_ERROR, "events are no longer written", {{"reason", reason}});
        case EventOutput::Report::incomplete:
            return log_.log(KITH_LOG_WARNING, "not all events were written before kith ended", {{"reason", reason}});
        }
    }

    void write_summaries() {
        if (state_dir_missing_) state_dir_missing_ = !make_state_dir(config_);
        log_.write_summaries();
        notify_service_manager("WATCHDOG=1"); // from the loop: it turns
        summary_timer_.expires_after(std::chrono::seconds(10));
        summary_timer_.async_wait([this](const boost::system::error_code &error) {
            if (!error) write_summaries();
        });
    }

    // The line of a terminal, until all strategies have reported.
    std::optional<std::string> progress_text(std::chrono::seconds waited) const {
        const core::EngineView view = engine_.view();
        AwaitedStrategies awaited;
        for (const core::TopologyView &topology : view.topologies)
            for (const auto &source : topology.topology->sources())
                if (!source.looked) awaited.add(source.name, topology.topology->name());
        if (awaited.empty() || !view.running) return std::nullopt;
        return "kith run: waiting for the first report of " + awaited.text() + ", " + std::to_string(waited.count()) + " s";
    }

    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code &error, int signal) {
            if (error) return;
            if (signal == SIGHUP) {
                reload("SIGHUP");
            } else {
                stop(signal);
            }
            wait_for_signal();
        });
    }

    Reloader::Settings reload_settings(const core::Config &config, const std::string &plugin_dir) {
        return {.file = config.file,
                .plugin_dir = plugin_dir,
                .log =
                    [this](std::uint32_t level, const std::string &message, const std::string &reason) {
                        reason.empty() ? log_.log(level, message, {}) : log_.log(level, message, {{"reason", reason}});
                    },
                .begins = [] { notify_reloading(); },
                .ended = [] { notify_service_manager("READY=1"); },
                .prepare = [this](const core::Config &next) { return api_ == nullptr ? std::string{} : api_->prepare(next); },
                .conclude =
                    [this](bool applied) {
                        if (api_ != nullptr) api_->conclude(applied);
                    }};
    }

    // When nothing has changed, every strategy queries its source, as a signal asks for.
    void reload(const char *why) {
        if (stopping_) return;
        log_.log(KITH_LOG_INFO, "reloading the configuration", {{"because", why}});
        reloader_.request_unattended([this] {
            log_.log(KITH_LOG_INFO, "the configuration has not changed: every strategy queries its source now", {});
            engine_.refresh();
        });
        if (config_watch_ != nullptr) config_watch_->follow(reloader_.files());
    }

    void stop(int signal) {
        const char *name = signal == SIGTERM ? "SIGTERM" : "SIGINT";
        if (std::exchange(stopping_, true)) {
            log_.log(KITH_LOG_WARNING, "a second signal: exiting at once", {{"signal", name}});
            io_.stop();
            return;
        }
        notify_service_manager("STOPPING=1");
        log_.log(KITH_LOG_INFO, "stopping; links are kept", {{"signal", name}});
        progress_.reset();
        if (api_ != nullptr) api_->stopping();
        engine_.stop([this] {
            event_logger_.read();
            if (stream_ == nullptr) return io_.stop();
            stream_->finish([this] { io_.stop(); });
        });
    }

    const core::Config &config_;
    boost::asio::io_context io_{1};
    StderrLog log_;
    AsioWorld world_;
    isolation::Isolator isolator_;
    core::Engine engine_;
    Reloader reloader_;
    Replacer replacer_;
    std::unique_ptr<DaemonApi> api_;
    std::unique_ptr<ConfigWatch> config_watch_;
    EventLogger event_logger_{engine_.bus(), io_, log_};
    std::unique_ptr<EventOutput> stream_;
    std::unique_ptr<ProgressReporter> progress_;
    boost::asio::steady_timer start_timer_{io_}; // the end of what only the start needs
    boost::asio::steady_timer summary_timer_{io_};
    boost::asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
    bool state_dir_missing_ = !make_state_dir(config_);
    bool stopping_ = false;
    int status_ = exit_ok;
};

} // namespace

int run(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "run";
    command_line.synopsis =
        "kith run [CONFIG] [--watch] [--events FILE|-] [--log text|json] [--log-level LEVEL] [--plugins DIR]";
    command_line.about =
        "Runs the daemon with the configuration, /etc/kith/kith.json by default. SIGTERM and SIGINT stop it\n"
        "cleanly and keep all links; SIGHUP reloads the configuration, and when it has not changed makes every strategy query\n"
        "its source now. The log is on standard error.\n"
        "Log and events are written again when a full disk has space; lost events are counted (events.lost).\n"
        "Exit status: 0 stopped by a signal, 2 invalid configuration (nothing was started), 3 --events cannot be written,\n"
        "api.socket cannot be created, or an address of api.listen is taken.\n";
    command_line.options.add_options()("events", po::value<std::string>()->value_name("FILE"),
                                       "write every event as one line of JSON to FILE; - is standard output")(
        "log", po::value<std::string>()->value_name("FORM"), "text (the default) or json")(
        "log-level", po::value<std::string>()->value_name("LEVEL"), "trace, debug, info (the default), warning or error")(
        "plugins", po::value<std::string>()->value_name("DIR"), "the plugin directory, instead of the one in the file")(
        "watch", "reload when the file, or one that it names by ${file:...}, has changed; also a ConfigMap of Kubernetes");
    command_line.hidden.add_options()("config", po::value<std::string>()->default_value("/etc/kith/kith.json"));
    command_line.positional.add("config", 1);
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;

    const LoadedConfig loaded = load_config(text_of(*values, "config"), text_of(*values, "plugins"), PluginLoading::open);
    if (!loaded.config) {
        std::cerr << core::to_text(loaded.diagnostics);
        return exit_usage;
    }
    const auto or_else = [](const std::string &first, const char *second) { return first.empty() ? second : first; };
    const std::string form = text_of(*values, "log", or_else(loaded.config->log.format, "text"));
    if (form != "text" && form != "json") return usage_error("run", "--log is `" + form + "`; expected text or json");
    const std::string level_name = text_of(*values, "log-level", or_else(loaded.config->log.level, "info"));
    const auto level = level_of(level_name);
    if (!level) return usage_error("run", "--log-level is `" + level_name + "`; expected trace, debug, info, warning or error");

    std::signal(SIGPIPE, SIG_IGN); // a reader that closes the pipe must cause an error of write(2), not end the daemon
    std::signal(SIGXFSZ, SIG_IGN); // the same for a file at its size limit
    try {
        Daemon daemon(loaded, text_of(*values, "plugins"), values->count("watch") != 0, {.json = form == "json"}, *level,
                      text_of(*values, "events"));
        return daemon.run(loaded);
    } catch (const boost::system::system_error &error) {
        std::cerr << "kith run: " << error.what() << '\n';
    } catch (const ApiUnavailable &error) {
        std::cerr << "kith run: " << error.what() << '\n';
    }
    return exit_unreachable;
}

} // namespace kith::app
