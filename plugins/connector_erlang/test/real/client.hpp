// SPDX-License-Identifier: MIT
//
// The protocol on a blocking socket: handshake, calls, relay.
#pragma once

#include "erpc.hpp"
#include "handshake.hpp"
#include "node_event_relay.hpp"
#include "socket.hpp"

#include "etf/term_printer.hpp"
#include "etf/text_parser.hpp"

#include <functional>
#include <optional>
#include <random>
#include <string>

namespace kith::erlang::test {

/// Shake hands; `fault` tells how it ended.
struct Handshake {
    Handshake(Socket &socket, Dialler::Config config) : dialler(std::move(config), challenges) {
        while (dialler.state() == Dialler::State::going) {
            socket.write(dialler.take_output());
            const std::string_view got = socket.read();
            if (got.empty())
                dialler.closed();
            else
                dialler.feed(got);
        }
        const std::string last = dialler.take_output();
        if (!last.empty()) socket.write(last);
    }
    Challenges challenges;
    Dialler dialler;
};

inline Dialler::Config config_for(std::string peer, std::string_view cookie,
                                  std::string ours = "kith-0123456789abcdef@127.0.0.1") {
    std::random_device random;
    Dialler::Config config;
    config.name = std::move(ours);
    config.peer = std::move(peer);
    config.cookie = Cookie(cookie);
    config.creation = random() | 4;
    config.challenge = random();
    return config;
}

class Client {
  public:
    Client(std::uint16_t port, const Dialler::Config &config, std::size_t window = 64)
        : socket_(port),
          self_{config.name, 1, 0, config.creation},
          frames_(Frames::Width::four, 16u << 20),
          calls(self_, window),
          relay(self_) {
        Handshake shaken(socket_, config);
        if (shaken.dialler.state() != Dialler::State::done)
            throw std::runtime_error(std::string(to_string(shaken.dialler.fault())));
        frames_.append(shaken.dialler.rest());
    }

    /// Write what there is, read once, and deal with what came.
    void turn() {
        if (!out.empty()) socket_.write(out);
        out.clear();
        const std::string_view got = socket_.read();
        if (got.empty()) throw std::runtime_error("the node closed the connection");
        frames_.append(got);
        while (const auto frame = frames_.next()) {
            if (frame->empty()) {
                control::append_tick(out);
                continue;
            }
            const control::Parsed parsed = control::parse(*frame);
            if (!parsed) throw std::runtime_error("the node sent what cannot be read");
            on_message(parsed.message);
            if (const auto answer = calls.take(parsed.message, out))
                on_answer(*answer);
            else if (auto event = relay.take(parsed.message, out))
                on_event(std::move(*event));
        }
    }

    /// One call, as text.
    std::string call(std::string_view module, std::string_view function, std::string_view arguments) {
        std::string encoded;
        etf::Writer writer(encoded);
        if (!etf::write_text(writer, arguments)) throw std::invalid_argument("no term: " + std::string(arguments));
        return call_encoded(module, function, encoded);
    }

    std::string call_encoded(std::string_view module, std::string_view function, std::string_view arguments) {
        std::optional<std::string> result;
        on_answer = [&result](const Calls::Answer &answer) {
            result = (answer.outcome == Calls::Outcome::returned ? "" : "! ") + etf::to_text(answer.value);
        };
        calls.begin(out, module, function, arguments);
        while (!result) turn();
        return *result;
    }

    /// The next event of the relay.
    Relay::Event event() {
        std::optional<Relay::Event> one;
        on_event = [&one](Relay::Event event) { one = std::move(event); };
        while (!one) turn();
        return *one;
    }

  private:
    Socket socket_;
    etf::Pid self_;
    Frames frames_;

  public:
    Calls calls;
    Relay relay;
    std::string out;
    std::function<void(const Calls::Answer &)> on_answer = [](const Calls::Answer &) {};
    std::function<void(Relay::Event)> on_event = [](const Relay::Event &) {};
    std::function<void(const control::Message &)> on_message = [](const control::Message &) {};
};

} // namespace kith::erlang::test
