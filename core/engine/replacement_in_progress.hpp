// SPDX-License-Identifier: MIT
//
// One replacement of a plugin's file in an engine: the instances of the new file beside those in use. Private to the engine.
#pragma once

#include <core/engine/engine_plugin_instances.hpp>
#include <core/engine/held_links.hpp>
#include <core/engine/held_observations.hpp>
#include <core/engine/held_subscription.hpp>
#include <core/engine/plugin_replacement.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

/// An instance of the new file, and the place that it shall take. After hand_over the supervisor here has the former instance.
class Engine::Candidate {
  public:
    virtual ~Candidate() = default;
    Candidate(const Candidate &) = delete;
    Candidate &operator=(const Candidate &) = delete;

    /// It has done its first work.
    virtual bool works() const = 0;
    /// It works; or it waits to save its state, and cannot go on as long as the former one is the writer.
    bool ready(Time now, Time began) const;
    /// What it has not done.
    virtual std::string awaited() const = 0;
    /// Why it cannot be taken; empty: nothing is known against it.
    virtual std::string fault() const;
    /// Between these two the former instance is at rest, as soon as at_rest() is true.
    virtual void begin_rest() {}
    virtual void end_rest() {}
    virtual bool at_rest() const { return true; }
    virtual void hand_over(Time now) = 0;
    /// Call it in each turn.
    virtual void deliver() {}

    const std::string &name() const { return supervisor->instance().identity().name; }
    InstanceSupervisor &place() const { return place_; }

    static constexpr Time state_patience = 1'000'000'000;

    std::unique_ptr<InstanceSupervisor> supervisor; // on trial

  protected:
    explicit Candidate(InstanceSupervisor &place) : place_(place) {}
    /// Exchanges the instances.
    void take_over(Time now);
    void make(Engine &engine, const Plugin &plugin, std::string_view options, PluginInstance::Dependencies dependencies,
              const std::string &connector = {});

  private:
    InstanceSupervisor &place_;
    std::optional<Failure> failure_;
};

class Engine::StrategyCandidate final : public Candidate {
  public:
    StrategyCandidate(Engine &engine, Unit &unit, Strategy &strategy, const Plugin &plugin, const Source &configured);
    bool works() const override { return held_.looked(); }
    std::string awaited() const override;
    std::string fault() const override;
    void hand_over(Time now) override;

  private:
    Engine &engine_;
    Unit &unit_;
    Strategy &strategy_;
    HeldObservations held_;
    const std::uint64_t node_epoch_; // of the name that the instance was created with
};

class Engine::ConnectorCandidate final : public Candidate {
  public:
    ConnectorCandidate(Engine &engine, Connector &connector, const Plugin &plugin, const ConnectorInstance &configured);
    bool works() const override { return held_.attached(); }
    std::string awaited() const override;
    void hand_over(Time now) override;

  private:
    Connector &connector_;
    HeldLinks held_;
};

class Engine::SinkCandidate final : public Candidate {
  public:
    SinkCandidate(Engine &engine, SinkUnit &sink, const Plugin &plugin, const Sink &configured);
    bool works() const override { return held_.mask().has_value(); }
    std::string awaited() const override { return "it has not subscribed to events"; }
    void begin_rest() override { sink_.binding.hold(true); }
    void end_rest() override { sink_.binding.hold(false); }
    bool at_rest() const override { return sink_.binding.idle() || !sink_.supervisor.instance().running(); }
    void hand_over(Time now) override;
    void deliver() override { members_->deliver(); }

  private:
    SinkUnit &sink_;
    HeldSubscription held_;
    std::unique_ptr<MembersBinding> members_;
};

struct Engine::Replacement {
    static constexpr Time rest = 1'000'000'000; // for the former instances to come to rest

    PluginReplacement what;
    std::vector<std::unique_ptr<Candidate>> candidates;
    Time began = 0;
    Time deadline = never;
    Time rest_until = never; // `never`: the former instances are not at rest
};

/// The first seconds after a replacement: when an instance of the new file fails in them, the former file comes back.
struct Engine::ReplacementTrial {
    static constexpr Time length = 10'000'000'000;

    std::unique_ptr<Library> former;
    const Library *next = nullptr;
    std::shared_ptr<const Config> previous;
    std::function<std::unique_ptr<Library>(const Library &out, std::unique_ptr<Library> in)> exchange;
    std::function<void(std::shared_ptr<const Config>)> taken_back;
    std::vector<std::pair<InstanceSupervisor *, std::uint64_t>> watched; // with its losses at the switch
    Time until = 0;
};

/// What is being stopped after a replacement, or after one that failed, and the library of these instances.
struct Engine::Retired {
    const Library *of = nullptr;
    std::unique_ptr<Library> library; // null: another one owns it
    std::vector<std::unique_ptr<Candidate>> candidates;
    bool settled = false; // a turn has passed since the last instance was destroyed

    bool finished() const;
};

} // namespace kith::core
