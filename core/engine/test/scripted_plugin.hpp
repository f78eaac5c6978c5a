// SPDX-License-Identifier: MIT
//
// Plugins that do what a test tells them, over the bare C ABI, and a kith around them in the simulated world.
#pragma once

#include <core/engine/engine.hpp>
#include <core/engine/engine_services.hpp>
#include <core/engine/plugin_report_receivers.hpp>
#include <kith/service/clock.h>
#include <kith/service/file.h>
#include <kith/service/log.h>
#include <kith/service/loop.h>
#include <kith/service/members.h>
#include <kith/service/messages.h>
#include <kith/service/node.h>
#include <kith/service/random.h>
#include <kith/service/state.h>
#include <kith/service/timer.h>
#include <kith/testkit/simulated_machine.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::core::test {

inline bool contains(const std::string &whole, std::string_view part) { return whole.find(part) != std::string::npos; }

inline kith_str text(std::string_view s) { return {s.data(), s.size()}; }

/// One instance of a puppet. What is not set does the polite thing.
struct ScriptedPlugin {
    const kith_host *host = nullptr;
    bool inside = false; // of a call from this puppet: T5 is broken when it is called now

    template <class Table>
    const Table *table(const char *id) const {
        return static_cast<const Table *>(host->service(host, text(id)));
    }
    const kith_discovery_host &discovery() const { return *table<kith_discovery_host>(KITH_DISCOVERY); }
    const kith_connector_host &connector() const { return *table<kith_connector_host>(KITH_CONNECTOR); }
    const kith_sink_host &sink() const { return *table<kith_sink_host>(KITH_SINK); }
    const kith_members_host &members() const { return *table<kith_members_host>(KITH_MEMBERS); }
    const kith_messages_host &messages() const { return *table<kith_messages_host>(KITH_MESSAGES); }

    std::int32_t replace(const std::vector<std::string> &names) {
        std::vector<kith_peer> peers;
        for (const auto &name : names) peers.push_back({text(name), text(name), nullptr, 0, 0, 0});
        inside = true;
        const auto status =
            discovery().replace(host, peers.data(), static_cast<std::uint32_t>(peers.size()), sizeof(kith_peer));
        inside = false;
        return status;
    }
    std::int32_t read_file(const char *path) {
        std::uint64_t op = 0;
        return table<kith_file_host>(KITH_FILE)->read(host, text(path), 4096, 0, &op);
    }
    void attach(const char *node, std::uint64_t epoch) {
        inside = true;
        BOOST_TEST(connector().attached(host, text(node), epoch) == KITH_OK);
        BOOST_TEST(connector().links(host, epoch, nullptr, 0, sizeof(kith_link)) == KITH_OK);
        inside = false;
    }
};

struct Script {
    std::function<std::int32_t(const kith_host *)> create;
    std::function<std::int32_t(ScriptedPlugin &)> start;
    std::function<void(ScriptedPlugin &)> stop = [](ScriptedPlugin &p) { p.host->stopped(p.host); };
    std::function<std::int32_t(ScriptedPlugin &, std::uint64_t, std::string)> connect;
    std::function<std::int32_t(ScriptedPlugin &, std::uint64_t, std::string)> disconnect;
    std::function<void(ScriptedPlugin &, std::uint64_t)> cancel;
    std::function<void(ScriptedPlugin &)> refresh;
    std::function<void(ScriptedPlugin &, std::uint64_t, std::vector<std::string>)> events;
    std::function<void(ScriptedPlugin &, std::string, std::uint64_t)> node;
    std::function<void(ScriptedPlugin &, std::int32_t)> file; // a read of a file has ended
    std::function<void(ScriptedPlugin &, std::uint64_t, std::int32_t, std::string, const kith_members_page *)> page;
    std::function<std::int32_t(ScriptedPlugin &, std::uint64_t, const kith_message &)> send;
    std::function<void(ScriptedPlugin &, std::uint64_t)> cancel_message;
    std::function<void(ScriptedPlugin &, std::vector<std::string>)> listening;
    std::function<std::int32_t(ScriptedPlugin &, std::uint64_t)> leave;
    bool sides = true;
    int created = 0;
    int destroyed = 0;
    ScriptedPlugin *now = nullptr;                // the instance that lives
    std::string log;                              // of the calls, over all instances
    std::vector<std::shared_ptr<void>> instances; // not destroyed; an abandoned one ends with the script
};

