// SPDX-License-Identifier: MIT
#include <core/engine/connector_binding.hpp>

#include <kith/result.hpp>

namespace kith::core {

std::int32_t ConnectorBinding::answer(const Status &status) {
    engine_loop_.soon();
    return status ? status.status : instance_->refuse(status.status, status.text);
}

std::int32_t ConnectorBinding::done(std::uint64_t op, std::int32_t status, std::string_view text) {
    return answer(reconciler_->done(op, status, text, engine_loop_.now()));
}

std::int32_t ConnectorBinding::attached(std::string_view node, std::uint64_t epoch) {
    return answer(reconciler_->attached(node, epoch, engine_loop_.now()));
}

std::int32_t ConnectorBinding::detached(std::int32_t status, std::string_view text) {
    return answer(reconciler_->detached(status, text, engine_loop_.now()));
}

std::int32_t ConnectorBinding::links(std::uint64_t epoch, const kith_link *links, std::uint32_t count, std::uint32_t stride) {
    if (const std::int32_t status = reader_.read(links, count, stride); status != KITH_OK)
        return answer({status, reader_.text()});
    return answer(reconciler_->links(epoch, reader_.links(), engine_loop_.now()));
}

std::int32_t ConnectorBinding::link_up(std::uint64_t epoch, const kith_link *link) {
    if (const std::int32_t status = reader_.read(link, 1, sizeof *link); status != KITH_OK)
        return answer({status, reader_.text()});
    return answer(reconciler_->link_up(epoch, reader_.links().front(), engine_loop_.now()));
}

std::int32_t ConnectorBinding::link_down(std::uint64_t epoch, std::string_view name, std::string_view reason) {
    return answer(reconciler_->link_down(epoch, name, reason, engine_loop_.now()));
}

const kith_connector_plugin *ConnectorBinding::side() const {
    return instance_->running() ? instance_->side<kith_connector_plugin>(KITH_CONNECTOR) : nullptr;
}

StartedOperation ConnectorBinding::begin(const char *what, Operation operation, const PeerView &peer) {
    if (operation == nullptr) return {KITH_UNSUPPORTED, 0, std::string("the connector has no ") + what};
    attributes_.clear();
    for (const AttributeView &attribute : peer.attributes) attributes_.push_back({str(attribute.name), str(attribute.value)});
    const kith_peer passed{
        .key = str(peer.key),
        .name = str(peer.name),
        .attributes = attributes_.data(),
        .attribute_count = static_cast<std::uint32_t>(attributes_.size()),
        .flags = 0,
        .ttl = peer.ttl,
    };
    const std::uint64_t op = world_.next_id();
    instance_->take_error(); // drops the text of an earlier refusal
    const std::int32_t status = instance_->call(what, [&](void *self) { return operation(self, op, &passed); });
    if (status == KITH_OK) return {KITH_OK, op, {}};
    return {status < 0 ? status : KITH_INTERNAL, 0, instance_->take_error()};
}

StartedOperation ConnectorBinding::connect(const PeerView &peer) {
    const auto *table = side();
    return begin("connect", table != nullptr ? table->connect : nullptr, peer);
}

StartedOperation ConnectorBinding::disconnect(const PeerView &peer) {
    const auto *table = side();
    return begin("disconnect", table != nullptr ? table->disconnect : nullptr, peer);
}

void ConnectorBinding::cancel(std::uint64_t op) {
    const auto *table = side();
    if (table == nullptr || table->cancel == nullptr) return;
    instance_->call("cancel", [&](void *self) { table->cancel(self, op); });
}

void ConnectorBinding::refresh() {
    const auto *table = side();
    if (table != nullptr && table->refresh != nullptr) instance_->call("refresh", table->refresh);
}

} // namespace kith::core
