// SPDX-License-Identifier: MIT
//
// kith.members/1 of one sink: takes a snapshot of a topology's members and brings it to the sink page by page. One operation is outstanding
// at a time; it completes from the loop (T2).
#pragma once

#include <core/cluster/events/event_bus.hpp>
#include <core/cluster/topology/topology.hpp>
#include <core/engine/plugin_instance.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::core {

class MembersBinding final : public MembersReceiver {
  public:
    /// Finds a topology by its name, where an empty name is the only one there is; null and the failure when there is none.
    using Find = std::function<const LiveTopology *(std::string_view name, Failure &failure)>;

    /// wake: requests a later call of deliver() from the loop. now: the time of the loop.
    MembersBinding(EventBus &bus, World &world, Find find, std::function<void()> wake, std::function<Time()> now);
    MembersBinding(const MembersBinding &) = delete;
    MembersBinding &operator=(const MembersBinding &) = delete;

    /// Sets the instance of the sink. Call it before the instance starts.
    void attach(PluginInstance &instance) { instance_ = &instance; }

    /// Completes the outstanding operation, if there is one.
    void deliver();

    std::int32_t take(std::string_view topology, std::uint32_t max, std::uint64_t user, std::uint64_t *op) override;
    std::int32_t read(std::uint64_t snapshot, std::uint32_t max, std::uint64_t user, std::uint64_t *op) override;
    std::int32_t left_out(std::string_view topology, std::string_view name, std::string_view reason) override;
    std::int32_t cancel(std::uint64_t op) override;
    void cancel_all() override { request_.cancelled = true; }
    void drop() override;

  private:
    struct Request {
        std::uint64_t op = 0; // 0: none
        std::uint64_t user = 0;
        std::uint64_t snapshot = 0; // 0: a new one
        std::uint32_t max = 0;
        std::string topology;
        bool cancelled = false;
    };
    // The texts of all members are in one string, one after the other: key, name, then the name and value of each attribute.
    struct Packed {
        std::uint32_t key, name, attributes, flags;
    };
    struct Snapshot {
        std::uint64_t id = 0;
        std::uint64_t seq = 0;
        std::string topology, reason;
        std::string text;
        std::vector<Packed> members;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> attributes; // sizes of names and values
        std::size_t member_at = 0, text_at = 0, attribute_at = 0;        // where the next page begins
        std::vector<kith_member> page;
        std::vector<kith_attribute> page_attributes;

        bool over() const { return member_at == members.size(); }
        kith_str next_text(std::size_t size);
        kith_members_page next_page(std::uint32_t max);
    };

    std::int32_t begin(Request request, std::uint64_t *op);
    Failure prepare(const Request &request);
    void take_snapshot(const LiveTopology &topology);

    EventBus &bus_;
    World &world_;
    Find find_;
    std::function<void()> wake_;
    std::function<Time()> now_;
    PluginInstance *instance_ = nullptr;
    Request request_;
    std::shared_ptr<Snapshot> snapshot_; // null: none
};

} // namespace kith::core
