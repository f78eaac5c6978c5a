// SPDX-License-Identifier: MIT
//
// A strategy that finds others by saying its name to a group: what a plugin over kith.udp/1 looks like. For tests of the harness.
#include <kith/plugin.hpp>
#include <kith/timer.hpp>
#include <kith/udp.hpp>

#include <algorithm>
#include <chrono>

namespace {

using namespace std::chrono_literals;

class beacon : public kith::strategy {
  public:
    static constexpr kith::about about{.id = "beacon",
                                       .version = "1.0.0",
                                       .licence = "MIT",
                                       .summary = "Says its name to a group, and hears the names of others.",
                                       .options = R"({"type": "object", "properties": {"name": {"type": "string"}}})"};
    using required = kith::services<kith::options, kith::timer, kith::udp>;

    explicit beacon(kith::host host) : strategy(host), options(host), timer(host), udp(host) {
        udp.on_membership = [this](const kith::membership &now) {
            if (now.status != KITH_OK) discovery.failed({now.status, std::string(now.text)});
        };
    }

    kith::task<> run() override {
        for (;;) {
            auto socket = co_await udp.bind({.port = 45892, .flags = KITH_UDP_SHARED});
            if (socket) {
                const auto joined = socket->join("233.252.1.32");
                kith::error why{joined, "join was refused"};
                if (joined == KITH_OK) why = co_await speak_and_hear(*socket);
                discovery.failed(why);
            } else {
                discovery.failed(socket.error());
            }
            co_await timer.sleep(1s);
        }
    }
    void refresh() override {}

  private:
    kith::task<kith::error> speak_and_hear(kith::udp_socket &socket) {
        const auto group = kith::address::parse("233.252.1.32", 45892).value();
        const std::string name(options.text("/name"));
        for (;;) {
            const kith_datagram out = kith::datagram_to(group, std::as_bytes(std::span(name)));
            const auto sent = co_await socket.send({&out, 1});
            if (!sent) co_return sent.error();
            const auto received = co_await socket.receive(5s);
            if (!received && received.status() != KITH_TIMED_OUT) co_return received.error();
            if (!received) continue;
            std::vector<kith::peer> peers;
            for (const auto &each : *received) {
                const auto bytes = kith::bytes(each);
                const std::string who(reinterpret_cast<const char *>(bytes.data()), bytes.size());
                const std::string key = kith::address(each.remote).text();
                const bool again = std::ranges::any_of(peers, [&](const kith::peer &peer) { return peer.key == key; });
                if (who != name && !again) peers.push_back({.key = key, .name = who});
            }
            if (!peers.empty()) discovery.update(peers);
            co_await timer.sleep(1s);
        }
    }

    kith::options options;
    kith::timer timer;
    kith::udp udp;
};

} // namespace

KITH_PLUGIN(beacon)
