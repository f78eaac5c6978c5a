// SPDX-License-Identifier: MIT
#include <kith/testkit/plugin_harness.hpp>

#include "plugin_harness_body.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace kith::testkit {

namespace {

// The library stays loaded, as in the daemon (L4).
const kith_entry &load(const char *library) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(dlerror());
    const void *symbol = dlsym(handle, "kith_plugin_entry");
    if (symbol == nullptr) throw std::runtime_error(std::string(library) + ": rule L2: it does not export kith_plugin_entry");
    return *static_cast<const kith_entry *>(symbol);
}

} // namespace

PluginHarness::PluginHarness(SimulatedMachine &machine, const kith_entry &entry, std::string_view id, std::string_view options,
                             Identity identity)
    : body_(std::make_unique<Body>(machine, entry, id, options, std::move(identity))) {}

PluginHarness::PluginHarness(SimulatedMachine &machine, const char *library, std::string_view id, std::string_view options,
                             Identity identity)
    : PluginHarness(machine, load(library), id, options, std::move(identity)) {}

PluginHarness::~PluginHarness() = default;

std::int32_t PluginHarness::start() { return body_->start(); }
bool PluginHarness::stop() { return body_->stop(); }
void PluginHarness::ask_stop() { body_->ask_stop(); }
bool PluginHarness::stopped() const noexcept { return body_->state == Body::State::stopped; }
bool PluginHarness::running() const noexcept { return body_->state == Body::State::started; }
void PluginHarness::destroy() { body_->destroy(); }
bool PluginHarness::failed() const noexcept { return body_->has_failed; }
std::int32_t PluginHarness::failed_status() const noexcept { return body_->failed_status; }
const std::string &PluginHarness::error() const noexcept { return body_->error; }
SimulatedMachine &PluginHarness::machine() const noexcept { return body_->machine; }

const std::vector<std::string> &PluginHarness::violations() const noexcept { return body_->violations; }
const std::vector<RecordedLine> &PluginHarness::log() const noexcept { return body_->log; }
bool PluginHarness::logged(std::string_view part) const noexcept {
    return std::ranges::any_of(body_->log, [&](const auto &line) { return line.message.find(part) != std::string::npos; });
}
bool PluginHarness::logged_reason(std::string_view part) const noexcept {
    return std::ranges::any_of(body_->log, [&](const auto &line) {
        return std::ranges::any_of(line.fields, [&](const auto &field) {
            return field.first == "reason" && field.second.find(part) != std::string::npos;
        });
    });
}
std::size_t PluginHarness::warnings() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(body_->log, [](const auto &line) { return line.level >= KITH_LOG_WARNING; }));
}
const std::vector<RecordedMetric> &PluginHarness::metrics() const noexcept { return body_->metrics; }
std::size_t PluginHarness::outstanding() const noexcept {
    const std::size_t members = body_->members_request.op != 0 ? 1 : 0;
    return members + (body_->host.world == nullptr ? 0 : body_->machine.outstanding(body_->host));
}

const std::vector<Observation> &PluginHarness::observations() const noexcept { return body_->observations; }
void PluginHarness::max_peers(std::size_t most) { body_->max_peers = most; }
const std::vector<RecordedPeer> &PluginHarness::peers() const noexcept { return body_->peers.all(); }
bool PluginHarness::await_observation(Duration bound) {
    const auto before = body_->looks;
    return run_until([&] { return body_->looks != before; }, bound);
}

void PluginHarness::refresh() {
    if (!body_->live()) return;
    if (const auto *strategy = body_->side<kith_discovery_plugin>(KITH_DISCOVERY);
        strategy != nullptr && strategy->refresh != nullptr) {
        const Entered entered(*body_, "discovery.refresh");
        strategy->refresh(body_->plugin_self());
    }
    if (const auto *connector = body_->side<kith_connector_plugin>(KITH_CONNECTOR);
        connector != nullptr && connector->refresh != nullptr) {
        const Entered entered(*body_, "connector.refresh");
        connector->refresh(body_->plugin_self());
    }
}

void PluginHarness::node(std::string_view name) { body_->set_node(name); }

std::uint64_t PluginHarness::connect(const RecordedPeer &peer) {
    const auto *table = body_->side<kith_connector_plugin>(KITH_CONNECTOR);
    if (table == nullptr || !body_->live()) throw std::logic_error("harness: connect() needs a connector that runs");
    return body_->ask("connector.connect", peer, table->connect);
}

std::uint64_t PluginHarness::disconnect(const RecordedPeer &peer) {
    const auto *table = body_->side<kith_connector_plugin>(KITH_CONNECTOR);
    if (table == nullptr || !body_->live()) throw std::logic_error("harness: disconnect() needs a connector that runs");
    return body_->ask("connector.disconnect", peer, table->disconnect);
}

std::int32_t PluginHarness::refused() const noexcept { return body_->refused; }

void PluginHarness::cancel(std::uint64_t op) {
    const auto *table = body_->side<kith_connector_plugin>(KITH_CONNECTOR);
    if (table == nullptr || !body_->live() || !body_->joining.contains(op)) return;
    const Entered entered(*body_, "connector.cancel");
    table->cancel(body_->plugin_self(), op);
}

const Report *PluginHarness::await_done(std::uint64_t op, Duration bound) {
    run_until([&] { return !body_->joining.contains(op); }, bound);
    const auto found = std::ranges::find_if(
        body_->reports, [&](const Report &each) { return each.kind == Report::Kind::done && each.op == op; });
    return found == body_->reports.end() ? nullptr : &*found;
}

const std::vector<Report> &PluginHarness::reports() const noexcept { return body_->reports; }
bool PluginHarness::attached() const noexcept { return body_->is_attached; }
const std::string &PluginHarness::attached_node() const noexcept { return body_->attached_node; }
std::uint64_t PluginHarness::epoch() const noexcept { return body_->epoch_now; }
const std::vector<std::string> &PluginHarness::links() const noexcept { return body_->links; }

void PluginHarness::event(std::uint32_t kind, std::string_view json, std::string_view peer) {
    body_->queue.push_back({++body_->seq, body_->net.wall_ns(), kind, std::string(json), std::string(peer)});
    body_->deliver();
}
std::uint64_t PluginHarness::mask() const noexcept { return body_->mask; }
std::size_t PluginHarness::events_waiting() const noexcept { return body_->queue.size(); }

} // namespace kith::testkit
