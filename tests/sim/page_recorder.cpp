// SPDX-License-Identifier: MIT
#include <tests/sim/page_recorder.hpp>

#include <host/api/diagnosis.hpp>
#include <host/api/documents.hpp>
#include <host/api/json_writer.hpp>
#include <host/api/packed_peers.hpp>
#include <tests/sim/page_text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace kith::sim {

namespace json = boost::json;

namespace {

constexpr std::size_t number_bytes = 11;     // of a number and what separates it from the next one
constexpr std::size_t most_read_whole = 200; // peers; of more only those are read that events have named

std::int64_t milliseconds(Duration span) { return span.count() / 1'000'000; }

// No element of HTML begins within it, so nothing in it can end the script element that contains it.
std::string without_tags(std::string json) {
    for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', at)) json.replace(at, 1, "\\u003c");
    return json;
}

// Copies what the page draws and what does not change with each moment.
json::object copy(const json::object &from, std::initializer_list<std::string_view> keys) {
    json::object to;
    for (const std::string_view key : keys) to[key] = from.at(key);
    return to;
}

} // namespace

PageRecorder::PageRecorder(const Scenario &scenario, const std::vector<std::string> &hosts, std::size_t limit)
    : scenario_(scenario), limit_(limit) {
    for (const HostSettings &settings : scenario.hosts) {
        const bool wanted = hosts.empty() || std::find(hosts.begin(), hosts.end(), settings.name) != hosts.end();
        slots_.push_back(wanted ? hosts_.size() : scenario.hosts.size());
        if (wanted) hosts_.push_back({.name = settings.name});
    }
    wanted_hosts_ = hosts_.size();
}

PageRecorder::HostRecording *PageRecorder::recording_of(const Host &host) {
    const std::size_t slot = slots_[host.index()];
    return end_ == never && slot < hosts_.size() ? &hosts_[slot] : nullptr;
}

PageRecorder::Value PageRecorder::value(std::string json) {
    json = without_tags(std::move(json));
    if (const auto known = index_.find(json); known != index_.end()) return known->second;
    bytes_ += json.size() + 1;
    const auto number = static_cast<Value>(values_.size());
    values_.push_back(std::move(json));
    index_.emplace(values_.back(), number);
    return number;
}

PageRecorder::Value PageRecorder::text(std::string_view text) {
    std::string json;
    core::append_json_string(json, text);
    return value(std::move(json));
}

void PageRecorder::event(const Host &host, const core::StoredEvent &event, Duration now) {
    HostRecording *its = recording_of(host);
    if (its == nullptr) return;
    if (event.peer().empty()) {
        its->all_touched = its->all_touched || event.kind() != KITH_EVENT_OBSERVATION_OK;
    } else {
        its->touched.emplace(event.peer());
    }
    if (event.kind() == KITH_EVENT_OBSERVATION_OK) return; // each look publishes one, and the page does not list them
    // Number and time are those of the host's kith; what follows them is the same for all hosts.
    const std::string_view whole = event.json();
    its->events.emplace_back(milliseconds(now), value('{' + std::string(whole.substr(whole.find("\"kind\"")))));
    bytes_ += 2 * number_bytes + 2;
    keep_limit();
}

PageRecorder::Value PageRecorder::topologies(const core::EngineView &view) {
    app::ApiContext context;
    context.run = "sim";
    json::array out;
    const json::value document = json::parse(app::topologies_document(context, view));
    for (const json::value &one : document.at("topologies").as_array()) {
        json::object topology = copy(
            one.as_object(), {"name", "connector", "health", "reason", "ready", "stale", "peers", "linked", "paused_until"});
        json::array sources;
        for (const json::value &source : one.at("sources").as_array()) {
            json::object its = copy(source.as_object(), {"name", "plugin", "state", "reason", "peers", "failures"});
            its["last_look_age_seconds"] = nullptr;
            sources.push_back(std::move(its));
        }
        topology["sources"] = std::move(sources);
        topology["guard"] = copy(one.at("guard").as_object(), {"held", "until", "names"});
        out.push_back(std::move(topology));
    }
    return value(json::serialize(out));
}

PageRecorder::Value PageRecorder::connectors(const core::EngineView &view) {
    json::array out;
    const json::value document = json::parse(app::connectors_document(view));
    for (const json::value &one : document.at("connectors").as_array())
        out.push_back(copy(one.as_object(), {"name", "plugin", "attached", "node", "reason"}));
    return value(json::serialize(out));
}

