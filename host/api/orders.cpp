// SPDX-License-Identifier: MIT
#include "orders.hpp"

#include "duration.hpp"
#include "errors.hpp"
#include "json_writer.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace kith::app {

namespace {

using Kind = core::Order::Kind;

constexpr core::Time usual_duration = 3'600 * core::one_second;

ApiAnswer bad_order(const std::string &message, std::string_view remedy) {
    return error_answer(400, "malformed", message, remedy);
}

// What the topology answered, as an answer of HTTP.
ApiAnswer refused_order(Kind kind, const core::Status &status) {
    switch (status.status) {
    case KITH_NOT_FOUND:
        return error_answer(404, "not_found", status.text, "GET /v1/peers lists the peers, and /v1/topologies the topologies.");
    case KITH_BUSY: return error_answer(409, "paused", status.text, "Resume the topology first.");
    case KITH_LIMIT: return error_answer(429, "too_many_holds", status.text, "End holds that are not needed, by for=0.");
    case KITH_CANCELLED: return error_answer(503, "stopping", status.text, "Ask again when kith runs.");
    case KITH_STALE: break;
    default: return error_answer(409, "not_a_peer", status.text, "`kith why` explains how it stands.");
    }
    if (kind == Kind::confirm)
        return error_answer(409, "hold_changed", status.text,
                            "Look at what is held now: GET /v1/topologies/NAME, and confirm the id that is there.");
    return kind == Kind::resume ? error_answer(409, "not_paused", status.text, "Nothing: it goes on already.")
                                : error_answer(409, "not_held", status.text, "Nothing: it is treated like any other peer.");
}

// The member `hold` of the body; nothing when the body is not {"hold": "ID"}.
std::optional<std::string> hold_of(std::string_view body) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(boost::json::string_view(body.data(), body.size()), error);
    const auto *fields = error ? nullptr : parsed.if_object();
    const auto *hold = fields == nullptr || fields->size() != 1 ? nullptr : fields->if_contains("hold");
    if (hold == nullptr || !hold->is_string()) return std::nullopt;
    return std::string(hold->get_string().data(), hold->get_string().size());
}

const core::LiveTopology *ordered_topology(const core::EngineView &view, std::string_view name) {
    const auto found = std::find_if(view.topologies.begin(), view.topologies.end(),
                                    [&](const core::TopologyView &one) { return one.topology->name() == name; });
    return found == view.topologies.end() ? nullptr : found->topology;
}

} // namespace

std::string hold_id(const ApiContext &context, std::uint64_t hold) { return context.run + '.' + std::to_string(hold); }

ApiAnswer carry_out(const ApiContext &context, const core::EngineView &view, Kind kind, const Target &target,
                    std::string_view body) {
    const std::string &name = target.path[2];
    const core::LiveTopology *topology = ordered_topology(view, name);
    if (topology == nullptr)
        return error_answer(404, "not_found", "there is no topology `" + name + "`",
                            "GET /v1/topologies lists those there are.");
    core::Order order{kind, target.path.size() > 4 ? target.path[4] : std::string{}, 0, 0};
    if (kind == Kind::pause || kind == Kind::hold) {
        const std::string *given = target.find("for");
        const auto duration = given == nullptr ? std::optional(usual_duration) : parse_duration(*given);
        if (!duration || *duration > core::Order::longest || (*duration == 0 && kind == Kind::pause))
            return bad_order("`for` is no time of at most 7 d", "Write it like 90s, 15m, 12h or 7d.");
        order.duration = *duration;
    }
    std::size_t held = 0;
    if (kind == Kind::confirm) {
        const auto hold = hold_of(body);
        if (!hold) return bad_order("the body is not {\"hold\": \"ID\"}", "Send the `id` of `guard` in /v1/topologies/NAME.");
        order.hold = topology->removal_hold();
        held = topology->guarded();
        if (order.hold != 0 && *hold != hold_id(context, order.hold))
            return refused_order(kind, {KITH_STALE, "the hold has changed since: it is " + hold_id(context, order.hold) +
                                                        " now, of " + std::to_string(held) + " peers"});
    }
    const core::Status status = context.order(name, order);
    if (!status) return refused_order(kind, status);

    ApiAnswer answer;
    JsonWriter json(answer.body);
    json.open('{').member("topology", name);
    const std::int64_t until = view.wall + static_cast<std::int64_t>(order.duration);
    switch (kind) {
    case Kind::pause: json.key("paused_until").time(until); break;
    case Kind::resume: json.member("resumed", true); break;
    case Kind::confirm: json.member("confirmed", held); break;
    case Kind::hold:
        json.member("peer", order.peer).key("held_until");
        order.duration == 0 ? json.null() : json.time(until);
        break;
    case Kind::forget: json.member("peer", order.peer).member("forgotten", true); break;
    }
    json.close('}');
    return answer;
}

} // namespace kith::app
