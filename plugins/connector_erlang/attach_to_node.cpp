// SPDX-License-Identifier: MIT
#include "attach_to_node.hpp"

#include "find_local_node.hpp"
#include "node_cookie.hpp"
#include "tool_names.hpp"

namespace kith::erlang {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds handshake_step = 7s; // of a handshake, as a node allows it
constexpr std::chrono::nanoseconds plain_step = 2s;     // of the attempt without TLS

AttachResult failure(error why, AttachOutcome outcome = AttachOutcome::failed) { return {nullptr, std::move(why), outcome}; }

/// TLS with the node has failed. plain: of an attempt without it.
task<AttachResult> explain_tls_failure(InstanceContext &context, LocalNode node, error why, Dialler::Config plain) {
    bool is_plain = false;
    if (why.status != KITH_UNAUTHORIZED)
        is_plain = co_await speaks_plainly(context.net, node.place, context.new_tls_greeting(), std::move(plain),
                                           context.challenges, plain_step);
    if (is_plain)
        why = error(KITH_PROTOCOL, node.name + " on " + node.place.text() +
                                       " speaks plain TCP, and option tls is set: take it out, or run the node with "
                                       "-proto_dist inet_tls");
    const bool refused = why.status == KITH_UNAUTHORIZED || why.status == KITH_PROTOCOL;
    co_return failure(std::move(why), refused ? AttachOutcome::refused : AttachOutcome::failed);
}

AttachResult explain_failure(const LocalNode &node, error why, const DialReport &report) {
    using Fault = Dialler::Fault;
    using Outcome = AttachOutcome;
    switch (report.fault) {
    case Fault::none:
        if (why.status == KITH_REFUSED) why.text += ", " + node.by + ": it is down, ending or starting";
        return failure(std::move(why));
    case Fault::closed_name:
    case Fault::closed_status:
        if (node.highest != 0 && node.highest < 6)
            why.text += ", and EPMD reports that it supports version " + std::to_string(node.highest) +
                        " of the handshake at most: it is older than OTP 23, or no BEAM node, and cannot be driven";
        else
            why.text += ": possibly it is ending, or no BEAM node";
        return failure(std::move(why), Outcome::hung_up);
    case Fault::lacks_flags:
        why.text += (report.missing & ~flag::spawn) == 0
                        ? ": without spawn requests it cannot be driven; it is no BEAM node, or older than OTP 23"
                        : ": it cannot be driven; it is no BEAM node, or older than OTP 23";
        return failure(std::move(why), Outcome::refused);
    case Fault::tls:
        why.text += ": option tls must name the files by which kith enters it";
        return failure(std::move(why), Outcome::refused);
    case Fault::malformed:
    case Fault::not_allowed: return failure(std::move(why), Outcome::refused);
    default: break;
    }
    if (why.status != KITH_UNAUTHORIZED) return failure(std::move(why));
    why.text += ": option cookie or cookie_file must hold what erlang:get_cookie() says there";
    return failure(std::move(why), Outcome::refused);
}

} // namespace

task<AttachResult> attach_to_node(InstanceContext &context) {
    auto node = co_await find_local_node(context.net, context.files, context.environment, context.settings, handshake_step);
    if (!node) {
        const bool unlisted = node.status() == KITH_NOT_FOUND || node.status() == KITH_INVALID;
        const bool refused = node.status() == KITH_UNSUPPORTED;
        co_return failure(std::move(node).error(), refused    ? AttachOutcome::refused
                                                   : unlisted ? AttachOutcome::unlisted
                                                              : AttachOutcome::failed);
    }
    auto cookie = co_await find_cookie(context.files, context.environment, context.settings);
    if (!cookie) co_return failure(std::move(cookie).error());

    Dialler::Config config;
    config.name = attach_name(context.identity, host_part(node->name));
    config.peer = node->name;
    config.cookie = std::move(*cookie);
    config.creation = context.new_creation();
    config.challenge = context.new_challenge();
    etf::Pid self{config.name, 1, 0, config.creation};
    DialReport report;
    const Dialler::Config plain = config;
    auto connection = co_await dial(context.net, node->place, std::move(config), context.challenges, handshake_step, &report,
                                    context.tls_or_null());
    if (!connection && report.failed_in_tls)
        co_return co_await explain_tls_failure(context, *node, std::move(connection).error(), plain);
    if (!connection) co_return explain_failure(*node, std::move(connection).error(), report);
    auto session = std::make_shared<Session>(context.host, std::move(*connection), std::move(self), context.settings.max_frame);
    co_return AttachResult{std::move(session), error(KITH_OK), AttachOutcome::attached};
}

} // namespace kith::erlang
