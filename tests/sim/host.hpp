// SPDX-License-Identifier: MIT
//
// One host of a scenario: a simulated machine, and the whole kith that runs on it, if it does at the moment.
#pragma once

#include <core/engine/engine.hpp>
#include <core/engine/logger.hpp>
#include <kith/testkit/machine.hpp>
#include <tests/sim/configs.hpp>
#include <tests/sim/names.hpp>
#include <tests/sim/scenario.hpp>
#include <tests/sim/trace.hpp>
#include <tests/sim/witness.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::sim {

class Host final : public core::Logger {
  public:
    /// stirred: called once when there are new events, and again after each look.
    Host(std::size_t index, const HostPlan &plan, testkit::Machine &machine, const core::Registry &registry, Names &names,
         Trace &trace, std::function<void(Host &)> stirred);
    ~Host();
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    std::size_t index() const { return index_; }
    const std::string &name() const { return plan_.name; }
    const HostPlan &plan() const { return plan_; }
    testkit::Machine &machine() const { return machine_; }

    // ---- the life of its kith ----

    /// Of kiths that are started from then on.
    void env(const std::string &name, const std::string &value);
    /// What it starts with: null, with diagnostics, when its configuration has errors.
    std::shared_ptr<const core::Config> config(Configs &configs, core::Diagnostics &diagnostics) const;
    /// Nothing when it runs already.
    void start(std::shared_ptr<const core::Config> config);
    /// It dies without a word.
    void kill();
    /// It leaves in good order.
    void stop();
    bool runs() const { return engine_ != nullptr && !stopping_; }
    Span started() const { return started_; }

    // ---- what it does ----

    /// Takes the events since the last look, with `each` of them; the first rule that is broken, or empty.
    std::string look(Span now, const std::function<void(const core::StoredEvent &)> &each);
    const Witness &witness() const { return *witness_; }
    const core::Config &configured() const { return *config_; }
    const core::Engine *engine() const { return engine_.get(); }
    std::uint64_t events() const { return seen_; }

    // core::Logger
    std::uint32_t level() const noexcept override;
    void write(std::uint32_t level, std::string_view who, std::string_view message,
               std::span<const kith_attribute> fields) noexcept override;

  private:
    std::size_t index_;
    const HostPlan &plan_;
    testkit::Machine &machine_;
    const core::Registry &registry_;
    Names &names_;
    Trace &trace_;
    std::function<void(Host &)> stirred_;
    Texts environment_;
    std::shared_ptr<const core::Config> config_;
    std::unique_ptr<core::Engine> engine_;
    std::unique_ptr<Witness> witness_;
    core::SubscriberId subscriber_ = 0;
    std::vector<core::EventRef> events_;
    std::uint64_t seen_ = 0;
    Span started_{};
    bool stopping_ = false;
    bool ended_ = false;
};

} // namespace kith::sim