/// By the instance's name in the configuration.
inline std::map<std::string, Script> scripts;

inline const kith_entry &entry() {
    struct Body {
        ScriptedPlugin puppet;
        Script *script;
        kith_instance face;
    };
    static const auto called = [](void *self, const char *what) -> Body & {
        auto &body = *static_cast<Body *>(self);
        BOOST_TEST(!body.puppet.inside, "T5: " << what << " inside a call from the plugin");
        body.script->log += what;
        body.script->log += ' ';
        return body;
    };
    static const kith_connector_plugin connector = {
        .connect = [](void *self, std::uint64_t op, const kith_peer *peer) -> std::int32_t {
            auto &body = called(self, "connect");
            return body.script->connect ? body.script->connect(body.puppet, op, std::string(view(peer->name))) : KITH_OK;
        },
        .disconnect = [](void *self, std::uint64_t op, const kith_peer *peer) -> std::int32_t {
            auto &body = called(self, "disconnect");
            return body.script->disconnect ? body.script->disconnect(body.puppet, op, std::string(view(peer->name))) : KITH_OK;
        },
        .cancel =
            [](void *self, std::uint64_t op) {
                auto &body = called(self, "cancel");
                if (body.script->cancel) body.script->cancel(body.puppet, op);
            },
        .refresh = [](void *self) { called(self, "refresh"); },
    };
    static const kith_discovery_plugin discovery = {.refresh = [](void *self) {
        auto &body = called(self, "refresh");
        if (body.script->refresh) body.script->refresh(body.puppet);
    }};
    static const kith_node_plugin node = {.changed = [](void *self, kith_str name, std::uint64_t epoch) {
        auto &body = called(self, "node");
        if (body.script->node) body.script->node(body.puppet, std::string(view(name)), epoch);
    }};
    static const kith_sink_plugin sink = {
        .events = [](void *self, std::uint64_t batch, const kith_event *events, std::uint32_t count, std::uint32_t) {
            auto &body = called(self, "events");
            std::vector<std::string> lines;
            for (std::uint32_t i = 0; i < count; ++i) lines.emplace_back(view(events[i].json));
            if (body.script->events) body.script->events(body.puppet, batch, lines);
        }};
    static const kith_file_plugin file = {
        .read =
            [](void *self, std::uint64_t, std::uint64_t, std::int32_t status, kith_str, const void *, std::uint64_t,
               const kith_file_info *) {
                auto &body = called(self, "file");
                if (body.script->file) body.script->file(body.puppet, status);
            },
        .written = [](void *, std::uint64_t, std::uint64_t, std::int32_t, kith_str) {},
        .changed = [](void *, std::uint64_t, std::uint64_t, std::int32_t, kith_str) {},
    };
    static const kith_state_plugin state = {
        .loaded = [](void *self, std::uint64_t, std::uint64_t, std::int32_t, kith_str, const void *,
                     std::uint64_t) { called(self, "loaded"); },
        .saved = [](void *self, std::uint64_t, std::uint64_t, std::int32_t, kith_str) { called(self, "saved"); },
    };
    static const kith_members_plugin members = {.page = [](void *self, std::uint64_t user, std::uint64_t, std::int32_t status,
                                                           kith_str why, const kith_members_page *page) {
        auto &body = called(self, "page");
        if (body.script->page) body.script->page(body.puppet, user, status, std::string(view(why)), page);
    }};
    static const kith_messages_plugin messages = {
        .send = [](void *self, std::uint64_t op, const kith_message *message) -> std::int32_t {
            auto &body = called(self, "send");
            return body.script->send ? body.script->send(body.puppet, op, *message) : KITH_OK;
        },
        .cancel =
            [](void *self, std::uint64_t op) {
                auto &body = called(self, "cancel_message");
                if (body.script->cancel_message) body.script->cancel_message(body.puppet, op);
            },
        .listening =
            [](void *self, const kith_str *channels, std::uint32_t count) {
                auto &body = called(self, "listening");
                std::vector<std::string> names;
                for (std::uint32_t i = 0; i < count; ++i) names.emplace_back(view(channels[i]));
                if (body.script->listening) body.script->listening(body.puppet, std::move(names));
            },
        .leave = [](void *self, std::uint64_t op) -> std::int32_t {
            auto &body = called(self, "leave");
            return body.script->leave ? body.script->leave(body.puppet, op) : KITH_OK;
        },
    };
    static const kith_str services[] = {text(KITH_DISCOVERY), text(KITH_NODE),    text(KITH_FILE),      text(KITH_CONNECTOR),
                                        text(KITH_SINK),      text(KITH_MEMBERS), text(KITH_CONNECTOR), text(KITH_MESSAGES)};
    static const kith_str more[] = {text(KITH_STATE)};
    static const auto descriptor = [](std::uint32_t kind, const char *id, const kith_str *required, std::uint32_t count) {
        kith_descriptor d{};
        d.struct_size = sizeof d;
        d.kind = kind;
        d.id = text(id);
        d.version = text("1.0.0");
        d.licence = text("MIT");
        d.summary = text("Does what a test tells it.");
        d.options = text(R"({"type":"object"})");
        d.required = required;
        d.required_count = count;
        if (kind == KITH_KIND_STRATEGY) {
            d.optional = more;
            d.optional_count = 1;
        }
        d.prune = kind == KITH_KIND_CONNECTOR ? KITH_PRUNE_DISCONNECT : KITH_PRUNE_UNSAID;
        return d;
    };
    static const kith_descriptor all[] = {
        descriptor(KITH_KIND_STRATEGY, "puppet", services, 3),     descriptor(KITH_KIND_CONNECTOR, "puppet", services + 3, 1),
        descriptor(KITH_KIND_SINK, "puppet", services + 4, 2),     descriptor(KITH_KIND_STRATEGY, "other", services, 3),
        descriptor(KITH_KIND_CONNECTOR, "other", services + 3, 1), descriptor(KITH_KIND_CONNECTOR, "carrier", services + 6, 2)};
    static const kith_descriptor *const list[] = {&all[0], &all[1], &all[2], &all[3], &all[4], &all[5]};
    static const auto create = [](const kith_host *host, kith_str, const kith_instance **out) -> std::int32_t {
        Script &script = scripts.at(std::string(view(host->instance)));
        if (script.create) {
            if (const std::int32_t status = script.create(host); status != KITH_OK) return status;
        }
        const auto body = std::make_shared<Body>();
        script.instances.push_back(body);
        body->puppet.host = host;
        body->script = &script;
        script.now = &body->puppet;
        ++script.created;
        body->face = {
            .struct_size = sizeof(kith_instance),
            .reserved = 0,
            .self = body.get(),
            .start = [](void *self) -> std::int32_t {
                auto &b = called(self, "start");
                return b.script->start ? b.script->start(b.puppet) : KITH_OK;
            },
            .stop =
                [](void *self) {
                    auto &b = called(self, "stop");
                    b.script->stop(b.puppet);
                },
            .destroy =
                [](void *self) {
                    auto &b = called(self, "destroy");
                    ++b.script->destroyed;
                    if (b.script->now == &b.puppet) b.script->now = nullptr;
                    std::erase_if(b.script->instances, [self](const auto &instance) { return instance.get() == self; });
                },
            .service = [](void *self, kith_str id) -> const void * {
                if (!static_cast<Body *>(self)->script->sides) return nullptr;
                if (view(id) == KITH_CONNECTOR) return &connector;
                if (view(id) == KITH_DISCOVERY) return &discovery;
                if (view(id) == KITH_NODE) return &node;
                if (view(id) == KITH_FILE) return &file;
                if (view(id) == KITH_MEMBERS) return &members;
                if (view(id) == KITH_MESSAGES) return &messages;
                if (view(id) == KITH_STATE) return &state;
                return view(id) == KITH_SINK ? &sink : nullptr;
            },
        };
        *out = &body->face;
        return KITH_OK;
    };
    static const kith_entry one{sizeof(kith_entry),
                                KITH_ABI_MAJOR,
                                KITH_ABI_MINOR,
                                6,
                                list,
                                [](const kith_host *h, kith_str id, const kith_instance **out) { return create(h, id, out); }};
    return one;
}

