// SPDX-License-Identifier: MIT
#include <core/engine/held_links.hpp>

#include <core/engine/plugin_instance.hpp>
#include <kith/hosting/status.hpp>

namespace kith::core {

// An operation that was begun before another instance took over: nobody waits for it.
std::int32_t HeldLinks::done(std::uint64_t, std::int32_t, std::string_view) { return KITH_OK; }

std::int32_t HeldLinks::attached(std::string_view node, std::uint64_t epoch) {
    if (over_) return KITH_OK;
    if (epoch <= epoch_) return instance_->refuse(KITH_STALE, "the epoch is not above the last one");
    if (node.empty()) return instance_->refuse(KITH_INVALID, "the node has no name");
    attached_ = true;
    links_known_ = false;
    links_.clear();
    node_ = node;
    epoch_ = epoch;
    failure_ = "it has attached to " + node_ + ", but not reported its links";
    return KITH_OK;
}

std::int32_t HeldLinks::detached(std::int32_t status, std::string_view text) {
    attached_ = links_known_ = false;
    links_.clear();
    failure_ = text.empty() ? status_sentence(status) : text;
    return KITH_OK;
}

std::int32_t HeldLinks::links(std::uint64_t epoch, const kith_link *links, std::uint32_t count, std::uint32_t stride) {
    if (const std::int32_t status = reader_.read(links, count, stride); status != KITH_OK)
        return instance_->refuse(status, reader_.text());
    if (over_) return KITH_OK;
    if (!attached_ || epoch != epoch_)
        return instance_->refuse(KITH_STALE, "the attachment that these links belong to is over");
    links_.clear();
    for (const LinkView &link : reader_.links()) keep(link);
    links_known_ = true;
    failure_.clear();
    engine_loop_.soon();
    return KITH_OK;
}

std::int32_t HeldLinks::link_up(std::uint64_t epoch, const kith_link *link) {
    if (const std::int32_t status = reader_.read(link, 1, sizeof *link); status != KITH_OK)
        return instance_->refuse(status, reader_.text());
    if (!over_ && attached_ && epoch == epoch_) {
        LinkView up = reader_.links().front();
        up.connected = true;
        keep(up);
    }
    return KITH_OK;
}

std::int32_t HeldLinks::link_down(std::uint64_t epoch, std::string_view name, std::string_view) {
    if (over_ || !attached_ || epoch != epoch_) return KITH_OK;
    if (const auto found = links_.find(name); found != links_.end()) links_.erase(found);
    return KITH_OK;
}

void HeldLinks::keep(const LinkView &link) {
    Held &held = links_[std::string(link.name)];
    held.connected = link.connected;
    held.attributes.clear();
    for (const AttributeView &attribute : link.attributes) held.attributes.emplace_back(attribute.name, attribute.value);
}

void HeldLinks::pass_on(Reconciler &reconciler, Time now) {
    over_ = true;
    std::vector<AttributeView> attributes;
    std::size_t count = 0;
    for (const auto &[name, held] : links_) count += held.attributes.size();
    attributes.reserve(count); // the links point into it
    std::vector<LinkView> links;
    for (const auto &[name, held] : links_) {
        const std::size_t begin = attributes.size();
        for (const auto &[key, value] : held.attributes) attributes.push_back({key, value});
        links.push_back({name, std::span(attributes).subspan(begin), held.connected});
    }
    reconciler.succeed(node_, epoch_, links, now);
    links_.clear();
}

} // namespace kith::core
