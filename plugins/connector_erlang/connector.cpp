// SPDX-License-Identifier: MIT
//
// Joins and parts BEAM nodes from outside: attaches to the local node as a hidden one, and has it connect and disconnect.
#include "attach_name.hpp"
#include "distribution_tls.hpp"
#include "link_history.hpp"
#include "local_node.hpp"
#include "name_pattern.hpp"
#include "node_facts.hpp"
#include "probe.hpp"
#include "schema.hpp"
#include "session.hpp"
#include "settings.hpp"

#include "etf/text.hpp"

#include <kith/clock.hpp>
#include <kith/plugin.hpp>

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace kith::erlang {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds handshake_step = 7s; // of a handshake, as a node allows it
constexpr nanoseconds probe_step = 2s;     // of a probe
constexpr nanoseconds slow = 5s;           // a connect that took so long has waited for a peer that says nothing
constexpr nanoseconds slow_probe_step = 400ms;
constexpr nanoseconds first_pause = 250ms; // before attaching anew
constexpr nanoseconds longest_pause = 3s;
constexpr nanoseconds refused_pause = 34s; // less than 2 attempts a minute, since each is a line in the node's log
constexpr int most_hang_ups = 3;           // in a row, until a node that hangs up on us is taken for one that refuses us
constexpr nanoseconds refused_peer = 60s;  // a peer's refusal stands so long; each attempt and its probe are 2 lines in its log
constexpr std::size_t most_refusals = 1024; // beyond which those that stand no more are forgotten
constexpr nanoseconds facts_bound = 1s;     // of each question to the node about itself

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
          host_(h),
          timer_(h),
          clock_(h),
          random_(h),
          net_(h),
          files_(h),
          env_(h),
          settings_(read_settings(options(h))),
          relist_(h),
          identity_(random_()) {
        epmd_port_ = epmd_port(settings_, env_);
        if (settings_.tls.wanted)
            tls_.emplace(h, files_, settings_.tls, [this](const std::string &file, const std::string &options) {
                log.warning("the file of option tls.optfile has options that kith passes over",
                            {{"file", file}, {"options", options}});
            });
    }

    task<void> run() override {
        nanoseconds pause = first_pause;
        for (;;) {
            error why(KITH_INTERNAL);
            refused_ = hung_up_ = false;
            if (auto session = co_await attach(); session) {
                why = co_await serve(*session);
                if (attached_) pause = first_pause;
                hung_up_ = !attached_ && !(*session)->answered();
            } else {
                why = std::move(session).error();
            }
            hang_ups_ = hung_up_ ? hang_ups_ + 1 : 0;
            detach(why);
            const bool hopeless = refused_ || hang_ups_ >= most_hang_ups;
            co_await timer_.sleep(hopeless ? random_.around(refused_pause, 0.1) : random_.around(pause, 0.2));
            pause = std::min(pause * 2, longest_pause);
        }
    }

    task<void> farewell() override {
        if (session_) session_->close(error(KITH_CANCELLED)); // the links of the node stay as they are
        co_return;
    }

    task<result<void>> connect(peer to) override {
        const auto session = session_;
        if (!session || !attached_) co_return not_attached();
        if (auto good = check_name(*session, to.name); !good) co_return good;
        if (may_be_tool(to.name)) asked_for_.insert(to.name);
        if (const error *why = refusal_of(to.name)) co_return *why;
        if (auto set = co_await set_cookie(*session, to.name); !set) co_return set;

        const auto begun = clock_.monotonic();
        auto reply = co_await call(*session, settings_.connect, to.name);
        if (!reply) co_return std::move(reply).error();
        if (good(*reply)) co_return joined(to.name);
        if (said(*reply, "ignored"))
            co_return error(KITH_UNAVAILABLE,
                            "the node " + session->node().name + " is not distributed any more (net_kernel is stopped)");
        if (!said(*reply, "false") || settings_.connect.module != "net_kernel")
            co_return error(KITH_UNAVAILABLE, settings_.connect.text(1) + " for " + to.name + ' ' +
                                                  (reply->returned ? "returned " : "") + reply->text);
        const std::string name = to.name;
        const bool late = clock_.monotonic() - begun >= slow;
        Verdict verdict = co_await why_false(*session, std::move(to), late ? slow_probe_step : probe_step);
        if (verdict.unexplained && !late && !session->closed()) {
            // A node that has just parted from a peer says false about once in two hundred.
            reply = co_await call(*session, settings_.connect, name);
            if (reply && good(*reply)) co_return joined(name);
        }
        verdict.why.text = session->node().name + " could not join " + name + ": " + verdict.why.text;
        if (verdict.refused && session_ == session) refused_by(name, verdict.why);
        co_return verdict.why;
    }

    task<result<void>> disconnect(peer from) override {
        const auto session = session_;
        if (!session || !attached_) co_return not_attached();
        if (auto good = check_name(*session, from.name, false); !good) co_return good;
        auto reply = co_await call(*session, settings_.disconnect, from.name);
        if (!reply) co_return std::move(reply).error();
        if (settings_.custom_list || !news_of_all_) relist_.notify();
        // erlang:disconnect_node/1 says false when there was no link.
        if (good(*reply) || (said(*reply, "false") && links_.find(from.name) == links_.end())) co_return result<void>();
        co_return error(KITH_UNAVAILABLE, settings_.disconnect.text(1) + " for " + from.name + ' ' +
                                              (reply->returned ? "returned " : "") + reply->text);
    }

    void refresh() override { relist_.notify(); }

  private:
    enum class Type : std::uint8_t { unknown, visible, hidden };

    // ---- attachment ----

    task<result<std::shared_ptr<Session>>> attach() {
        auto node = co_await find_local_node(net_, files_, env_, settings_, handshake_step);
        if (!node) {
            refused_ = node.status() == KITH_UNSUPPORTED;
            co_return std::move(node).error();
        }
        auto cookie = co_await find_cookie(files_, env_, settings_);
        if (!cookie) co_return std::move(cookie).error();

        Dialler::Config config;
        config.name = own_name_ = attach_name(identity_, host_part(node->name));
        config.peer = node->name;
        config.cookie = std::move(*cookie);
        config.creation = creation();
        config.challenge = static_cast<std::uint32_t>(random_());
        etf::Pid self{config.name, 1, 0, config.creation};
        DialReport report;
        const Dialler::Config plain = config;
        auto connection =
            co_await dial(net_, node->place, std::move(config), challenges_, handshake_step, &report, tls_ ? &*tls_ : nullptr);
        if (!connection && report.failed_in_tls)
            co_return co_await cannot_secure(*node, std::move(connection).error(), std::move(plain));
        if (!connection) co_return cannot_enter(*node, std::move(connection).error(), report);
        co_return std::make_shared<Session>(host_, std::move(*connection), std::move(self), settings_.max_frame);
    }

    task<error> cannot_secure(LocalNode node, error why, Dialler::Config plain) {
        bool is_plain = false;
        if (why.status != KITH_UNAUTHORIZED)
            is_plain = co_await speaks_plainly(net_, node.place, std::move(plain), challenges_, probe_step);
        if (is_plain)
            why = error(KITH_PROTOCOL, node.name + " on " + node.place.text() +
                                           " speaks plain TCP, and option tls is set: take it out, or run the node with "
                                           "-proto_dist inet_tls");
        // Each attempt is a line in the node's log.
        refused_ = why.status == KITH_UNAUTHORIZED || why.status == KITH_PROTOCOL;
        co_return why;
    }

    error cannot_enter(const LocalNode &node, error why, const DialReport &report) {
        using Fault = Dialler::Fault;
        switch (report.fault) {
        case Fault::none:
            if (why.status == KITH_REFUSED) why.text += ", " + node.by + ": it is down, ending or starting";
            break;
        case Fault::closed_name:
        case Fault::closed_status:
            hung_up_ = true;
            if (node.highest != 0 && node.highest < 6)
                why.text += ", and EPMD says that it knows version " + std::to_string(node.highest) +
                            " of the handshake at most: it is older than OTP 23, or no BEAM node, and cannot be driven";
            else
                why.text += ": possibly it is ending, or no BEAM node";
            break;
        case Fault::lacks_flags:
            refused_ = true;
            why.text += (report.missing & ~flag::spawn) == 0
                            ? ": without spawn requests it cannot be driven; it is no BEAM node, or older than OTP 23"
                            : ": it cannot be driven; it is no BEAM node, or older than OTP 23";
            break;
        case Fault::tls:
            refused_ = true;
            why.text += ": option tls must name the files by which kith enters it";
            break;
        case Fault::malformed:
        case Fault::not_allowed: refused_ = true; break;
        default:
            if (why.status != KITH_UNAUTHORIZED) break;
            refused_ = true;
            why.text += ": option cookie or cookie_file must hold what erlang:get_cookie() says there";
        }
        return why;
    }

    // A node takes 4 and above for one that another incarnation may have.
    std::uint32_t creation() const noexcept { return static_cast<std::uint32_t>(random_()) | 4; }

    task<error> serve(std::shared_ptr<Session> session) {
        session_ = session;
        attached_ = false;
        news_of_all_ = true;
        relist_.reset();
        spawn(write(session));
        spawn(keep(session));
        co_return co_await session->read([this, raw = session.get()](Relay::Event event) { hear(*raw, std::move(event)); });
    }

    static task<void> write(std::shared_ptr<Session> session) { co_await session->write(); }

    void detach(const error &why) {
        session_.reset();
        attached_ = false;
        links_.clear();
        others_.clear();
        refusals_.clear();
        history_.out_of_sight();
        facts_ = {};
        if (why.text != detached_for_ && links.detached(why) >= 0) detached_for_ = why.text;
    }

    bool attached(Session &session) {
        const std::string &name = session.node().name;
        if (const auto status = links.attached(name); status < 0) {
            session.close(error(status, "the host does not take " + name + " as its node"));
            return false;
        }
        attached_ = true;
        detached_for_.clear();
        if (!last_node_.empty() && last_node_ != name)
            log.warning("the driven node has another name now", {{"before", last_node_}, {"now", name}});
        last_node_ = name;
        return true;
    }

    // ---- links ----

    // Lists the links: at first, every so often, and when asked to. With the default list_nodes the first comes from the relay.
    task<void> keep(std::shared_ptr<Session> session) {
        auto user = co_await session->call("erlang", "whereis", atom_list("user"), settings_.call_timeout);
        if (user && user->returned && user->term().kind() == etf::Kind::pid) session->group_leader(user->value);
        if (user) {
            NodeFacts facts = co_await ask_facts(*session, std::min<nanoseconds>(facts_bound, settings_.call_timeout));
            if (session_ == session) facts_ = std::move(facts);
        }
        listen(*session);
        if (settings_.custom_list) {
            co_await list(*session);
        } else {
            const auto until = clock_.monotonic() + settings_.call_timeout;
            while (!attached_ && news_of_all_ && !session->closed() && clock_.monotonic() < until)
                if (!co_await relist_.wait_for(until - clock_.monotonic())) break;
            if (!attached_ && !news_of_all_ && !session->closed()) co_await list(*session);
            if (!attached_ && !session->closed()) session->close(mute(*session));
        }
        while (!session->closed()) {
            (void)co_await relist_.wait_for(settings_.custom_list ? settings_.poll_interval : settings_.reconcile_interval);
            if (session->closed()) break;
            if (relay_due_) listen(*session);
            co_await list(*session);
        }
    }

    error mute(const Session &session) const {
        return error(KITH_TIMED_OUT, "the node " + session.node().name +
                                         " takes messages and does not answer: it hangs or is overloaded" +
                                         (session.answered() ? "" : ", or is no BEAM node and cannot be driven"));
    }

    task<void> list(Session &session) {
        for (int attempt = 0; attempt < 3; ++attempt) {
            const auto heard = session.heard();
            const auto news = news_;
            auto reply = co_await session.call(settings_.list_nodes.module, settings_.list_nodes.function,
                                               settings_.list_nodes.list(), settings_.call_timeout);
            if (session.closed()) co_return;
            if (!reply) {
                if (reply.status() == KITH_TIMED_OUT && session.heard() == heard)
                    session.close(mute(session));
                else
                    log.warning("the links could not be listed", {{"reason", reply.error().text}});
                co_return;
            }
            // What was heard meanwhile may be older or newer than the list: ask again.
            if (news != news_ && !settings_.custom_list) continue;
            const auto names = names_in(*reply);
            if (!names) {
                const std::string text = settings_.list_nodes.text(0) + (reply->returned ? " returned " : " ") + reply->text;
                if (!attached_)
                    session.close(error(KITH_INVALID, text + ": option list_nodes must give a list of names"));
                else
                    log.warning("the links could not be listed", {{"reason", text}});
                co_return;
            }
            replace_links(session, *names);
            co_return;
        }
    }

    // A list of atoms, binaries or strings.
    static std::optional<std::vector<std::string>> names_in(const Session::Reply &reply) {
        if (!reply.returned || reply.term().kind() != etf::Kind::list) return std::nullopt;
        std::vector<std::string> names;
        etf::Elements elements = reply.term().elements();
        while (elements.left() != 0) {
            const etf::Term element = elements.next();
            if (auto atom = element.atom())
                names.push_back(std::move(*atom));
            else if (auto bytes = element.bytes())
                names.emplace_back(*bytes);
            else
                return std::nullopt;
        }
        return names;
    }

    void hear(Session &session, Relay::Event event) {
        using Kind = Relay::Event::Kind;
        ++news_;
        switch (event.kind) {
        case Kind::listing:
            if (!settings_.custom_list) hear_listing(session, event);
            break;
        case Kind::up:
            if (settings_.custom_list)
                relist_.notify();
            else if (attached_)
                add(event.name, event.hidden ? Type::hidden : Type::visible);
            break;
        case Kind::down:
            if (settings_.custom_list)
                relist_.notify();
            else if (attached_)
                remove(session, event.name, event.why);
            break;
        case Kind::fell_back:
            news_of_all_ = false;
            log.info("the node has no erl_eval: hidden links are known by listing alone", {{"reason", event.why}});
            relist_.notify();
            break;
        case Kind::ended: on_relay_ended(session, event.why); break;
        }
    }

    // Anew at once; but one that ends again and again must not keep us and the node busy.
    void on_relay_ended(Session &session, const std::string &why) {
        if (!attached_ && !settings_.custom_list)
            return session.close(
                error(KITH_UNAVAILABLE, "the relay of node events cannot run in " + session.node().name + ": " + why));
        log.warning("the relay of node events ended; it is started anew", {{"reason", why}});
        if (clock_.monotonic() - relay_begun_ < 1s)
            relay_due_ = true;
        else
            listen(session);
    }

    void listen(Session &session) {
        relay_begun_ = clock_.monotonic();
        relay_due_ = false;
        session.listen();
    }

    void hear_listing(Session &session, const Relay::Event &event) {
        const bool first = !attached_;
        if (first && !attached(session)) return;
        links_.clear();
        others_.clear();
        for (const auto &name : event.visible_nodes) sort_in(name, Type::visible);
        for (const auto &name : event.hidden_nodes) sort_in(name, Type::hidden);
        tell_all(session);
        if (first) relist_.notify();
    }

    // A program that connects for a moment, or what option ignore names. What was asked for is a peer, whatever it is called.
    bool is_no_peer(const std::string &name, Type type) const {
        for (const std::string &pattern : settings_.ignore)
            if (matches(pattern, name)) return true;
        if (settings_.custom_list || asked_for_.contains(name)) return is_tool(name);
        return is_tool(name) || (type == Type::hidden && may_be_tool(name));
    }

    void sort_in(const std::string &name, Type type) {
        if (is_no_peer(name, type)) {
            others_[name] = type;
        } else {
            links_[name] = type;
            history_.was_up(name);
        }
    }

    void add(const std::string &name, Type type) {
        if (is_no_peer(name, type)) {
            others_[name] = type;
            return;
        }
        if (!links_.emplace(name, type).second) return;
        history_.up(name, clock_.monotonic());
        refusals_.erase(name);
        links.up(link_of(name, type));
    }

    void remove(const Session &session, const std::string &name, const std::string &why) {
        others_.erase(name);
        if (links_.erase(name) == 0) return;
        links.down(name, history_.down(name, clock_.monotonic(), why, session.node().name, facts_.tick_time));
    }

    void replace_links(Session &session, const std::vector<std::string> &names) {
        if (!attached_ && !attached(session)) return;
        const auto before = std::exchange(links_, {});
        const auto others = std::exchange(others_, {});
        for (const auto &name : names) {
            const auto link = before.find(name);
            const auto other = others.find(name);
            sort_in(name, link != before.end() ? link->second : other != others.end() ? other->second : Type::unknown);
        }
        tell_all(session);
    }

    void tell_all(Session &session) const {
        std::vector<link> list;
        list.reserve(links_.size());
        for (const auto &[name, type] : links_) list.push_back(link_of(name, type));
        if (const auto status = links.all(list); status < 0)
            session.close(error(status, "the host does not take the links of " + session.node().name));
    }

    static link link_of(const std::string &name, Type type) {
        link one{name};
        if (type != Type::unknown) one.attributes.push_back({"type", type == Type::hidden ? "hidden" : "visible"});
        return one;
    }

    // ---- joining and parting ----

    static error not_attached() { return error(KITH_UNAVAILABLE, "the local node is not attached"); }

    result<void> check_name(const Session &session, const std::string &name, bool to_join = true) const {
        // It becomes an atom.
        const auto characters =
            std::count_if(name.begin(), name.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
        if (name.empty() || characters > 255)
            return error(KITH_INVALID, "a node's name has 1 to 255 characters, this one " + std::to_string(characters));
        if (settings_.connect.module != "net_kernel") return {};
        if (alive_part(name).empty() || host_part(name).empty() || host_part(name).find('@') != std::string_view::npos)
            return error(KITH_INVALID,
                         "the name " + name + " is no Erlang node's: expected name@host; policy.name can build it");
        if (auto fault = fault_of_name_kind(facts_, session.node().name, name); to_join && !fault.empty())
            return error(KITH_INVALID, std::move(fault));
        return {};
    }

    result<void> joined(const std::string &name) {
        if (const auto other = others_.find(name); other != others_.end()) { // it was up already, and looked like a tool
            const Type type = other->second;
            others_.erase(other);
            add(name, type);
        }
        if (settings_.custom_list || !news_of_all_) relist_.notify();
        return {};
    }

    void refused_by(const std::string &name, const error &why) {
        const nanoseconds now = clock_.monotonic();
        if (refusals_.size() >= most_refusals)
            std::erase_if(refusals_, [now](const auto &one) { return one.second.until <= now; });
        refusals_[name] = {why, now + refused_peer};
    }

    const error *refusal_of(const std::string &name) {
        const auto found = refusals_.find(name);
        if (found == refusals_.end()) return nullptr;
        if (clock_.monotonic() < found->second.until) return &found->second.why;
        refusals_.erase(found);
        return nullptr;
    }

    task<result<Session::Reply>> call(Session &session, const Mfa &mfa, const std::string &name) const {
        return session.call(mfa.module, mfa.function, mfa.list_with_atom(name), settings_.call_timeout);
    }

    task<result<void>> set_cookie(Session &session, std::string name) const {
        const PairCookie pair = cookie_of_pair(settings_, session.node().name, name);
        if (pair.cookie == nullptr || pair.cookie->empty()) co_return result<void>();
        auto reply =
            co_await session.call("erlang", "set_cookie", atom_list(name, pair.cookie->text()), settings_.call_timeout);
        if (!reply) co_return std::move(reply).error();
        if (!said(*reply, "true"))
            co_return error(KITH_INVALID, "the node did not take the cookie of " + name); // its answer may hold it
        co_return result<void>();
    }

    static bool said(const Session::Reply &reply, std::string_view atom) noexcept {
        return reply.returned && reply.term().is_atom(atom);
    }

    // true, ok, {ok, _}
    static bool good(const Session::Reply &reply) noexcept {
        if (!reply.returned) return false;
        const etf::Term term = reply.term();
        return term.is_atom("true") || term.is_atom("ok") || (term.is_tuple(2) && term.elements().next().is_atom("ok"));
    }

    task<Verdict> why_false(Session &session, peer to, nanoseconds bound) {
        Probe probe;
        probe.peer = to.name;
        probe.name = own_name_;
        probe.node = session.node().name;
        probe.facts = facts_;
        probe.epmd_port = epmd_port_;
        probe.driven_port = settings_.port;
        const PairCookie pair = cookie_of_pair(settings_, probe.node, probe.peer);
        if (pair.cookie != nullptr && !pair.cookie->empty()) {
            probe.login = pair.for_the_two ? Probe::Login::of_the_two : Probe::Login::of_option;
            probe.cookie = *pair.cookie;
        } else if (auto cookie = co_await find_cookie(files_, env_, settings_); cookie) {
            probe.cookie = std::move(*cookie);
        } else {
            probe.login = Probe::Login::without_cookie;
            probe.fault_of_cookie = cookie.error().text;
        }
        probe.creation = creation();
        probe.challenge = static_cast<std::uint32_t>(random_());
        probe.step = bound;
        probe.tls = tls_ ? &*tls_ : nullptr;
        const auto port = to.attribute_or_empty("dist_port");
        std::from_chars(port.data(), port.data() + port.size(), probe.port);
        co_return co_await why_not(net_, session, std::move(probe), challenges_);
    }

    struct Refusal {
        error why;
        nanoseconds until{};
    };

    host host_;
    timer timer_;
    clock clock_;
    random random_;
    tcp net_;
    file files_;
    kith::env env_;
    Settings settings_;
    std::optional<DistributionTls> tls_;
    std::uint16_t epmd_port_ = 0;
    signal relist_; // list the links now; also wakes `keep` when the first list has come
    std::uint64_t identity_;
    std::string own_name_;
    Challenges challenges_;
    std::shared_ptr<Session> session_;
    bool attached_ = false;
    bool news_of_all_ = true; // of hidden links too
    std::uint64_t news_ = 0;  // counts what the relay told
    nanoseconds relay_begun_{};
    bool relay_due_ = false; // it ended, and is to be started with the next listing
    bool refused_ = false;   // the node was found, and refuses us for good; or cannot be entered
    bool hung_up_ = false;   // it ended the connection before it answered anything
    int hang_ups_ = 0;       // in a row
    NodeFacts facts_;
    std::unordered_map<std::string, Type> links_;
    std::unordered_map<std::string, Type> others_; // up, and no peers
    std::unordered_set<std::string> asked_for_;    // peers to join that are called as a tool may be
    std::unordered_map<std::string, Refusal> refusals_;
    LinkHistory history_;
    std::string detached_for_;
    std::string last_node_;
};

} // namespace
} // namespace kith::erlang

KITH_PLUGIN(kith::erlang::ErlangConnector)
