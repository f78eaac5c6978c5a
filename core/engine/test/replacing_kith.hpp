// SPDX-License-Identifier: MIT
#pragma once

#include "reloading_kith.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kith::core::test {

/// The same puppets in another version.
inline const kith_entry &newer_entry(std::uint32_t flags = 0) {
    struct Copy {
        std::vector<kith_descriptor> descriptors;
        std::vector<const kith_descriptor *> list;
        kith_entry entry{};
    };
    static std::map<std::uint32_t, Copy> copies; // an entry is static
    Copy &copy = copies[flags];
    if (!copy.descriptors.empty()) return copy.entry;
    for (std::uint32_t i = 0; i < entry().descriptor_count; ++i) {
        copy.descriptors.push_back(*entry().descriptors[i]);
        copy.descriptors.back().version = text("1.1.0");
        copy.descriptors.back().flags |= flags;
    }
    for (const auto &descriptor : copy.descriptors) copy.list.push_back(&descriptor);
    copy.entry = entry();
    copy.entry.descriptors = copy.list.data();
    return copy.entry;
}

/// A kith of isolated puppets with two linked peers and a sink, in a steady state.
struct ReplacingKith : ReloadingKith {
    std::vector<std::string> seen; // by the sink
    bool sink_takes = true;
    std::optional<PluginReplacement::Outcome> outcome;
    std::shared_ptr<const Config> came_back;

    ReplacingKith() {
        config.plugins.isolate = PluginSettings::Isolate::all;
        config.sinks.push_back({"k", "puppet", "{}", {"peer.*", "topology.*", "link.*"}});
        sink().start = [](ScriptedPlugin &p) { return p.sink().subscribe(p.host, UINT64_MAX); };
        sink().events = [this](ScriptedPlugin &p, std::uint64_t batch, const std::vector<std::string> &lines) {
            seen.insert(seen.end(), lines.begin(), lines.end());
            if (sink_takes) p.sink().taken(p.host, batch);
        };
    }
    Script &sink() { return scripts["sinks.k"]; }

    std::unique_ptr<Library> newer(std::uint32_t flags = 0) {
        auto library = Library::link(newer_entry(flags), "puppets", loader_settings());
        BOOST_REQUIRE(library);
        return std::move(*library);
    }
    Status replace(
        std::unique_ptr<Library> next, const std::function<void(Config &)> &change = [](Config &) {}) {
        auto with = std::make_shared<Config>(config);
        change(*with);
        outcome.reset();
        Status status =
            engine->replace({.former = registry.libraries().front().get(),
                             .next = std::move(next),
                             .config = with,
                             .exchange = [this](const Library &out,
                                                std::unique_ptr<Library> in) { return registry.exchange(out, std::move(in)); },
                             .taken_back = [this](std::shared_ptr<const Config> previous) { came_back = std::move(previous); },
                             .done = [this](const PluginReplacement::Outcome &how) { outcome = how; }});
        run(std::chrono::milliseconds(1));
        return status;
    }
    /// The instance of the script that was created first, of those that live.
    static ScriptedPlugin &oldest(Script &script) {
        BOOST_REQUIRE(!script.instances.empty());
        return *static_cast<ScriptedPlugin *>(script.instances.front().get());
    }
    /// Nothing happened to the peers, the links and the topologies since that event.
    void undisturbed(std::uint64_t since) {
        for (const auto &event : engine->bus().kept()) {
            if (event->seq() <= since) continue;
            const std::string kind(event_kind_name(event->kind()));
            BOOST_TEST((kind == "observation.ok" || kind.starts_with("plugin.")), event->json());
        }
        BOOST_TEST(!was_parted());
        BOOST_TEST(engine->topology("t")->ready());
        BOOST_TEST(!engine->topology("t")->stale());
        BOOST_TEST(engine->topology("t")->linked() == 2u);
    }
    std::string_view version(std::uint32_t kind) const { return registry.find(kind, "puppet")->version(); }
};

} // namespace kith::core::test
