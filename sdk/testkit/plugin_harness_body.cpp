// SPDX-License-Identifier: MIT
#include "plugin_harness_body.hpp"

#include "simulated_machine_body.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kith::testkit {

namespace {

constexpr auto stop_limit = std::chrono::seconds(5);

const kith_descriptor &find(const kith_entry &entry, std::string_view id) {
    if (entry.abi_major != KITH_ABI_MAJOR) throw std::invalid_argument("rule A1: the plugin has another ABI major");
    if (id.empty() && entry.descriptor_count == 1) return *entry.descriptors[0];
    for (std::uint32_t i = 0; i < entry.descriptor_count; ++i) {
        if (view(entry.descriptors[i]->id) == id) return *entry.descriptors[i];
    }
    throw std::invalid_argument("the library has no plugin \"" + std::string(id) + "\"");
}

bool holds(const kith_str *list, std::uint32_t count, std::string_view id) noexcept {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (view(list[i]) == id) return true;
    }
    return false;
}

} // namespace

// ---- start and stop ----

PluginHarness::Body::Body(SimulatedMachine &on, const kith_entry &from, std::string_view id, std::string_view json,
                          Identity who)
    : machine(on),
      net(on.net()),
      entry(from),
      descriptor(&find(from, id)),
      identity(std::move(who)),
      options(with_defaults(json, view(descriptor->options))) {
    host.struct_size = sizeof host;
    host.abi_minor = KITH_ABI_MINOR;
    host.instance = str(identity.instance);
    if (descriptor->kind == KITH_KIND_STRATEGY) {
        host.topology = str(identity.topology);
        host.source = str(identity.source);
    }
    host.engine = this;
    host.service = [](const kith_host *raw, kith_str which) noexcept -> const void * {
        Body &harness = Body::of(raw);
        harness.called("host.service", false);
        const kith_descriptor &d = *harness.descriptor;
        if (!holds(d.required, d.required_count, view(which)) && !holds(d.optional, d.optional_count, view(which)))
            return nullptr;
        const void *table = harness_service(view(which));
        return table != nullptr ? table : harness.machine.service(view(which));
    };
    host.cancel = [](const kith_host *raw, std::uint64_t op) noexcept -> std::int32_t {
        Body &harness = Body::of(raw);
        harness.called("host.cancel", true);
        if (op != 0 && op == harness.members_request.op) {
            harness.members_request.cancelled = true;
            return KITH_OK;
        }
        return harness.machine.cancel(*raw, op);
    };
    host.error = [](const kith_host *raw, kith_str text) noexcept { Body::of(raw).error = view(text); };
    host.stopped = [](const kith_host *raw) noexcept {
        Body &harness = Body::of(raw);
        if (!harness.called("host.stopped", true)) return;
        if (harness.state != State::stopping) harness.violate("host.stopped before stop was asked");
        if (const auto left = harness.machine.outstanding(*raw); left != 0) {
            harness.violate("host.stopped while " + std::to_string(left) + " operations are outstanding");
        }
        if (!harness.joining.empty()) {
            harness.violate("host.stopped while " + std::to_string(harness.joining.size()) +
                            " connects or disconnects are not done");
        }
        if (!harness.sending.empty())
            harness.violate("host.stopped while " + std::to_string(harness.sending.size()) + " messages are not done");
        if (harness.members_request.op != 0)
            harness.violate("host.stopped while an operation of " KITH_MEMBERS " is outstanding");
        harness.state = State::stopped;
        harness.machine.silence(*raw);
        harness.net.trace(harness.machine.index(), "host.stopped");
    };
    host.failed = [](const kith_host *raw, std::int32_t status, kith_str text) noexcept {
        Body &harness = Body::of(raw);
        if (!harness.called("host.failed", true)) return;
        if (status >= 0) harness.violate("host.failed with status " + std::to_string(status) + ", which is no failure");
        harness.has_failed = true;
        harness.failed_status = status;
        harness.failed_text = harness.error = view(text);
    };
}

PluginHarness::Body::~Body() {
    if (live()) stop();
    // An instance that never reported `stopped` is abandoned, not destroyed.
    if (state == State::stopped) destroy();
    if (host.world != nullptr) machine.close(host);
}

