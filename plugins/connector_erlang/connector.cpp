// SPDX-License-Identifier: MIT
//
// Joins and parts BEAM nodes from outside: attaches to the local node as a hidden one, and has it connect and disconnect.
#include "attach_name.hpp"
#include "local_node.hpp"
#include "probe.hpp"
#include "schema.hpp"
#include "session.hpp"
#include "settings.hpp"

#include "etf/text.hpp"

#include <kith/clock.hpp>
#include <kith/plugin.hpp>

#include <algorithm>
#include <charconv>

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
constexpr nanoseconds longest_pause_denied = 30s; // each attempt with a wrong cookie is a line in the node's log

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
    }

    task<void> run() override {
        nanoseconds pause = first_pause;
        for (;;) {
            error why(KITH_INTERNAL);
            if (auto session = co_await attach(); session) {
                why = co_await serve(*session);
                if (attached_) pause = first_pause;
            } else {
                why = std::move(session).error();
            }
            detach(why);
            co_await timer_.sleep(random_.around(pause, 0.2));
            pause = std::min(pause * 2, why.status == KITH_UNAUTHORIZED ? longest_pause_denied : longest_pause);
        }
    }

    task<void> farewell() override {
        if (session_) session_->close(error(KITH_CANCELLED)); // the links of the node stay as they are
        co_return;
    }

    task<result<void>> connect(peer to) override {
        const auto session = session_;
        if (!session || !attached_) co_return not_attached();
        if (auto good = check_name(to.name); !good) co_return good;
        if (auto set = co_await set_cookie(*session, to.name); !set) co_return set;

        const auto begun = clock_.monotonic();
        auto reply = co_await call(*session, settings_.connect, to.name);
        // A node that has just parted from a peer says false about once in two hundred.
        if (reply && said(*reply, "false") && clock_.monotonic() - begun < slow)
            reply = co_await call(*session, settings_.connect, to.name);
        if (!reply) co_return std::move(reply).error();
        if (good(*reply)) {
            if (settings_.custom_list || !news_of_all_) relist_.notify();
            co_return result<void>();
        }
        if (said(*reply, "ignored"))
            co_return error(KITH_UNAVAILABLE,
                            "the node " + session->node().name + " is not distributed any more (net_kernel is stopped)");
        if (!said(*reply, "false") || settings_.connect.module != "net_kernel")
            co_return error(KITH_UNAVAILABLE, settings_.connect.text(1) + " for " + to.name + ' ' +
                                                  (reply->returned ? "returned " : "") + reply->text);
        co_return co_await why_false(*session, std::move(to),
                                     clock_.monotonic() - begun >= slow ? slow_probe_step : probe_step);
    }

    task<result<void>> disconnect(peer from) override {
        const auto session = session_;
        if (!session || !attached_) co_return not_attached();
        if (auto good = check_name(from.name); !good) co_return good;
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
        auto node = co_await find_local_node(net_, env_, settings_, handshake_step);
        if (!node) co_return std::move(node).error();
        auto cookie = co_await find_cookie(files_, env_, settings_);
        if (!cookie) co_return std::move(cookie).error();

        Dialler::Config config;
        config.name = own_name_ = attach_name(identity_, host_part(node->name));
        config.peer = node->name;
        config.cookie = std::move(*cookie);
        config.creation = creation();
        config.challenge = static_cast<std::uint32_t>(random_());
        etf::Pid self{config.name, 1, 0, config.creation};
        auto connection = co_await dial(net_, node->place, std::move(config), challenges_, handshake_step);
        if (!connection) {
            error why = std::move(connection).error();
            if (why.status == KITH_REFUSED && settings_.port == 0) why.text += " as EPMD says: it is ending or starting";
            if (why.status == KITH_UNAUTHORIZED)
                why.text += ": option cookie or cookie_file must hold what erlang:get_cookie() says there";
            co_return why;
        }
        co_return std::make_shared<Session>(host_, std::move(*connection), std::move(self), settings_.max_frame);
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
        return error(KITH_TIMED_OUT,
                     "the node " + session.node().name + " takes messages and does not answer: it hangs or is overloaded");
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
            else if (attached_ && !is_tool(event.name))
                add(event.name, event.hidden ? Type::hidden : Type::visible);
            break;
        case Kind::down:
            if (settings_.custom_list)
                relist_.notify();
            else if (attached_ && links_.erase(event.name) != 0)
                links.down(event.name, event.why);
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
        for (const auto &name : event.visible_nodes)
            if (!is_tool(name)) links_[name] = Type::visible;
        for (const auto &name : event.hidden_nodes)
            if (!is_tool(name)) links_[name] = Type::hidden;
        tell_all(session);
        if (first) relist_.notify();
    }

    void add(const std::string &name, Type type) {
        if (!links_.emplace(name, type).second) return;
        links.up(link_of(name, type));
    }

    void replace_links(Session &session, const std::vector<std::string> &names) {
        if (!attached_ && !attached(session)) return;
        std::unordered_map<std::string, Type> now;
        for (const auto &name : names) {
            if (is_tool(name)) continue;
            const auto known = links_.find(name);
            now[name] = known == links_.end() ? Type::unknown : known->second;
        }
        links_ = std::move(now);
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

    result<void> check_name(const std::string &name) const {
        if (name.empty() || name.size() > 255)
            return error(KITH_INVALID, "a node's name has 1 to 255 bytes, this one " + std::to_string(name.size()));
        if (settings_.connect.module != "net_kernel") return {};
        if (alive_part(name).empty() || host_part(name).empty() || host_part(name).find('@') != std::string_view::npos)
            return error(KITH_INVALID,
                         "the name " + name + " is no Erlang node's: expected name@host; policy.name can build it");
        return {};
    }

    task<result<Session::Reply>> call(Session &session, const Mfa &mfa, const std::string &name) const {
        return session.call(mfa.module, mfa.function, mfa.list_with_atom(name), settings_.call_timeout);
    }

    task<result<void>> set_cookie(Session &session, std::string name) const {
        const auto found = settings_.peer_cookies.find(name);
        const Cookie &cookie = found == settings_.peer_cookies.end() ? settings_.any_peer_cookie : found->second;
        if (cookie.empty()) co_return result<void>();
        auto reply = co_await session.call("erlang", "set_cookie", atom_list(name, cookie.text()), settings_.call_timeout);
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

    task<result<void>> why_false(Session &session, peer to, nanoseconds bound) {
        Probe probe;
        probe.peer = to.name;
        probe.name = own_name_;
        probe.epmd_port = epmd_port_;
        probe.step = bound;
        const auto port = to.attribute_or_empty("dist_port");
        std::from_chars(port.data(), port.data() + port.size(), probe.port);
        error why = co_await why_not(net_, std::move(probe), challenges_);
        why.text = session.node().name + " could not join " + to.name + ": " + why.text;
        co_return why;
    }

    host host_;
    timer timer_;
    clock clock_;
    random random_;
    tcp net_;
    file files_;
    kith::env env_;
    Settings settings_;
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
    std::unordered_map<std::string, Type> links_;
    std::string detached_for_;
    std::string last_node_;
};

} // namespace
} // namespace kith::erlang

KITH_PLUGIN(kith::erlang::ErlangConnector)
