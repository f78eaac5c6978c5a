// SPDX-License-Identifier: MIT
//
// A BEAM node, and an EPMD, on a machine of the simulated universe: as much of them as the connector sees.
#pragma once

#include "bytes.hpp"
#include "control.hpp"
#include "handshake.hpp"
#include "handshake_messages.hpp"

#include <kith/testkit/scripted_server.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kith::erlang::test {

using testkit::Conversation;
using testkit::Machine;
using testkit::Peer;

class SimulatedEpmd {
  public:
    explicit SimulatedEpmd(Machine &machine, std::uint16_t port = 4369) : peer_(machine, port) {
        peer_.on_accept([this](Conversation &with) { with.on_bytes([this](Conversation &c) { answer(c); }); });
    }
    std::uint16_t highest = 6; // version of the handshake, of all
    void add(const std::string &name, std::uint16_t port) { names_[name] = port; }
    void remove(const std::string &name) { names_.erase(name); }
    Peer &peer() noexcept { return peer_; }
    std::size_t asked() const noexcept { return asked_; }

  private:
    void answer(Conversation &c) {
        const std::string_view got = c.received();
        if (got.size() < 3 || got.size() < 2u + read_u16(got)) return;
        ++asked_;
        const std::string request = c.take();
        if (request[2] == 110) {
            std::string out = bytes({0, 0, 17, 17});
            for (const auto &[name, port] : names_) out += "name " + name + " at port " + std::to_string(port) + '\n';
            c.send(out);
        } else if (const auto found = names_.find(request.substr(3)); found != names_.end()) {
            std::string out = bytes({119, 0});
            append_u16(out, found->second);
            out += bytes({77, 0});
            append_u16(out, highest);
            out += bytes({0, 5});
            append_u16(out, static_cast<std::uint16_t>(found->first.size()));
            c.send(out + found->first + bytes({0, 0}));
        } else {
            c.send(bytes({119, 1}));
        }
        c.close();
    }

    Peer peer_;
    std::map<std::string, std::uint16_t> names_;
    std::size_t asked_ = 0;
};

class SimulatedBeam {
  public:
    /// What a function returns, encoded; nothing: it never does. Throw a string for error/1 with that atom.
    using Function = std::function<std::optional<std::string>(etf::TermView arguments)>;

    SimulatedBeam(Machine &machine, std::string name, std::string cookie, std::uint16_t port)
        : name_(std::move(name)), cookie_(std::move(cookie)), peer_(machine, port) {
        peer_.on_accept([this](Conversation &with) { accept(with); });
        functions["erlang:whereis"] = [](etf::TermView) {
            std::string pid;
            etf::Writer(pid).pid({"leader@h", 5, 0, 1});
            return pid;
        };
        functions["erlang:nodes"] = [this](etf::TermView) {
            std::string list;
            etf::Writer writer(list);
            writer.list(static_cast<std::uint32_t>(links_.size()));
            for (const auto &[link, hidden] : links_) writer.atom(link);
            writer.nil();
            return list;
        };
        functions["net_kernel:connect_node"] = [this](etf::TermView arguments) {
            const std::string peer = arguments.elements().next().atom().value();
            if (!reachable.contains(peer)) return term("false");
            link(peer);
            return term("true");
        };
        functions["erlang:disconnect_node"] = [this](etf::TermView arguments) {
            return term(unlink(arguments.elements().next().atom().value(), "disconnect") ? "true" : "false");
        };
        functions["erlang:set_cookie"] = [](etf::TermView) { return term("true"); };
    }

    void link(const std::string &name, bool hidden = false) {
        if (links_.emplace(name, hidden).second && !silent_links)
            news("{nodeup,'" + name + "',[{node_type," + (hidden ? "hidden" : "visible") + "}]}");
    }
    bool unlink(const std::string &name, const std::string &why) {
        if (links_.erase(name) == 0) return false;
        if (!silent_links) news("{nodedown,'" + name + "',[{node_type,visible},{nodedown_reason," + why + "}]}");
        return true;
    }