std::int32_t PluginHarness::Body::start() {
    if (state != State::idle) throw std::logic_error("harness: start() of an instance that is there already");
    for (std::uint32_t i = 0; i < descriptor->required_count; ++i) {
        const auto id = view(descriptor->required[i]);
        if (harness_service(id) != nullptr || machine.service(id) != nullptr) continue;
        error = "rule A1: it requires " + std::string(id) + ", which this world does not offer";
        return KITH_UNSUPPORTED;
    }
    has_failed = false;
    error.clear();
    machine.open(host, *this);
    machine.monitor(host, this);
    state = State::creating;
    const kith_instance *made = nullptr;
    std::int32_t status = KITH_OK;
    {
        const Entered entered(*this, "create");
        status = entry.create(&host, descriptor->id, &made);
    }
    if (status == KITH_OK && made == nullptr) {
        violate("create succeeded and gave no instance");
        status = KITH_INTERNAL;
    }
    if (status != KITH_OK) {
        if (error.empty())
            violate("E1: create failed (" + std::string(status_slug(status)) + ") without a text by host->error");
        state = State::idle;
        machine.close(host);
        return status;
    }
    instance = made;
    observer.attach(made->self);
    state = State::created;
    for (const auto &[list, count] : {std::pair{descriptor->required, descriptor->required_count},
                                      std::pair{descriptor->optional, descriptor->optional_count}}) {
        for (std::uint32_t i = 0; i < count && instance->service != nullptr; ++i) {
            sides[std::string(view(list[i]))] = instance->service(instance->self, list[i]);
        }
    }
    state = State::started; // operations that begin within start are allowed
    {
        const Entered entered(*this, "start");
        status = instance->start(instance->self);
    }
    net.trace(machine.index(), "start", 0, status);
    if (status == KITH_OK) return status;
    if (error.empty()) violate("E1: start failed (" + std::string(status_slug(status)) + ") without a text by host->error");
    state = State::stopped;
    destroy();
    return status;
}

void PluginHarness::Body::ask_stop() {
    if (state != State::started) return;
    state = State::stopping;
    net.trace(machine.index(), "stop");
    machine.cancel_all(host);
    members_request.cancelled = true;
    cancel_sends();
    const Entered entered(*this, "stop");
    instance->stop(instance->self);
}

bool PluginHarness::Body::stop() {
    ask_stop();
    const bool done = net.run_until([this] { return state != State::stopping; }, stop_limit);
    if (!done) violate("it did not say `stopped` within 5 s after stop");
    return done;
}

void PluginHarness::Body::destroy() {
    if (state != State::stopped) throw std::logic_error("harness: destroy() of an instance that has not stopped");
    // Posts made before `stopped` are delivered before destroy.
    net.run_for(std::chrono::nanoseconds(0));
    instance->destroy(instance->self);
    machine.close(host);
    instance = nullptr;
    sides.clear();
    state = State::idle;
    is_attached = links_said = false;
    epoch_now = batch = mask = 0;
    joining.clear();
    sending.clear();
    members_request = {};
    members_snapshot = {};
    net.trace(machine.index(), "destroy");
}

// ---- rules ----

void PluginHarness::Body::violate(std::string text) { violations.push_back(std::move(text)); }

bool PluginHarness::Body::called(const char *what, bool only_started) {
    if (std::this_thread::get_id() != loop) violate(std::string("T1: ") + what + " on another thread than the loop");
    if (!only_started || live()) return true;
    const char *when = state == State::stopped ? " after host->stopped"
                       : state == State::idle  ? " after destroy"
                                               : " before start";
    violate(std::string("T1: ") + what + when);
    return false;
}

