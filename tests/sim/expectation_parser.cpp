// SPDX-License-Identifier: MIT
#include <core/cluster/membership/glob.hpp>
#include <core/config/name_suggestions.hpp>
#include <kith/hosting/event_kind.hpp>
#include <tests/sim/expectation_parser.hpp>
#include <tests/sim/host_selection_parser.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace kith::sim {

namespace {

PeerExpectation read_peers(const JsonCursor &at, const Scenario &so_far) {
    PeerExpectation expected;
    if (!at.value().is_object()) {
        expected.exactly = parse_host_selection(at, so_far.hosts);
        return expected;
    }
    if (at.has("least")) expected.least = at["least"].number();
    if (at.has("most")) expected.most = at["most"].number();
    return expected;
}

EventPattern read_pattern(const JsonCursor &at, const Scenario &so_far) {
    EventPattern pattern{0, at.text("source"), at.text("reason"), {}};
    const std::string glob = at.text("kind");
    for (std::size_t kind = 0; kind < event_kind_names.size(); ++kind) {
        if (core::glob_match(glob, event_kind_names[kind])) pattern.kinds |= std::uint64_t{1} << kind;
    }
    if (pattern.kinds == 0) {
        const std::vector<std::string> kinds(event_kind_names.begin(), event_kind_names.end());
        at["kind"].error("there is no event kind " + core::in_quotes(glob) + core::did_you_mean(glob, kinds));
    }
    if (at.has("peer")) pattern.peer = parse_host_selection(at["peer"], so_far.hosts);
    return pattern;
}

void read_when(const JsonCursor &at, const Scenario &so_far, Expectation &out) {
    const bool throughout = at.has("from") && !at.has("by") && !at.has("at");
    if (at.has("at") + at.has("by") > 1 || (at.has("at") && at.has("from")) || (at.has("to") && !throughout)) {
        return at.error("expected `at`, or `by` (with or without `from`), or `from` (with or without `to`)");
    }
    out.when = at.has("at") ? Expectation::When::at : at.has("by") ? Expectation::When::by : Expectation::When::throughout;
    out.from = at.span("from");
    out.to = at.has("at") ? at.span("at") : at.has("by") ? at.span("by") : at.has("to") ? at.span("to") : so_far.duration;
    if (out.to < out.from) at.error("its end is before its begin");
    if (out.to > so_far.duration)
        at.error("this is after the end of the scenario: its `duration` is " + to_text(so_far.duration));
}

} // namespace

Expectation parse_expectation(const JsonCursor &at, const Scenario &so_far, std::string_view text) {
    Expectation out;
    out.json = boost::json::serialize(at.value());
    out.line = static_cast<std::uint32_t>(1 + std::count(text.begin(), text.begin() + at.at(), '\n'));
    read_when(at, so_far, out);
    out.hosts.up = true;
    if (at.has("hosts")) out.hosts = parse_host_selection(at["hosts"], so_far.hosts);
    out.topology = at.text("topology");
    int things = 0;
    const auto there = [&](std::string_view key) {
        things += at.has(key) ? 1 : 0;
        return at.has(key);
    };
    if (there("members")) out.members = read_peers(at["members"], so_far);
    if (there("links")) out.links = read_peers(at["links"], so_far);
    if (there("knows")) out.knows = parse_host_selection(at["knows"], so_far.hosts);
    if (there("stale")) out.stale = at["stale"].flag();
    if (there("ready")) out.ready = at["ready"].flag();
    if (there("some")) out.some = read_pattern(at["some"], so_far);
    if (there("never")) out.never = read_pattern(at["never"], so_far);
    if (things != 1) {
        at.error("expected one of `members`, `links`, `knows`, `stale`, `ready`, `some` and `never`, got " +
                 std::to_string(things));
    }
    if (out.some && out.when == Expectation::When::throughout)
        at.error("`some` needs `by`: the time until which the event is published");
    if (out.never && out.when != Expectation::When::throughout) at.error("`never` needs `from`, such as \"0s\"");
    return out;
}

} // namespace kith::sim
