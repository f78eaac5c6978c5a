// SPDX-License-Identifier: MIT
//
// kith.messages/1 in a PluginHarness: the test sends messages, and reads those that the connector hands up.
#include "plugin_harness_body.hpp"
#include "simulated_machine_body.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace kith::testkit {

namespace {

using Body = PluginHarness::Body;

bool is_channel(std::string_view name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return !name.empty() && name.size() <= KITH_MESSAGES_MAX_CHANNEL &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

// A call that is allowed to a connector from start to `stopped`.
template <class F>
std::int32_t messages_call(const kith_host *host, const char *what, F &&function) noexcept {
    Body &harness = Body::of(host);
    if (!harness.called(what, true)) return KITH_CANCELLED;
    if (harness.descriptor->kind != KITH_KIND_CONNECTOR) return KITH_DENIED;
    const std::int32_t status = function(harness);
    harness.net.trace(harness.machine.index(), what, 0, status);
    return status;
}

std::int32_t take_arrived(Body &harness, const kith_message *messages, std::uint32_t count, std::uint32_t stride) {
    const auto invalid = [&harness](const char *why) {
        harness.violate(std::string("messages.arrived ") + why);
        return KITH_INVALID;
    };
    if (count == 0 || count > KITH_MESSAGES_MAX_BATCH || stride < sizeof(kith_message))
        return invalid("with no message, or more than 4096");
    std::vector<RecordedMessage> taken;
    for (std::uint32_t i = 0; i < count; ++i) {
        kith_message one{};
        std::memcpy(&one, reinterpret_cast<const char *>(messages) + std::size_t{i} * stride, sizeof one);
        if (!is_channel(view(one.channel))) return invalid("with a channel whose name is none");
        if (one.peer.size == 0) return invalid("without the name of the sender");
        if (one.size > KITH_MESSAGES_MAX_SIZE) return invalid("with a message of more than 16 MiB");
        taken.push_back({harness.net.now(), std::string(view(one.peer)), std::string(view(one.channel)),
                         std::string(view({static_cast<const char *>(one.data), one.size})),
                         (one.flags & KITH_MESSAGE_BROADCAST) != 0});
    }
    for (auto &one : taken) harness.arrived.push_back(std::move(one));
    return KITH_OK;
}

constexpr kith_messages_host messages_table = {
    // fail_call does not apply: the report is made only once, and a plugin could not repeat it.
    .done = [](const kith_host *host, std::uint64_t op, std::int32_t status, kith_str text) noexcept -> std::int32_t {
        return messages_call(host, "messages.done", [&](Body &harness) -> std::int32_t {
            if (op != 0 && op == harness.beginning)
                harness.violate("T2: messages.done inside the call that began the operation");
            if (harness.sending.erase(op) == 0) {
                harness.violate("T2: messages.done for an operation that is not outstanding (was it said twice?)");
                return KITH_STALE;
            }
            if (status < 0 && text.size == 0)
                harness.violate("messages.done with " + std::string(status_slug(status)) + " and without a text");
            harness.sent.push_back({harness.net.now(), op, status, std::string(view(text))});
            return KITH_OK;
        });
    },
    .arrived = [](const kith_host *host, const kith_message *messages, std::uint32_t count,
                  std::uint32_t stride) noexcept -> std::int32_t {
        return messages_call(host, "messages.arrived",
                             [&](Body &harness) { return take_arrived(harness, messages, count, stride); });
    },
    .lost = [](const kith_host *host, kith_str peer, kith_str channel, std::uint64_t count, std::int32_t status,
               kith_str text) noexcept -> std::int32_t {
        return messages_call(host, "messages.lost", [&](Body &harness) {
            if (count == 0 || status >= 0 || text.size == 0)
                harness.violate("messages.lost needs a number, a failing status and a reason");
            harness.lost_messages.push_back({harness.net.now(), std::string(view(peer)), std::string(view(channel)), count,
                                             status, std::string(view(text))});
            return KITH_OK;
        });
    },
};

const kith_messages_plugin *complete_side(Body &harness) {
    const auto *table = harness.side<kith_messages_plugin>(KITH_MESSAGES);
    if (table == nullptr || !harness.live()) return nullptr;
    if (table->send != nullptr && table->cancel != nullptr && table->listening != nullptr && table->leave != nullptr)
        return table;
    harness.violate("the plugin has no complete kith_messages_plugin");
    return nullptr;
}

} // namespace

const void *harness_messages_service() noexcept { return &messages_table; }

void PluginHarness::Body::cancel_sends() {
    const auto *table = complete_side(*this);
    if (table == nullptr) return;
    for (const std::uint64_t op : std::set(sending)) {
        if (!sending.contains(op)) continue;
        const Entered entered(*this, "messages.cancel");
        table->cancel(plugin_self(), op);
    }
}

std::uint64_t
PluginHarness::Body::begin_send(const char *what,
                                const std::function<std::int32_t(const kith_messages_plugin &, std::uint64_t)> &call) {
    const auto *table = complete_side(*this);
    if (table == nullptr)
        throw std::logic_error(std::string("harness: ") + what + " needs a connector that runs and declares " KITH_MESSAGES);
    const std::uint64_t op = machine.next_id();
    sending.insert(op);
    error.clear();
    beginning = op;
    {
        const Entered entered(*this, what);
        refused = call(*table, op);
    }
    beginning = 0;
    net.trace(machine.index(), what, op >> 21, refused);
    if (refused == KITH_OK) return op;
    sending.erase(op);
    if (error.empty()) violate(std::string("E1: ") + what + " was refused without a text by host->error");
    return 0;
}

std::uint64_t PluginHarness::send(std::string_view peer, std::string_view channel, std::string_view data) {
    const kith_message message{str(peer), str(channel), data.data(), data.size(), peer.empty() ? KITH_MESSAGE_BROADCAST : 0, 0};
    return body_->begin_send("messages.send", [&](const kith_messages_plugin &table, std::uint64_t op) {
        return table.send(body_->plugin_self(), op, &message);
    });
}

std::uint64_t PluginHarness::leave() {
    return body_->begin_send("messages.leave", [&](const kith_messages_plugin &table, std::uint64_t op) {
        return table.leave(body_->plugin_self(), op);
    });
}

void PluginHarness::cancel_send(std::uint64_t op) {
    const auto *table = complete_side(*body_);
    if (table == nullptr || !body_->sending.contains(op)) return;
    const Entered entered(*body_, "messages.cancel");
    table->cancel(body_->plugin_self(), op);
}

const RecordedSend *PluginHarness::await_sent(std::uint64_t op, Duration bound) {
    run_until([&] { return !body_->sending.contains(op); }, bound);
    const auto found = std::ranges::find_if(body_->sent, [&](const RecordedSend &one) { return one.op == op; });
    return found == body_->sent.end() ? nullptr : &*found;
}

void PluginHarness::listen(const std::vector<std::string> &channels) {
    const auto *table = complete_side(*body_);
    if (table == nullptr) throw std::logic_error("harness: listen() needs a connector that runs and declares " KITH_MESSAGES);
    std::vector<kith_str> names;
    for (const auto &one : channels) names.push_back(str(one));
    const Entered entered(*body_, "messages.listening");
    table->listening(body_->plugin_self(), names.data(), static_cast<std::uint32_t>(names.size()));
}

const std::vector<RecordedSend> &PluginHarness::sent() const noexcept { return body_->sent; }
const std::vector<RecordedMessage> &PluginHarness::arrived() const noexcept { return body_->arrived; }
const std::vector<RecordedLostMessages> &PluginHarness::lost_messages() const noexcept { return body_->lost_messages; }

} // namespace kith::testkit