// A plugin without a pause would never let simulated time pass, and the test would not end.
void PluginHarness::Body::on_call(const char *what, bool only_started) noexcept {
    constexpr std::uint64_t hour = 3'600'000'000'000, most = 1'000'000;
    called(what, only_started);
    if (net.now_ns() - hour_began >= hour) {
        hour_began = net.now_ns();
        calls_in_hour = 0;
    }
    if (++calls_in_hour != most) return;
    std::string why = std::string("it calls ") + what + " again and again: 1,000,000 calls of services within " +
                      std::to_string((net.now_ns() - hour_began) / 1'000'000'000) +
                      " s of simulated time; wait between two queries, also when they fail, for example with wake.wait_for";
    violate("T1: " + why);
    net.give_up(std::move(why));
}

const void *PluginHarness::Body::service(std::string_view id) noexcept { return observer.observe(id, side<void>(id)); }

void PluginHarness::Body::enter(const char *what) noexcept {
    if (inside != nullptr) violate(std::string("T5: ") + what + " was called inside " + inside);
    inside = what;
}

bool PluginHarness::Body::may_read(std::string_view variable) const noexcept {
    return holds(descriptor->env, descriptor->env_count, variable);
}

// ---- calls of the plugin, and calls into it ----

Observation &PluginHarness::Body::observe(Observation::Kind kind) {
    using enum Observation::Kind;
    if (kind == replace || kind == update || kind == failed) ++looks;
    if (kind == failed || kind == watching) observer.tally().clear();
    Observation &made = observations.emplace_back();
    made.at = net.now();
    made.kind = kind;
    return made;
}

Report &PluginHarness::Body::report(Report::Kind kind) {
    Report &made = reports.emplace_back();
    made.at = net.now();
    made.kind = kind;
    return made;
}

void PluginHarness::Body::set_link(std::string name, bool up) {
    const auto at = std::ranges::lower_bound(links, name);
    const bool there = at != links.end() && *at == name;
    if (up && !there) links.insert(at, std::move(name));
    if (!up && there) links.erase(at);
}

std::uint64_t PluginHarness::Body::ask(const char *what, const RecordedPeer &peer,
                                       std::int32_t (*function)(void *, std::uint64_t, const kith_peer *)) {
    std::vector<kith_attribute> attributes;
    for (const auto &[name, value] : peer.attributes) attributes.push_back({str(name), str(value)});
    const kith_peer raw{str(peer.key.empty() ? peer.name : peer.key),
                        str(peer.name),
                        attributes.data(),
                        static_cast<std::uint32_t>(attributes.size()),
                        0,
                        static_cast<std::uint64_t>(peer.ttl.count())};
    const std::uint64_t op = machine.next_id();
    joining.insert(op);
    error.clear();
    beginning = op;
    {
        const Entered entered(*this, what);
        refused = function(plugin_self(), op, &raw);
    }
    beginning = 0;
    net.trace(machine.index(), what, op >> 21, refused, peer.name);
    if (refused == KITH_OK) return op;
    joining.erase(op);
    if (error.empty()) violate(std::string("E1: ") + what + " was refused without a text by host->error");
    return 0;
}

void PluginHarness::Body::deliver() {
    if (delivering) return;
    delivering = true;
    net.in(std::chrono::nanoseconds(0), [this, harness = std::weak_ptr<bool>(alive)] {
        if (harness.expired()) return;
        delivering = false;
        std::erase_if(queue, [this](const QueuedEvent &event) { return (mask >> event.kind & 1) == 0; });
        const auto *table = side<kith_sink_plugin>(KITH_SINK);
        if (batch != 0 || queue.empty() || !live() || table == nullptr) return;
        std::vector<QueuedEvent> now;
        for (; !queue.empty() && now.size() < 256; queue.pop_front()) now.push_back(std::move(queue.front()));
        std::vector<kith_event> events;
        for (const auto &event : now) {
            kith_event raw{};
            raw.seq = event.seq;
            raw.time = event.time;
            raw.kind = event.kind;
            raw.peer = str(event.peer);
            raw.json = str(event.json);
            events.push_back(raw);
        }
        batch = machine.next_id();
        const Entered entered(*this, "sink.events");
        table->events(plugin_self(), batch, events.data(), static_cast<std::uint32_t>(events.size()), sizeof(kith_event));
    });
}

void PluginHarness::Body::set_node(std::string_view name) {
    node_name = name;
    ++node_epoch;
    const auto *table = side<kith_node_plugin>(KITH_NODE);
    if (!live() || table == nullptr || table->changed == nullptr) return;
    const Entered entered(*this, "node.changed");
    table->changed(plugin_self(), str(node_name), node_epoch);
}

} // namespace kith::testkit
