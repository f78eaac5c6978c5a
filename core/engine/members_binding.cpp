// SPDX-License-Identifier: MIT
#include <core/engine/members_binding.hpp>

#include <kith/result.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

namespace {

// Why the members may be fewer than they are; empty when all sources have reported.
std::string incompleteness(const LiveTopology &topology) {
    for (const LiveTopology::SourceStatus &source : topology.sources()) {
        if (source.looked) continue;
        std::string text = "the source `" + std::string(source.name) + "` has not reported yet";
        if (!source.reason.empty()) text += ": " + std::string(source.reason);
        return text;
    }
    return {};
}

} // namespace

MembersBinding::MembersBinding(EventBus &bus, World &world, Find find, std::function<void()> wake, std::function<Time()> now)
    : bus_(bus), world_(world), find_(std::move(find)), wake_(std::move(wake)), now_(std::move(now)) {}

std::int32_t MembersBinding::begin(Request request, std::uint64_t *op) {
    const auto *side = instance_->side<kith_members_plugin>(KITH_MEMBERS);
    if (side == nullptr || side->page == nullptr)
        return instance_->refuse(KITH_INVALID, "the plugin has no complete kith_members_plugin");
    if (request_.op != 0) return instance_->refuse(KITH_BUSY, "one take or read of " KITH_MEMBERS " is outstanding at a time");
    if (request.max == 0 || request.max > KITH_MEMBERS_MAX_PAGE)
        return instance_->refuse(KITH_INVALID, "a page has 1 to 4096 members");
    request_ = std::move(request);
    *op = request_.op = world_.next_id();
    wake_();
    return KITH_OK;
}

std::int32_t MembersBinding::take(std::string_view topology, std::uint32_t max, std::uint64_t user, std::uint64_t *op) {
    return begin({.user = user, .max = max, .topology = std::string(topology)}, op);
}

std::int32_t MembersBinding::read(std::uint64_t snapshot, std::uint32_t max, std::uint64_t user, std::uint64_t *op) {
    if (!snapshot_ || snapshot != snapshot_->id)
        return instance_->refuse(KITH_STALE, "this snapshot has ended: after its last page, or by another take");
    return begin({.user = user, .snapshot = snapshot, .max = max, .topology = {}}, op);
}

std::int32_t MembersBinding::left_out(std::string_view topology, std::string_view name, std::string_view reason) {
    if (reason.empty()) return instance_->refuse(KITH_INVALID, "a reason is expected");
    const std::string text = instance_->identity().name + " leaves it out: " + std::string(reason);
    bus_.publish({.kind = KITH_EVENT_SECURITY_WARNING, .topology = topology, .peer = name, .reason = text}, now_());
    return KITH_OK;
}

std::int32_t MembersBinding::cancel(std::uint64_t op) {
    if (op == 0 || op != request_.op) return KITH_STALE;
    request_.cancelled = true;
    wake_();
    return KITH_OK;
}

void MembersBinding::drop() {
    request_ = {};
    snapshot_.reset();
}

void MembersBinding::deliver() {
    if (request_.op == 0) return;
    const Request request = std::exchange(request_, {});
    const auto *side = instance_->side<kith_members_plugin>(KITH_MEMBERS);
    const Failure failure = prepare(request);
    const std::shared_ptr<Snapshot> borrowed = snapshot_; // by the page, also when the plugin reports `stopped` within the call
    kith_members_page page{};
    if (failure.status == KITH_OK) {
        page = borrowed->next_page(request.max);
        if (borrowed->over()) snapshot_.reset();
    }
    instance_->call("members.page", [&](void *self) {
        side->page(self, request.user, request.op, failure.status, str(failure.text),
                   failure.status == KITH_OK ? &page : nullptr);
    });
}

Failure MembersBinding::prepare(const Request &request) {
    if (request.cancelled) return {KITH_CANCELLED, "cancelled"};
    if (request.snapshot != 0) return {KITH_OK, {}};
    snapshot_.reset();
    Failure failure;
    const LiveTopology *topology = find_(request.topology, failure);
    if (topology == nullptr) return failure;
    take_snapshot(*topology);
    return {KITH_OK, {}};
}

void MembersBinding::take_snapshot(const LiveTopology &topology) {
    snapshot_ = std::make_shared<Snapshot>();
    Snapshot &made = *snapshot_;
    made.id = world_.next_id();
    made.seq = bus_.last_seq();
    made.topology = topology.name();
    made.reason = incompleteness(topology);
    made.members.reserve(topology.size());
    const auto keep = [&](std::string_view text) {
        made.text += text;
        return static_cast<std::uint32_t>(text.size());
    };
    topology.each_member(now_(), [&](const LiveTopology::PeerDetails &peer) {
        Packed packed{.key = keep(peer.key), .name = keep(peer.name), .attributes = 0, .flags = 0};
        if (!peer.sources.empty()) packed.flags |= KITH_MEMBER_PRESENT;
        if (peer.link == Reconciler::LinkStatus::State::linked) packed.flags |= KITH_MEMBER_LINKED;
        packed.attributes = static_cast<std::uint32_t>(peer.attributes.size());
        for (const AttributeView &attribute : peer.attributes) {
            const std::uint32_t name = keep(attribute.name);
            made.attributes.emplace_back(name, keep(attribute.value));
        }
        made.members.push_back(packed);
    });
}

kith_str MembersBinding::Snapshot::next_text(std::size_t size) {
    return {text.data() + std::exchange(text_at, text_at + size), size};
}

kith_members_page MembersBinding::Snapshot::next_page(std::uint32_t max) {
    page.clear();
    page_attributes.clear();
    const std::size_t end = std::min(members.size(), member_at + max);
    std::size_t count = 0;
    for (std::size_t i = member_at; i < end; ++i) count += members[i].attributes;
    page_attributes.reserve(count); // the members point into it
    for (; member_at < end; ++member_at) {
        const Packed &packed = members[member_at];
        kith_member member{};
        member.key = next_text(packed.key);
        member.name = next_text(packed.name);
        member.attributes = page_attributes.data() + page_attributes.size();
        member.attribute_count = packed.attributes;
        member.flags = packed.flags;
        for (std::uint32_t i = 0; i < packed.attributes; ++i) {
            const auto &[name_size, value_size] = attributes[attribute_at++];
            const kith_str name = next_text(name_size);
            page_attributes.push_back({name, next_text(value_size)});
        }
        page.push_back(member);
    }
    kith_members_page out{};
    out.struct_size = sizeof out;
    out.flags = (reason.empty() ? KITH_MEMBERS_COMPLETE : 0U) | (over() ? 0U : KITH_MEMBERS_MORE);
    out.snapshot = id;
    out.seq = seq;
    out.total = members.size();
    out.topology = str(topology);
    out.reason = str(reason);
    out.members = page.data();
    out.count = static_cast<std::uint32_t>(page.size());
    out.stride = sizeof(kith_member);
    return out;
}

} // namespace kith::core
