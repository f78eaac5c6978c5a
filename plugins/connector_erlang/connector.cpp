// SPDX-License-Identifier: MIT
//
// Joins and parts BEAM nodes from outside: attaches to the local node as a hidden one, and has it connect and disconnect.
#include "application/application_cluster.hpp"
#include "attach_to_node.hpp"
#include "find_local_node.hpp"
#include "link_reporter.hpp"
#include "peer_operations.hpp"
#include "schema.hpp"

#include <kith/plugin.hpp>

#include <algorithm>
#include <memory>

namespace kith::erlang {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds facts_bound = 1s; // of each question to the node about itself

class ErlangConnector final : public connector {
  public:
    static constexpr kith::about about{
        .id = "erlang",
        .version = "0.1.0",
        .licence = "MIT",
        .summary = "Joins BEAM nodes (Erlang, Elixir, Gleam) over the Erlang distribution, from outside",
        .options = options_schema,
        .flags = KITH_FLAG_TRUSTS_PEERS,
        .prune = KITH_PRUNE_KEEP,
    };
    using required = services<options, timer, clock, random, tcp, file, kith::env>;
    using optional = services<kith::tls>; // a draft
    static constexpr auto &env = variables_read;

    explicit ErlangConnector(host h)
        : connector(h),
          timer_(h),
          context_(h, log),
          reporter_(context_, links),
          cluster_(context_.settings.application == nullptr
                       ? nullptr
                       : std::make_unique<ApplicationCluster>(*context_.settings.application, context_, reporter_)),
          peers_(context_, reporter_, cluster_.get()) {}

    task<void> run() override {
        if (context_.tls) spawn(context_.tls->prepare_early());
        ReattachDelay delays;
        for (;;) {
            AttachResult attempt = co_await attach_to_node(context_);
            if (attempt.session) {
                attempt.why = co_await serve(attempt.session);
                if (!reporter_.attached())
                    attempt.outcome = attempt.session->answered() ? AttachOutcome::failed : AttachOutcome::hung_up;
                else
                    reported_.clear();
            }
            const auto delay = delays.next(attempt.outcome, context_.clock.monotonic());
            if (delays.seems_not_to_listen() && attempt.why.status == KITH_NOT_FOUND)
                attempt.why.text += "; it was never listed since kith started, so if it runs it does not listen, and then it "
                                    "cannot be driven; it is looked for every half minute";
            detach(attempt.why);
            co_await timer_.sleep(context_.random.around(delay.mean, delay.jitter));
        }
    }

    task<void> farewell() override {
        if (session_) session_->close(error(KITH_CANCELLED)); // the links of the node stay as they are
        co_return;
    }

    task<result<void>> connect(peer to) override {
        if (!reporter_.attached()) co_return not_attached();
        co_return co_await peers_.connect(session_, std::move(to));
    }

    task<result<void>> disconnect(peer from) override {
        if (!reporter_.attached()) co_return not_attached();
        co_return co_await peers_.disconnect(session_, std::move(from));
    }

    void refresh() override { reporter_.relist(); }

  private:
    static error not_attached() { return error(KITH_UNAVAILABLE, "the local node is not attached"); }

    /// Returns when the session has ended, with the reason.
    task<error> serve(std::shared_ptr<Session> session) {
        session_ = session;
        reporter_.begin();
        spawn(write(session));
        spawn(watch(session));
        if (cluster_) spawn(work(session));
        co_return co_await session->read(
            [this, raw = session.get()](Relay::Event event) { reporter_.hear(*raw, std::move(event)); });
    }

    static task<void> write(std::shared_ptr<Session> session) { co_await session->write(); }

    task<void> work(std::shared_ptr<Session> session) { co_await cluster_->run(session); }

    task<void> watch(std::shared_ptr<Session> session) {
        const auto timeout = context_.settings.call_timeout;
        auto user = co_await session->call("erlang", "whereis", atom_list("user"), timeout);
        if (user && user->returned && user->term().kind() == etf::Kind::pid) session->group_leader(user->value);
        NodeFacts facts;
        if (user) facts = co_await ask_facts(*session, std::min<std::chrono::nanoseconds>(facts_bound, timeout));
        if (session->closed()) co_return;
        const auto tick_time = facts.tick_time;
        peers_.facts(std::move(facts));
        co_await reporter_.run(session, tick_time);
    }

    void detach(const error &why) {
        session_.reset();
        if (cluster_) cluster_->end();
        reporter_.end();
        peers_.facts({});
        context_.refused.clear();
        if (why.text != reported_ && links.detached(why) >= 0) reported_ = why.text;
    }

    timer timer_;
    InstanceContext context_;
    LinkReporter reporter_;
    std::unique_ptr<ApplicationCluster> cluster_; // null: links alone
    PeerOperations peers_;
    std::shared_ptr<Session> session_;
    std::string reported_; // reason of the last connector.detached
};

} // namespace
} // namespace kith::erlang

KITH_PLUGIN(kith::erlang::ErlangConnector)