PageRecorder::Peer PageRecorder::peer(const core::EngineView &view, const core::TopologyView &topology,
                                      const core::LiveTopology::PeerDetails &details, const HostRecording &host) {
    const core::LiveTopology &its = *topology.topology;
    std::string what;
    app::JsonWriter writer(what);
    writer.open('{').member("topology", its.name()).member("name", details.name).member("key", details.key);
    writer.key("sources").open('[');
    for (const core::SourceId source : details.sources) writer.value(its.source_name(source));
    writer.close(']').key("attributes").open('{');
    for (const auto &attribute : details.attributes) writer.member(attribute.name, attribute.value);
    writer.close('}').close('}');
    Peer out;
    out.key = text(std::string(its.name()) + '\n' + std::string(details.name));
    out.what = value(std::move(what));
    out.state = text(details.state);
    out.link = text(app::link_word(details.link));
    if (details.since != 0) out.since = (view.wall - static_cast<std::int64_t>(view.now - details.since)) / 1'000'000;
    // Its words change with each second, so they are taken when something else has changed.
    if (const auto last = host.last.find(out.key); last != host.last.end() && out.same_but_why(last->second)) {
        out.why = last->second.why;
    } else if (details.state != "wanted" || details.link != core::Reconciler::LinkStatus::State::linked) {
        const app::Diagnosis found = app::diagnose(view, topology, details.name);
        std::string why;
        app::JsonWriter(why)
            .open('{')
            .member("code", found.code)
            .member("cause", found.cause)
            .member("remedy", found.remedy)
            .close('}');
        out.why = value(std::move(why));
    }
    return out;
}

void PageRecorder::read_all(const core::EngineView &view, HostRecording &host, Frame &frame) {
    std::map<Value, Peer> found;
    for (const core::TopologyView &topology : view.topologies) {
        topology.topology->each_peer(view.now, [&](const core::LiveTopology::PeerDetails &details) {
            if (details.state == "local_node") return;
            const Peer one = peer(view, topology, details, host);
            found.emplace(one.key, one);
        });
    }
    for (const auto &[key, one] : found) {
        const auto last = host.last.find(key);
        if (last == host.last.end() || !one.same_but_why(last->second)) frame.peers.push_back(one);
    }
    for (const auto &[key, one] : host.last) {
        if (!found.contains(key)) frame.gone.push_back(key);
    }
    host.last = std::move(found);
}

void PageRecorder::read_touched(const core::EngineView &view, HostRecording &host, Frame &frame) {
    for (const std::string &name : host.touched) {
        for (const core::TopologyView &topology : view.topologies) {
            const Value key = text(std::string(topology.topology->name()) + '\n' + name);
            bool known = false;
            topology.topology->peer_details(name, view.now, [&](const core::LiveTopology::PeerDetails &details) {
                if (details.state == "local_node") return;
                known = true;
                const Peer one = peer(view, topology, details, host);
                const auto last = host.last.find(key);
                if (last == host.last.end() || !one.same_but_why(last->second)) frame.peers.push_back(one);
                host.last.insert_or_assign(key, one);
            });
            if (!known && host.last.erase(key) != 0) frame.gone.push_back(key);
        }
    }
}

void PageRecorder::changed(const Host &host, Duration now) {
    HostRecording *its = recording_of(host);
    if (its == nullptr) return;
    Frame frame{.at = milliseconds(now)};
    const Frame *last = its->frames.empty() ? nullptr : &its->frames.back();
    if (host.engine() == nullptr) {
        if (last != nullptr && last->started == never) return;
        its->last.clear();
        its->all_touched = true;
        frame.topologies = frame.connectors = value("[]");
        return add(*its, std::move(frame));
    }
    core::EngineView view = host.engine()->view();
    view.wall = now.count(); // so all times are those of the run
    frame.started = milliseconds(now - (host.machine().net().now() - host.started()));
    if (last == nullptr || last->started != frame.started) its->last.clear(), its->all_touched = true;
    frame.topologies = topologies(view);
    frame.connectors = connectors(view);
    its->all_touched || its->last.size() <= most_read_whole ? read_all(view, *its, frame) : read_touched(view, *its, frame);
    its->touched.clear();
    its->all_touched = false;
    if (last != nullptr && last->started == frame.started && last->topologies == frame.topologies &&
        last->connectors == frame.connectors && frame.peers.empty() && frame.gone.empty())
        return;
    add(*its, std::move(frame));
}

void PageRecorder::add(HostRecording &host, Frame frame) {
    Frame *last = host.frames.empty() ? nullptr : &host.frames.back();
    if (last == nullptr || last->at != frame.at || last->started != frame.started) {
        bytes_ += 6 * number_bytes;
        last = &host.frames.emplace_back(Frame{.at = frame.at, .started = frame.started});
    }
    last->topologies = frame.topologies;
    last->connectors = frame.connectors;
    const auto remove = [&](Value key) { std::erase_if(last->peers, [&](const Peer &peer) { return peer.key == key; }); };
    for (const Value key : frame.gone) remove(key);
    if (!last->peers.empty()) {
        for (const Peer &peer : frame.peers) remove(peer.key);
    }
    last->gone.insert(last->gone.end(), frame.gone.begin(), frame.gone.end());
    last->peers.insert(last->peers.end(), frame.peers.begin(), frame.peers.end());
    bytes_ += frame.gone.size() * number_bytes + frame.peers.size() * 6 * number_bytes;
    keep_limit();
}

