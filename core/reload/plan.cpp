// SPDX-License-Identifier: MIT
#include <core/reload/find_named.hpp>
#include <core/reload/plan.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>

namespace kith::core {

namespace {

namespace json = boost::json;
using Plan = ReloadPlan;
using Kind = Plan::Kind;
using Action = Plan::Action;
using Keys = std::vector<std::string>;

json::object object_of(std::string_view options) {
    boost::system::error_code error;
    json::value parsed = json::parse(json::string_view(options.data(), options.size()), error);
    return error || !parsed.is_object() ? json::object{} : std::move(parsed.get_object());
}

Keys policy_keys(const Policy &a, const Policy &b) {
    Keys keys;
    const auto compare = [&](const char *key, const auto &running, const auto &next) {
        if (!(running == next)) keys.push_back(std::string("policy.") + key);
    };
    compare("name", a.name, b.name);
    compare("self", a.self, b.self);
    compare("include", a.include, b.include);
    compare("exclude", a.exclude, b.exclude);
    compare("merge", a.merge, b.merge);
    compare("max_peers", a.max_peers, b.max_peers);
    compare("require_authenticated", a.require_authenticated, b.require_authenticated);
    compare("grace", a.grace, b.grace);
    compare("confirm", a.confirm, b.confirm);
    compare("guard", a.guard, b.guard);
    compare("max_removal", a.max_removal, b.max_removal);
    compare("removal_window", a.removal_window, b.removal_window);
    compare("hold", a.hold, b.hold);
    compare("prune", a.prune, b.prune);
    compare("remember", a.remember, b.remember);
    compare("min_peers", a.min_peers, b.min_peers);
    compare("expected_nodes", a.expected_nodes, b.expected_nodes);
    compare("first_looks", a.first_looks, b.first_looks);
    compare("links", a.links, b.links);
    compare("bridge", a.bridge, b.bridge);
    compare("connect_parallel", a.connect_parallel, b.connect_parallel);
    compare("connect_timeout", a.connect_timeout, b.connect_timeout);
    compare("backoff_initial", a.backoff_initial, b.backoff_initial);
    compare("backoff_max", a.backoff_max, b.backoff_max);
    compare("backoff_jitter", a.backoff_jitter, b.backoff_jitter);
    if (keys.empty() && !(a == b)) keys.emplace_back("policy"); // a member that is not listed above
    return keys;
}

bool same_sources(const Topology &a, const Topology &b) {
    return std::equal(a.sources.begin(), a.sources.end(), b.sources.begin(), b.sources.end(),
                      [](const Source &x, const Source &y) { return x.name == y.name; });
}

void add_settings(const Config &running, const Config &next, Plan &plan) {
    const auto refuse = [&](bool differs, const char *key) {
        if (differs) plan.refused.emplace_back(key);
    };
    refuse(running.state_dir != next.state_dir, "state_dir");
    refuse(running.name != next.name, "name");
    refuse(running.api.on != next.api.on, "api");
    refuse(running.api.socket != next.api.socket, "api.socket");
    refuse(running.api.control_group != next.api.control_group, "api.control_group");
    refuse(running.api.messages_group != next.api.messages_group, "api.messages_group");
    refuse(running.events.ring != next.events.ring, "events.ring");
    refuse(running.log != next.log, "log");
    refuse(running.plugins.isolate != next.plugins.isolate, "plugins.isolate");
    refuse(running.plugins.memory != next.plugins.memory || running.plugins.answer_timeout != next.plugins.answer_timeout,
           "plugins.limits");
    Keys keys;
    if (running.events.queue != next.events.queue) keys.emplace_back("events.queue");
    if (running.plugins != next.plugins) keys.emplace_back("plugins");
    if (running.api.listen != next.api.listen) keys.emplace_back("api.listen");
    if (running.api.read_token != next.api.read_token || running.api.control_token != next.api.control_token ||
        running.api.messages_token != next.api.messages_token)
        keys.emplace_back("api.tokens");
    if (running.api.hosts != next.api.hosts) keys.emplace_back("api.hosts");
    if (!keys.empty()) plan.parts.push_back({Kind::settings, Action::changed, {}, std::move(keys)});
}

// Something with a plugin and options: a connector, a sink.
template <class Part>
void compare_plugins(Kind kind, const Part &running, const Part &next, Keys keys, Plan &plan) {
    const Keys options = differing_options(running.options, next.options);
    keys.insert(keys.end(), options.begin(), options.end());
    if (running.isolate != next.isolate) keys.emplace_back("isolate");
    if (running.plugin != next.plugin) {
        plan.parts.push_back({kind, Action::rebuilt, next.name, {"plugin"}});
    } else if (!keys.empty()) {
        plan.parts.push_back({kind, Action::restarted, next.name, std::move(keys)});
    }
}

template <class List, class Compare>
void compare_lists(Kind kind, const List &running, const List &next, Plan &plan, Compare compare) {
    for (const auto &each : running) {
        if (find_named(next, each.name) == nullptr) plan.parts.push_back({kind, Action::removed, each.name, {}});
    }
    for (const auto &each : next) {
        const auto *before = find_named(running, each.name);
        if (before == nullptr) {
            plan.parts.push_back({kind, Action::added, each.name, {}});
        } else {
            compare(*before, each);
        }
    }
}

void compare_topologies(const Topology &running, const Topology &next, Plan &plan) {
    const Plan::Part *connector = plan.find(Kind::connector, next.connector);
    Keys why;
    if (running.connector != next.connector || (connector != nullptr && connector->action == Action::rebuilt))
        why.emplace_back("connector");
    if (!same_sources(running, next)) why.emplace_back("strategies");
    if (!why.empty()) {
        plan.parts.push_back({Kind::topology, Action::rebuilt, next.name, std::move(why)});
        return;
    }
    if (Keys keys = policy_keys(running.policy, next.policy); !keys.empty())
        plan.parts.push_back({Kind::topology, Action::changed, next.name, std::move(keys)});
    for (std::size_t i = 0; i < next.sources.size(); ++i) {
        const Source &before = running.sources[i], &after = next.sources[i];
        Keys keys = before.plugin == after.plugin ? differing_options(before.options, after.options) : Keys{"strategy"};
        if (before.isolate != after.isolate) keys.emplace_back("isolate");
        if (!keys.empty())
            plan.parts.push_back({Kind::strategy, Action::restarted, next.name + '.' + after.name, std::move(keys)});
    }
}

void collect_strings(const json::value &value, const std::string &path, std::set<std::pair<std::string, std::string>> &out) {
    if (const auto *object = value.if_object()) {
        for (const auto &member : *object) collect_strings(member.value(), path + '/' + std::string(member.key()), out);
    } else if (const auto *array = value.if_array()) {
        for (const auto &item : *array) {
            if (item.is_string()) out.emplace(path, std::string(item.get_string().data(), item.get_string().size()));
            if (item.is_object()) collect_strings(item, path, out);
        }
    }
}

} // namespace

const Plan::Part *Plan::find(Kind kind, std::string_view name) const {
    const auto found =
        std::find_if(parts.begin(), parts.end(), [&](const Part &part) { return part.kind == kind && part.name == name; });
    return found == parts.end() ? nullptr : &*found;
}

std::string_view to_string(Plan::Kind kind) {
    constexpr std::string_view words[] = {"connector", "topology", "strategy", "sink", "settings"};
    return words[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Plan::Action action) {
    constexpr std::string_view words[] = {"added", "removed", "restarted", "rebuilt", "changed"};
    return words[static_cast<std::size_t>(action)];
}

Plan plan_reload(const Config &running, const Config &next) {
    Plan plan;
    compare_lists(Kind::connector, running.connectors, next.connectors, plan,
                  [&](const auto &before, const auto &after) { compare_plugins(Kind::connector, before, after, {}, plan); });
    compare_lists(Kind::topology, running.topologies, next.topologies, plan,
                  [&](const auto &before, const auto &after) { compare_topologies(before, after, plan); });
    compare_lists(Kind::sink, running.sinks, next.sinks, plan, [&](const auto &before, const auto &after) {
        compare_plugins(Kind::sink, before, after, before.filter == after.filter ? Keys{} : Keys{"filter"}, plan);
    });
    add_settings(running, next, plan);
    return plan;
}

std::vector<std::string> differing_options(std::string_view running, std::string_view next) {
    if (running == next) return {};
    const json::object before = object_of(running), after = object_of(next);
    std::set<std::string> keys;
    for (const auto &member : before) {
        const auto *other = after.if_contains(member.key());
        if (other == nullptr || *other != member.value()) keys.insert("config." + std::string(member.key()));
    }
    for (const auto &member : after) {
        if (!before.contains(member.key())) keys.insert("config." + std::string(member.key()));
    }
    return {keys.begin(), keys.end()};
}

std::vector<std::string> removed_strings(std::string_view running, std::string_view next) {
    std::set<std::pair<std::string, std::string>> before, after;
    collect_strings(object_of(running), {}, before);
    collect_strings(object_of(next), {}, after);
    std::vector<std::string> removed;
    for (const auto &one : before) {
        if (!after.contains(one)) removed.push_back(one.second);
    }
    return removed;
}

std::vector<std::string> describe(const Plan &plan) {
    std::vector<std::string> lines;
    for (const Plan::Part &part : plan.parts) {
        std::string line(to_string(part.kind));
        if (!part.name.empty()) line += ' ' + part.name;
        line += ": " + std::string(to_string(part.action));
        for (std::size_t i = 0; i < part.keys.size(); ++i) line += (i == 0 ? ", by " : ", ") + part.keys[i];
        lines.push_back(std::move(line));
    }
    for (const std::string &key : plan.refused) lines.push_back(key + ": cannot be changed while kith runs");
    return lines;
}

} // namespace kith::core
