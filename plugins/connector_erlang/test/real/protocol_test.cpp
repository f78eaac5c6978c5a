// SPDX-License-Identifier: MIT
//
// The protocol against a real BEAM and a real EPMD.
#define BOOST_TEST_MODULE erlang_real
#include "beam.hpp"
#include "client.hpp"

#include "../cookie_file_cases.hpp"
#include "cookie_file.hpp"
#include "distribution_flags.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>

using namespace kith::erlang;
using namespace kith::erlang::test;
using Kind = Relay::Event::Kind;

namespace {

constexpr const char *cookie = "a-cookie-for-tests";

struct Lab {
    Directory home;
    Epmd epmd{home};
    Beam a{epmd, "a", cookie};

    Client client() const { return Client(a.port(), config_for("a@127.0.0.1", cookie)); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(real, Lab)

BOOST_AUTO_TEST_CASE(the_names_of_epmd_are_read) {
    Socket socket(epmd.port());
    socket.write(epmd::names());
    std::string answer;
    for (std::string_view more = socket.read(); !more.empty(); more = socket.read()) answer += more;
    std::vector<epmd::Name> names;
    BOOST_TEST((epmd::read_names(answer, true, names) == epmd::State::done));
    BOOST_REQUIRE_EQUAL(names.size(), 1u);
    BOOST_TEST(names[0].name == "a");
    BOOST_TEST(names[0].port == a.port());
    BOOST_TEST(port_of("nobody", epmd.port()) == 0);
}

BOOST_AUTO_TEST_CASE(each_failed_handshake_has_its_own_fault) {
    const auto outcome = [this](Dialler::Config config) {
        Socket socket(a.port());
        const Handshake shaken(socket, std::move(config));
        return shaken.dialler.fault();
    };
    BOOST_TEST((outcome(config_for("a@127.0.0.1", cookie)) == Dialler::Fault::none));
    BOOST_TEST((outcome(config_for("a", cookie)) == Dialler::Fault::none));
    BOOST_TEST((outcome(config_for("a@127.0.0.1", "wrong")) == Dialler::Fault::closed_cookie));
    BOOST_TEST((outcome(config_for("b@127.0.0.1", cookie)) == Dialler::Fault::wrong_name));
    Dialler::Config probe = config_for("a@127.0.0.1", "");
    probe.stop_at_challenge = true;
    BOOST_TEST((outcome(probe) == Dialler::Fault::none));
    // It is EPMD that answers.
    Socket socket(epmd.port());
    const Handshake shaken(socket, config_for("a@127.0.0.1", cookie));
    BOOST_TEST((shaken.dialler.fault() == Dialler::Fault::closed_name));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_allowed_is_refused) {
    Client first = client();
    BOOST_TEST(first.call("net_kernel", "allow", "[['nobody@127.0.0.1']]") == "ok");
    Socket socket(a.port());
    const Handshake shaken(socket, config_for("a@127.0.0.1", cookie, "kith-1111111111111111@127.0.0.1"));
    BOOST_TEST((shaken.dialler.fault() == Dialler::Fault::not_allowed));
}

BOOST_AUTO_TEST_CASE(a_second_connection_with_the_same_name_replaces_the_first) {
    Client first = client();
    BOOST_TEST(first.call("erlang", "node", "[]") == "'a@127.0.0.1'");
    Client second = client();
    BOOST_TEST(second.call("erlang", "node", "[]") == "'a@127.0.0.1'");
    BOOST_CHECK_THROW(first.call("erlang", "node", "[]"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(kith_is_a_hidden_node) {
    Client one = client();
    BOOST_TEST(one.call("erlang", "nodes", "[]") == "[]");
    BOOST_TEST(one.call("erlang", "nodes", "[hidden]") == "['kith-0123456789abcdef@127.0.0.1']");
}

BOOST_AUTO_TEST_CASE(each_outcome_of_a_call_is_distinguished) {
    Client one = client();
    BOOST_TEST(one.call("erlang", "+", "[40,2]") == "42");
    BOOST_TEST(one.call("erlang", "list_to_tuple", "[[a,[1000,-1],{}]]") == "{a,[1000,-1],{}}");
    BOOST_TEST(one.call("erlang", "throw", "[ball]") == "! ball");
    BOOST_TEST(one.call("erlang", "exit", "[gone]") == "! gone");
    BOOST_TEST(one.call("erlang", "error", "[wrong]") == "! wrong");
    BOOST_TEST(one.call("nomodule", "f", "[]") == "! undef");
    BOOST_TEST(one.call("net_kernel", "connect_node", "['nobody@127.0.0.1']") == "false");
    BOOST_TEST(one.call("lists", "seq", "[1,3]") == "[1,2,3]");
}

BOOST_AUTO_TEST_CASE(terms_are_returned_unchanged) {
    Client one = client();
    for (const char *term : {"[]", "{}", "[[]]", "{a,b,{c,[d]}}", "[1,256,65536,-1,4294967296,-9007199254740993]", "'it is'"})
        BOOST_TEST(one.call("lists", "last", "[[x," + std::string(term) + "]]") == term);
}

BOOST_AUTO_TEST_CASE(the_process_of_an_abandoned_call_is_ended_in_the_node) {
    Client one = client();
    std::string arguments;
    etf::Writer(arguments).list(1).integer(60000).nil();
    const Calls::Id id = one.calls.begin(one.out, "timer", "sleep", arguments);
    BOOST_TEST(one.call("erlang", "node", "[]") == "'a@127.0.0.1'"); // by then it runs
    BOOST_TEST(one.calls.outstanding() == 1u);
    BOOST_TEST(one.calls.give_up(id, one.out));
    until(
        [&one] {
            one.call("erlang", "node", "[]");
            return one.calls.outstanding() == 0;
        },
        "the process has ended");
}

BOOST_AUTO_TEST_CASE(a_thousand_calls_are_answered_at_once) {
    Client one = client();
    std::size_t sum = 0;
    std::size_t answers = 0;
    one.on_answer = [&](const Calls::Answer &answer) {
        ++answers;
        sum += static_cast<std::size_t>(answer.value.integer().value_or(0));
    };
    for (int i = 1; i <= 1000; ++i) {
        std::string arguments;
        etf::Writer(arguments).list(1).integer(-i).nil();
        one.calls.begin(one.out, "erlang", "abs", arguments);
    }
    while (answers < 1000) one.turn();
    BOOST_TEST(sum == 500500u);
}

BOOST_AUTO_TEST_CASE(the_relay_reports_links) {
    Client one = client();
    one.relay.start(one.out);
    const Relay::Event listing = one.event();
    BOOST_TEST((listing.kind == Kind::listing));
    BOOST_TEST(listing.visible_nodes.empty());
    BOOST_REQUIRE_EQUAL(listing.hidden_nodes.size(), 1u);

    Beam b(epmd, "b", cookie);
    std::vector<Relay::Event> events;
    one.on_event = [&events](Relay::Event event) { events.push_back(std::move(event)); };
    BOOST_TEST(one.call("net_kernel", "connect_node", "['b@127.0.0.1']") == "true");
    while (events.empty()) one.turn();
    BOOST_TEST((events[0].kind == Kind::up));
    BOOST_TEST(events[0].name == "b@127.0.0.1");
    BOOST_TEST(!events[0].hidden);

    b.process().kill();
    while (events.size() < 2) one.turn();
    BOOST_TEST((events[1].kind == Kind::down));
    BOOST_TEST(events[1].name == "b@127.0.0.1");
    BOOST_TEST(events[1].why == "connection_closed");

    Client other(a.port(), config_for("a@127.0.0.1", cookie, "kith-2222222222222222@127.0.0.1"));
    while (events.size() < 3) one.turn();
    BOOST_TEST((events[2].kind == Kind::up));
    BOOST_TEST(events[2].hidden);
    // The newcomer's relay lists both, and the first is not disturbed.
    other.relay.start(other.out);
    BOOST_TEST(other.event().hidden_nodes.size() == 2u);
    BOOST_TEST(one.call("erlang", "node", "[]") == "'a@127.0.0.1'");
}

BOOST_AUTO_TEST_CASE(the_relay_falls_back_without_erl_eval) {
    const Beam bare(epmd, "bare", cookie, "embedded");
    Client one(bare.port(), config_for("bare@127.0.0.1", cookie));
    // It is in EPMD before it has evaluated its start script, for which it needs what is taken from it here.
    until([&] { return one.call("init", "get_status", "[]") == "{started,started}"; }, "the node has started");
    BOOST_TEST(one.call("code", "delete", "[erl_eval]") == "true");
    one.call("code", "purge", "[erl_eval]");
    one.relay.start(one.out);
    const Relay::Event fell = one.event();
    BOOST_TEST((fell.kind == Kind::fell_back));
    Beam b(epmd, "b", cookie);
    std::vector<Relay::Event> events;
    one.on_event = [&events](Relay::Event event) { events.push_back(std::move(event)); };
    BOOST_TEST(one.call("net_kernel", "connect_node", "['b@127.0.0.1']") == "true");
    while (events.empty()) one.turn();
    BOOST_TEST((events[0].kind == Kind::up));
    BOOST_TEST(events[0].name == "b@127.0.0.1");
    b.process().kill();
    while (events.size() < 2) one.turn();
    BOOST_TEST((events[1].kind == Kind::down));
}

BOOST_AUTO_TEST_CASE(the_relay_ends_when_its_connection_ends) {
    Client watcher = client();
    std::string relay; // its process, as the argument of is_process_alive/1
    {
        Client other(a.port(), config_for("a@127.0.0.1", cookie, "kith-2222222222222222@127.0.0.1"));
        other.on_message = [&relay](const control::Message &message) {
            if (message.op == control::Op::spawn_reply && relay.empty())
                etf::Writer(relay).list(1).raw(message.fields[3].encoded()).nil();
        };
        other.relay.start(other.out);
        (void)other.event();
        BOOST_TEST(watcher.call_encoded("erlang", "is_process_alive", relay) == "true");
    }
    until([&] { return watcher.call_encoded("erlang", "is_process_alive", relay) == "false"; }, "the relay has ended");
}

// The emulator sends its name in Latin-1, and takes ours so.
BOOST_AUTO_TEST_CASE(a_node_with_a_non_ascii_host_is_attached) {
    const std::string name = "u@l\xc3\xb6"
                             "calhost.de";
    const Process node(
        {"erl", "+pc", "unicode", "-noinput", "-noshell", "-name", name, "-setcookie", cookie, "-start_epmd", "false"},
        {"ERL_EPMD_PORT=" + std::to_string(epmd.port()), "HOME=" + home.path(), "LC_ALL=C.UTF-8"}, home.path() + "/u.log");
    until([this] { return port_of("u", epmd.port()) != 0; }, name + " is in epmd");
    const std::string ours = "kith-0123456789abcdef@l\xc3\xb6"
                             "calhost.de";
    Client it(port_of("u", epmd.port()), config_for(name, cookie, ours));
    BOOST_TEST(it.call("erlang", "node", "[]") == "'" + name + "'");
}

// One node that starts distribution anew with each of the files, and writes what it takes for its cookie.
BOOST_AUTO_TEST_CASE(cookie_files_are_read_as_by_erlang) {
    const auto files = cookie_file_cases();
    for (std::size_t i = 0; i < files.size(); ++i)
        std::ofstream(home.path() + "/content" + std::to_string(i)) << files[i].first;
    const std::string script = home.path() + "/cookies";
    std::ofstream(script) << R"(#!/usr/bin/env escript
main([Home, Count]) ->
    Results = [try_one(Home, integer_to_list(N)) || N <- lists:seq(0, list_to_integer(Count) - 1)],
    ok = file:write_file(Home ++ "/results.new", lists:join("\n", Results)),
    ok = file:rename(Home ++ "/results.new", Home ++ "/results").
try_one(Home, N) ->
    File = Home ++ "/.erlang.cookie",
    _ = file:delete(File),
    {ok, _} = file:copy(Home ++ "/content" ++ N, File),
    ok = file:change_mode(File, 8#400),
    case catch net_kernel:start(['cookies@127.0.0.1', longnames]) of
        {ok, _} -> Cookie = atom_to_list(erlang:get_cookie()), ok = net_kernel:stop(), "cookie:" ++ Cookie;
        _ -> "refused"
    end.
)";
    const Process program({"escript", script, home.path(), std::to_string(files.size())},
                          {"ERL_EPMD_PORT=" + std::to_string(epmd.port()), "HOME=" + home.path()},
                          home.path() + "/cookies.log");
    const std::string results = home.path() + "/results";
    until([&] { return std::ifstream(results).good(); }, "the cookies are written");
    std::ifstream lines(results);
    for (const auto &[content, cookie] : files) {
        std::string line;
        std::getline(lines, line);
        BOOST_TEST(line == (cookie ? "cookie:" + *cookie : "refused"), content);
    }
}

BOOST_AUTO_TEST_SUITE_END()