struct Lines final : Logger {
    std::vector<std::string> lines;
    std::uint32_t level() const noexcept override { return KITH_LOG_DEBUG; }
    void write(std::uint32_t, std::string_view who, std::string_view message,
               std::span<const kith_attribute> fields) noexcept override {
        std::string line = std::string(who) + ": " + std::string(message);
        for (const auto &field : fields) line += ' ' + std::string(view(field.name)) + '=' + std::string(view(field.value));
        lines.push_back(line);
    }
};

inline LoaderSettings loader_settings() {
    LoaderSettings offered;
    for (const auto id : engine_services()) offered.services.emplace_back(id);
    for (const char *id :
         {KITH_CLOCK, KITH_LOOP, KITH_RANDOM, KITH_TIMER, "kith.tcp/1", "kith.env/1", "kith.file/1", "kith.state/1"}) {
        offered.services.emplace_back(id);
    }
    return offered;
}

/// Makes isolated instances in this process; a test says when their processes end.
class Isolator final : public InstanceMaker {
  public:
    std::map<std::string, PluginInstance *> instances;

    Result create(PluginInstance &instance, const kith_host &host, const Isolation &) override {
        const kith_instance *made = nullptr;
        const std::int32_t status = instance.plugin().create(host, &made);
        if (status != KITH_OK) return Failure{status, "refused"};
        instances[instance.identity().name] = &instance;
        return made;
    }
    void crash(const std::string &name) {
        instances.at(name)->report({.status = KITH_RESET, .text = "killed by signal 11", .crashed = true});
    }
};