    /// Every connection breaks, and it listens no more.
    void die() {
        for (auto &client : clients_)
            if (!client->with->over()) client->with->close();
        clients_.clear();
        links_.clear();
        peer_.stop_listening();
    }

    /// To each who is attached.
    void send_all(const std::string &bytes) {
        for (auto &client : clients_)
            if (!client->with->over() && client->step == 2) client->with->send(bytes);
    }
    /// Its relays end, with this reason.
    void end_relays(const std::string &reason) {
        for (auto &client : clients_) {
            if (client->relay.empty() || client->with->over()) continue;
            const std::string request = std::exchange(client->relay, {});
            exit(*client, request, client->relay_to, term(reason));
        }
    }

    /// As with -proto_dist inet_tls, from now on.
    void secure(testkit::TlsServer how) {
        peer_.secure(std::move(how));
        width_ = Frames::Width::four;
    }

    Peer &peer() noexcept { return peer_; }
    const std::string &name() const noexcept { return name_; }
    std::size_t called(const std::string &function) const {
        return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), function));
    }

    std::map<std::string, Function> functions; // "module:function"
    std::vector<std::string> calls;            // in their order
    std::vector<std::string> names;            // of those who dialled
    std::set<std::string> reachable;
    std::string status = "ok";
    bool erl_eval = true;
    std::uint64_t flags = otp_25;
    std::string greeting;       // instead of a status; it hangs up then
    bool hangs_up = false;      // on whoever says its name
    bool hangs_up_late = false; // on the first message behind a handshake
    bool mute = false;          // accepts, and says nothing
    bool hangs = false;         // reads, and answers nothing
    bool silent_links = false;  // the relay does not hear of them
    std::size_t ticks = 0;
    std::size_t kills = 0; // processes that were ended from outside
    std::vector<std::string> group_leaders;
    std::optional<std::uint32_t> fixed_challenge;
    std::optional<std::uint32_t> their_challenge; // the last that a dialler issued

  private:
    struct Client {
        Conversation *with;
        int step = 0;
        std::uint32_t challenge = 0;
        std::string name;
        std::string relay; // the request, encoded
        std::string relay_to;
    };

    void accept(Conversation &with) {
        auto client = std::make_shared<Client>();
        client->with = &with;
        client->challenge = fixed_challenge.value_or(0x01000000 + static_cast<std::uint32_t>(peer_.accepted()));
        clients_.push_back(client);
        with.on_bytes([this, client](Conversation &c) {
            if (mute) return;
            while (!c.over() && turn(c, *client)) {
            }
        });
    }

    bool turn(Conversation &c, Client &client) {
        const std::string_view got = c.received();
        const std::size_t before = client.step == 2 || width_ == Frames::Width::four ? 4 : 2;
        if (got.size() < before) return false;
        const std::size_t size = before == 4 ? read_u32(got) : read_u16(got);
        if (got.size() < before + size) return false;
        const std::string whole = c.take(before + size);
        const std::string_view frame = std::string_view(whole).substr(before);
        switch (client.step) {
        case 0:
            if (!greeting.empty() || hangs_up) {
                c.send(greeting);
                c.close();
                break;
            }
            if (!frame.starts_with('N')) { // no handshake
                c.close();
                break;
            }
            client.name = frame.substr(15);
            names.push_back(client.name);
            c.send(test::status(status, width_));
            if (status != "ok") {
                c.close();
                break;
            }
            c.send(challenge(name_, client.challenge, flags, width_));
            client.step = 1;
            break;
        case 1: {
            their_challenge = read_u32(frame, 1);
            if (!equal(digest_of(cookie_, client.challenge), frame.substr(5))) {
                c.close();
                break;
            }
            c.send(acknowledge(cookie_, *their_challenge, width_));
            client.step = 2;
            break;
        }
        default:
            if (hangs_up_late)
                c.close();
            else if (frame.empty())
                ++ticks;
            else if (!hangs)
                message(client, frame);
        }
        return true;
    }

    void message(Client &client, std::string_view frame) {
        const control::Parsed parsed = control::parse(frame);
        if (!parsed) throw std::runtime_error("the connector sent what cannot be read");
        const control::Message &m = parsed.message;
        if (m.op == control::Op::payload_exit2) {
            ++kills;
            const std::string process(m.fields[1].encoded());
            if (const auto found = hanging_.find(process); found != hanging_.end()) {
                exit(client, found->second.first, found->second.second, term("killed"));
                hanging_.erase(found);
            }
            return;
        }
        if (m.op == control::Op::reg_send) {
            calls.push_back("to " + m.fields[2].atom().value());
            return;
        }
        if (m.op != control::Op::spawn_request) return;
        const std::string request(m.fields[0].encoded());
        const std::string to(m.fields[1].encoded());
        group_leaders.push_back(m.fields[2].pid()->node);
        const std::string process = next_process();
        std::string out;
        {
            control::Frame reply(out);
            reply.control().tuple(5).integer(31).raw(request).raw(to).integer(2).raw(process);
            reply.end();
        }
        client.with->send(out);
        etf::Elements payload = m.payload.elements();
        if (m.fields[3].elements().next().is_atom("erl_eval")) {
            if (!erl_eval) return exit(client, request, to, term("{undef,[{erl_eval,exprs,[],[]}]}"));
            client.relay = request;
            client.relay_to = to;
            std::string listing;
            etf::Writer writer(listing);
            writer.tuple(4).raw(request).atom("nodes");
            names_of(writer, false, client.name);
            names_of(writer, true, client.name);
            return to_process(client, to, listing);
        }
        const std::string reference(payload.next().encoded());
        std::string function = payload.next().atom().value() + ':';
        function += payload.next().atom().value();
        calls.push_back(function);
        const auto found = functions.find(function);
        std::string reason;
        etf::Writer writer(reason);
        try {
            if (found == functions.end()) throw std::string("undef");
            const auto value = found->second(payload.next());
            if (!value) {
                hanging_[process] = {request, to};
                return;
            }
            writer.tuple(3).raw(reference).atom("return").raw(*value);
        } catch (const std::string &why) {
            writer.tuple(4).raw(reference).atom("error").atom(why).nil();
        }
        exit(client, request, to, reason);
    }

    void names_of(etf::Writer &writer, bool hidden, const std::string &self) const {
        std::vector<std::string> some;
        for (const auto &[link, is_hidden] : links_)
            if (is_hidden == hidden) some.push_back(link);
        if (hidden) some.push_back(self);
        writer.list(static_cast<std::uint32_t>(some.size()));
        for (const auto &one : some) writer.atom(one);
        writer.nil();
    }

    void news(const std::string &message) {
        for (auto &client : clients_) {
            if (client->relay.empty() || client->with->over()) continue;
            std::string whole;
            etf::Writer(whole).tuple(2).raw(client->relay).raw(term(message));
            to_process(*client, client->relay_to, whole);
        }
    }

    void to_process(Client &client, const std::string &to, const std::string &message) {
        std::string out;
        control::Frame frame(out);
        frame.control().tuple(3).integer(2).atom("").raw(to);
        frame.payload().raw(message);
        frame.end();
        client.with->send(out);
    }

    void exit(Client &client, const std::string &request, const std::string &to, const std::string &reason) {
        std::string out;
        control::Frame frame(out);
        frame.control().tuple(4).integer(28).pid({name_, 99, 0, 3}).raw(to).raw(request);
        frame.payload().raw(reason);
        frame.end();
        client.with->send(out);
    }

    std::string next_process() {
        std::string pid;
        etf::Writer(pid).pid({name_, ++processes_, 0, 3});
        return pid;
    }

    std::string name_;
    std::string cookie_;
    Frames::Width width_ = Frames::Width::two;
    Peer peer_;
    std::map<std::string, bool> links_;
    std::vector<std::shared_ptr<Client>> clients_;
    std::map<std::string, std::pair<std::string, std::string>> hanging_;
    std::uint32_t processes_ = 100;
};

} // namespace kith::erlang::test
