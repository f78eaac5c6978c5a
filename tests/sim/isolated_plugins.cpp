// SPDX-License-Identifier: MIT
#include <tests/sim/isolated_plugins.hpp>

#include <core/engine/plugin_instance.hpp>
#include <core/loader/library.hpp>
#include <kith/result.hpp>
#include <sdk/messages/host_surroundings.hpp>
#include <sdk/messages/instance_proxy.hpp>
#include <sdk/messages/isolated_instance.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace kith::sim {

// Both ends of the connection to a process with one instance.
class IsolatedPlugins::Process final : public std::enable_shared_from_this<Process>, private messages::ProxyOwner {
  public:
    Process(testkit::SimNet &net, core::PluginInstance &instance, const kith_host &host, core::Isolation how)
        : isolation(std::move(how)),
          instance_(instance),
          net_(net),
          surroundings_(host, [this] { later([this] { run_posts(); }); }),
          there_(std::in_place, number, instance.plugin().library().entry(), to_host_, surroundings_),
          proxy_(number, instance.plugin().descriptor(), host, to_instance_, *this) {}

    const kith_instance *begin() {
        proxy_.create(instance_.options().json(), instance_.dependencies().max_peers);
        return &proxy_.instance();
    }
    const core::Plugin &plugin() const { return instance_.plugin(); }
    bool shared_with(const Process &other) const {
        return &other == this ||
               (!isolation.group.empty() && isolation == other.isolation && &plugin().library() == &other.plugin().library());
    }
    bool gone() const { return destroyed_; }

    void crash() {
        if (!there_ || destroyed_) return;
        crashed_ = true; // what the instance does while it is freed is no message
        there_.reset();
        proxy_.lost();
        instance_.report({.status = KITH_RESET, .text = "its process was killed by signal 9 (Killed)", .crashed = true});
    }

    const core::Isolation isolation;

  private:
    static constexpr std::uint32_t number = 1;

    struct ToHost final : messages::MessageSink {
        Process &of;
        explicit ToHost(Process &process) : of(process) {}
        bool send(std::string_view message) override {
            if (of.crashed_) return true;
            const bool outer = std::exchange(of.handling_, true);
            of.proxy_.take(messages::open_message(message));
            of.handling_ = outer;
            return true;
        }
    };
    struct ToInstance final : messages::MessageSink {
        Process &of;
        explicit ToInstance(Process &process) : of(process) {}
        // What a call of the instance leads to, such as its refusal, arrives after that call.
        bool send(std::string_view message) override {
            if (!of.handling_) {
                of.take_postponed();
                of.take(message);
                return true;
            }
            of.postponed_.emplace_back(message);
            if (of.postponed_.size() == 1) of.later([me = &of] { me->take_postponed(); });
            return true;
        }
    };

    void take(std::string_view message) {
        if (there_) there_->take(messages::open_message(message));
    }
    void take_postponed() {
        for (const std::string &message : std::exchange(postponed_, {})) take(message);
    }
    void run_posts() {
        if (there_) there_->run_posts();
    }
    template <class F>
    void later(F &&function) {
        net_.in({}, [me = weak_from_this(), function = std::forward<F>(function)] {
            if (const auto alive = me.lock()) function();
        });
    }

    std::string take_error() override { return instance_.take_error(); }
    void not_created(std::int32_t status, std::string_view text) override {
        std::string why = text.empty() ? std::string(meaning(status)) : std::string(text);
        later([this, status, why = std::move(why)] {
            if (!destroyed_) instance_.report({.status = status, .text = why, .final = true});
        });
    }
    void stopping() override {}
    void destroyed() override { destroyed_ = true; }

    core::PluginInstance &instance_; // until it is destroyed
    testkit::SimNet &net_;
    messages::HostSurroundings surroundings_;
    ToHost to_host_{*this};
    ToInstance to_instance_{*this};
    std::optional<messages::IsolatedInstance> there_;
    messages::InstanceProxy proxy_;
    std::vector<std::string> postponed_;
    bool handling_ = false, crashed_ = false, destroyed_ = false;
};

IsolatedPlugins::IsolatedPlugins(testkit::SimNet &net) : net_(net) {}

IsolatedPlugins::~IsolatedPlugins() = default;

core::InstanceMaker::Result IsolatedPlugins::create(core::PluginInstance &instance, const kith_host &host,
                                                    const core::Isolation &isolation) {
    std::erase_if(processes_, [](const auto &one) { return one->gone(); });
    return processes_.emplace_back(std::make_shared<Process>(net_, instance, host, isolation))->begin();
}

void IsolatedPlugins::crash(std::string_view plugin) {
    const auto all = processes_; // a crash begins no other before its delay, and may end some
    for (const auto &named : all) {
        if (named->gone() || (!plugin.empty() && !named->plugin().is_named(plugin))) continue;
        for (const auto &one : all)
            if (!one->gone() && one->shared_with(*named)) one->crash();
    }
}

} // namespace kith::sim