/// One kith: topology "t" with the strategy "s" and the connector "c", both puppets, until a test changes `config`.
struct Kith {
    std::unique_ptr<testkit::SimNet> own;
    testkit::SimNet &net;
    testkit::SimulatedMachine &machine;
    Lines log;
    Registry registry;
    Config config;
    Isolator isolator; // by `isolate`
    std::unique_ptr<Engine> engine;
    bool ended = false;

    static constexpr const char *strategy_name = "topologies.t.s";
    static constexpr const char *connector_name = "connectors.c";

    explicit Kith(testkit::SimNet *given = nullptr, std::uint64_t seed = 1, LoaderSettings settings = loader_settings())
        : own(given == nullptr ? std::make_unique<testkit::SimNet>(seed) : nullptr),
          net(given == nullptr ? *own : *given),
          machine(net.machine("here", {"10.0.0.1"})),
          registry(std::move(settings)) {
        scripts.clear();
        scripts[strategy_name];
        scripts[connector_name];
        BOOST_REQUIRE(registry.link(entry(), "puppets"));
        config.connectors.push_back({"c", "puppet", "{}"});
        Topology topology{"t", {{"s", "puppet", "{}", true}}, "c", {}};
        topology.policy.prune = Prune::disconnect;
        config.topologies.push_back(topology);
    }
    ~Kith() { engine.reset(); }

    Script &strategy() { return scripts[strategy_name]; }
    Script &connector() { return scripts[connector_name]; }

    void start() {
        engine = std::make_unique<Engine>(machine, log, config, registry, &isolator);
        engine->start();
        run(std::chrono::milliseconds(1));
    }
    void run(std::chrono::nanoseconds span) { net.run_for(span); }
    /// Stop, and how long it took.
    std::chrono::nanoseconds stop() {
        const auto begun = net.now();
        ended = false;
        engine->stop([this] { ended = true; });
        BOOST_TEST(net.run_until([this] { return ended; }, std::chrono::seconds(13)), "stop ends within its bound");
        return net.now() - begun;
    }
    std::vector<std::string> events() const {
        std::vector<std::string> out;
        for (const auto &event : engine->bus().kept()) out.emplace_back(event->json());
        return out;
    }
    /// Reasons of the events of a kind.
    std::vector<std::string> reasons(std::uint32_t kind) const {
        std::vector<std::string> out;
        for (const auto &event : engine->bus().kept()) {
            if (event->kind() == kind) out.emplace_back(event->reason());
        }
        return out;
    }
    std::size_t count(std::uint32_t kind) const { return reasons(kind).size(); }
};

} // namespace kith::core::test