void PageRecorder::mark_used(const HostRecording &host, std::vector<bool> &used) const {
    for (const auto &[at, event] : host.events) used[event] = true;
    for (const auto &[key, peer] : host.last) used[key] = true;
    for (const Frame &frame : host.frames) {
        used[frame.topologies] = used[frame.connectors] = true;
        for (const Value key : frame.gone) used[key] = true;
        for (const Peer &peer : frame.peers) {
            for (const Value one : {peer.key, peer.what, peer.state, peer.link}) used[one] = true;
            if (peer.why != no_value) used[peer.why] = true;
        }
    }
}

// Counts what is left, and forgets the values that nothing refers to.
void PageRecorder::count_bytes() {
    std::vector<bool> used(values_.size());
    bytes_ = 0;
    for (const HostRecording &host : hosts_) {
        mark_used(host, used);
        bytes_ += host.events.size() * (2 * number_bytes + 2);
        for (const Frame &frame : host.frames)
            bytes_ += 6 * number_bytes + frame.gone.size() * number_bytes + frame.peers.size() * 6 * number_bytes;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (used[i]) {
            bytes_ += values_[i].size() + 1;
        } else if (!values_[i].empty()) {
            index_.erase(values_[i]);
            std::string().swap(values_[i]);
        }
    }
}

void PageRecorder::keep_limit() {
    while (bytes_ > limit_ && hosts_.size() > 1) {
        hosts_.resize((hosts_.size() + 1) / 2);
        count_bytes();
    }
    while (bytes_ > limit_ && !hosts_.empty()) {
        HostRecording &host = hosts_.front();
        host.last.clear();
        const std::int64_t frame = host.frames.empty() ? never : host.frames.back().at;
        const std::int64_t event = host.events.empty() ? never : host.events.back().first;
        if ((end_ = std::max(frame, event)) == never) return;
        std::erase_if(host.frames, [&](const Frame &one) { return one.at == end_; });
        std::erase_if(host.events, [&](const auto &one) { return one.first == end_; });
        count_bytes();
    }
}

std::string PageRecorder::note() const {
    const std::string because =
        ", because it is limited to " + std::to_string(limit_ >> 20) + " MiB; --page-hosts chooses which hosts are recorded.";
    if (end_ != never)
        return "The recording contains only host " + hosts_.front().name + ", up to " +
               to_text(std::chrono::milliseconds(end_)) + because;
    if (hosts_.size() == wanted_hosts_) return {};
    return "The recording contains " + std::to_string(hosts_.size()) + " of " + std::to_string(wanted_hosts_) + " hosts" +
           because;
}

std::string PageRecorder::document(const SimulationResult &result, const std::string &again) const {
    std::vector<Value> numbers(values_.size(), no_value);
    std::vector<Value> in_order;
    const auto number = [&](Value value) -> Value {
        if (numbers[value] == no_value) {
            numbers[value] = static_cast<Value>(in_order.size());
            in_order.push_back(value);
        }
        return numbers[value];
    };
    const auto number_or_null = [](app::JsonWriter &writer, std::int64_t time) {
        time == never ? writer.null() : writer.value(time);
    };

    std::string out;
    app::JsonWriter writer(out);
    writer.open('{').member("version", KITH_VERSION).member("scenario", scenario_.file).member("about", scenario_.about);
    writer.member("seed", std::to_string(result.seed)).member("again", again).member("note", note());
    writer.member("end", end_ == never ? milliseconds(result.lived) : end_);
    writer.key("faults").open('[');
    for (const Fault &fault : scenario_.faults) {
        writer.open('{').member("at", milliseconds(fault.at)).key("until");
        number_or_null(writer, fault.until ? milliseconds(*fault.until) : never);
        writer.member("text", fault.json).close('}');
    }
    writer.close(']').key("failures").open('[');
    for (const Failure &failure : result.failures) {
        writer.open('{').member("at", milliseconds(failure.at)).member("host", failure.host);
        writer.member("what", failure.what + (failure.json.empty() ? "" : ": " + failure.json)).close('}');
    }
    writer.close(']').key("hosts").open('[');
    for (const HostRecording &host : hosts_) {
        writer.open('{').member("name", host.name).key("frames").open('[');
        for (const Frame &frame : host.frames) {
            writer.open('[').value(frame.at);
            number_or_null(writer, frame.started);
            writer.value(number(frame.topologies)).value(number(frame.connectors)).open('[');
            for (const Peer &peer : frame.peers) {
                writer.open('[').value(number(peer.what)).value(number(peer.state)).value(number(peer.link));
                number_or_null(writer, peer.since);
                peer.why == no_value ? writer.null() : writer.value(number(peer.why));
                writer.close(']');
            }
            writer.close(']').open('[');
            for (const Value key : frame.gone) writer.value(number(key));
            writer.close(']').close(']');
        }
        writer.close(']').key("events").open('[');
        for (const auto &[at, event] : host.events) writer.open('[').value(at).value(number(event)).close(']');
        writer.close(']').close('}');
    }
    writer.close(']').key("values").open('[');
    for (const Value value : in_order) writer.raw(values_[value]);
    writer.close(']').close('}');
    return std::string(page_before_recording) + without_tags(std::move(out)) + std::string(page_after_recording);
}

} // namespace kith::sim
