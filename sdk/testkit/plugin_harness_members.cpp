// SPDX-License-Identifier: MIT
//
// kith.members/1 in a PluginHarness: the test sets the members of each topology.
#include "plugin_harness_body.hpp"
#include "simulated_machine_body.hpp"

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

using Body = PluginHarness::Body;

// A call that is allowed to a sink from start to `stopped`, and that fail_call can make fail.
template <class F>
std::int32_t members_call(const kith_host *host, const char *what, F &&function) noexcept {
    Body &harness = Body::of(host);
    if (!harness.called(what, true)) return KITH_CANCELLED;
    if (harness.descriptor->kind != KITH_KIND_SINK) return KITH_DENIED;
    if (const std::int32_t status = harness.net.fault_of(what); status != KITH_OK) return status;
    const std::int32_t status = function(harness);
    harness.net.trace(harness.machine.index(), what, 0, status);
    return status;
}

std::int32_t begin_members(Body &harness, Body::MembersRequest request, std::uint64_t *op) {
    const auto *table = harness.side<kith_members_plugin>(KITH_MEMBERS);
    if (table == nullptr || table->page == nullptr) {
        harness.violate("the plugin has no complete kith_members_plugin");
        return KITH_INVALID;
    }
    if (harness.members_request.op != 0) return KITH_BUSY;
    if (request.max == 0 || request.max > KITH_MEMBERS_MAX_PAGE) return KITH_INVALID;
    *op = request.op = harness.machine.next_id();
    harness.members_request = std::move(request);
    harness.complete_members(*op);
    return KITH_OK;
}

constexpr kith_members_host members_table = {
    .take = [](const kith_host *host, kith_str topology, std::uint32_t max, std::uint64_t user,
               std::uint64_t *op) noexcept -> std::int32_t {
        return members_call(host, "members.take", [&](Body &harness) {
            return begin_members(harness, {.user = user, .max = max, .topology = std::string(view(topology))}, op);
        });
    },
    .read = [](const kith_host *host, std::uint64_t snapshot, std::uint32_t max, std::uint64_t user,
               std::uint64_t *op) noexcept -> std::int32_t {
        return members_call(host, "members.read", [&](Body &harness) {
            if (snapshot == 0 || snapshot != harness.members_snapshot.id) return KITH_STALE;
            return begin_members(harness, {.user = user, .snapshot = snapshot, .max = max, .topology = {}}, op);
        });
    },
    .left_out = [](const kith_host *host, kith_str topology, kith_str name, kith_str reason) noexcept -> std::int32_t {
        return members_call(host, "members.left_out", [&](Body &harness) {
            if (reason.size == 0) harness.violate("members.left_out without a reason");
            harness.members_left_out.push_back(
                {harness.net.now(), std::string(view(topology)), std::string(view(name)), std::string(view(reason))});
            return KITH_OK;
        });
    },
};

} // namespace

const void *harness_members_service() noexcept { return &members_table; }

void PluginHarness::Body::complete_members(std::uint64_t op) {
    net.in(std::chrono::nanoseconds(0), [this, op, harness = std::weak_ptr<bool>(alive)] {
        if (!harness.expired() && members_request.op == op && live()) bring_members();
    });
}

std::int32_t PluginHarness::Body::take_members(const MembersRequest &request, std::string &text) {
    if (request.cancelled) {
        text = "cancelled";
        return KITH_CANCELLED;
    }
    if (request.snapshot != 0) return KITH_OK;
    members_snapshot = {};
    const auto found =
        request.topology.empty() && member_sets.size() == 1 ? member_sets.begin() : member_sets.find(request.topology);
    if (found == member_sets.end()) {
        const bool several = request.topology.empty() && !member_sets.empty();
        text =
            several ? "there are several topologies, so one must be named" : "there is no topology `" + request.topology + "`";
        return several ? KITH_INVALID : KITH_NOT_FOUND;
    }
    members_snapshot = {machine.next_id(), seq, found->first, found->second, 0};
    return KITH_OK;
}

void PluginHarness::Body::bring_members() {
    const MembersRequest request = std::exchange(members_request, {});
    std::string text;
    const std::int32_t status = take_members(request, text);
    MembersSnapshot &from = members_snapshot;
    kith_members_page page{};
    std::vector<kith_member> members;
    std::vector<std::vector<kith_attribute>> attributes;
    if (status == KITH_OK) {
        const std::size_t end = std::min<std::size_t>(from.set.members.size(), from.next + request.max);
        for (; from.next < end; ++from.next) {
            const RecordedPeer &peer = from.set.members[from.next];
            auto &list = attributes.emplace_back();
            for (const auto &[name, value] : peer.attributes) list.push_back({str(name), str(value)});
            members.push_back({str(peer.key.empty() ? peer.name : peer.key), str(peer.name), list.data(),
                               static_cast<std::uint32_t>(list.size()), KITH_MEMBER_PRESENT});
        }
        page = {.struct_size = sizeof page,
                .flags = (from.set.incomplete.empty() ? KITH_MEMBERS_COMPLETE : 0U) |
                         (end < from.set.members.size() ? KITH_MEMBERS_MORE : 0U),
                .snapshot = from.id,
                .seq = from.seq,
                .total = from.set.members.size(),
                .topology = str(from.topology),
                .reason = str(from.set.incomplete),
                .members = members.data(),
                .count = static_cast<std::uint32_t>(members.size()),
                .stride = sizeof(kith_member)};
        if ((page.flags & KITH_MEMBERS_MORE) == 0) from.id = 0;
    }
    net.trace(machine.index(), "members.page", page.count, status);
    const Entered entered(*this, "members.page");
    side<kith_members_plugin>(KITH_MEMBERS)
        ->page(plugin_self(), request.user, request.op, status, str(text), status == KITH_OK ? &page : nullptr);
}

void PluginHarness::members(std::string_view topology, std::vector<RecordedPeer> members, std::string_view incomplete) {
    body_->member_sets[std::string(topology)] = {std::move(members), std::string(incomplete)};
}

void PluginHarness::remove_topology(std::string_view topology) { body_->member_sets.erase(std::string(topology)); }

const std::vector<RecordedLeftOut> &PluginHarness::left_out() const noexcept { return body_->members_left_out; }

} // namespace kith::testkit
