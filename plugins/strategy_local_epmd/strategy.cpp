// SPDX-License-Identifier: MIT
//
// Strategy local_epmd: the peers are the nodes that are registered with the EPMD of this machine.
#include <epmd_names/epmd_port.hpp>
#include <epmd_names/names_request.hpp>

#include <kith/node.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/timer.hpp>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds patience = 3s;                          // timeout for an EPMD on this machine
constexpr nanoseconds first_wait = 2s;                        // for the node's name, before a failure is reported
constexpr std::string_view loopback[] = {"127.0.0.1", "::1"}; // numeric, so that the host's name does not have to resolve

class local_epmd : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "local_epmd",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The nodes that are registered with the EPMD of this machine.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "interval": {
                    "description": "Time between queries, varied by ±10 %. After a failure the delay starts shorter and increases up to 30 s.",
                    "type": "integer",
                    "default": 5000,
                    "minimum": 100,
                    "maximum": 86400000,
                    "x-kith-unit": "ms"
                },
                "port": {
                    "description": "Port of the EPMD. 0: the environment variable ERL_EPMD_PORT, or else 4369.",
                    "type": "integer",
                    "default": 0,
                    "minimum": 0,
                    "maximum": 65535
                }
            }
        })",
    };
    using required = kith::services<kith::options, kith::node, kith::clock, kith::timer, kith::random, kith::tcp, kith::env>;
    static constexpr std::string_view env[] = {epmd_names::port_variable};

    explicit local_epmd(kith::host h)
        : strategy(h),
          node_(h),
          clock_(h),
          random_(h),
          net_(h),
          wake_(h),
          port_(epmd_names::epmd_port(kith::options(h).integer("/port"), kith::env(h))),
          pace_(kith::options(h).milliseconds("/interval")) {}

    kith::task<> run() override {
        spawn(follow_node());
        // A connector attaches in milliseconds if its node runs, so a missing name is reported only after a delay.
        if (node_.name().empty()) (void)co_await wake_.wait_for(first_wait);
        for (;;) {
            const bool looked = co_await look();
            const nanoseconds pause = looked ? pace_.good() : pace_.bad();
            (void)co_await wake_.wait_for(random_.around(pause));
        }
    }

    void refresh() override { wake_.notify(); }

  private:
    kith::task<> follow_node() {
        for (;;) {
            co_await node_.changed.wait();
            wake_.notify();
        }
    }

    // Returns false when the query failed.
    kith::task<bool> look() {
        auto reply = co_await ask();
        const std::string node = node_.name(); // its current name
        const auto at = node.find('@');
        if (!reply) {
            discovery.failed(reply.error());
        } else if (node.empty()) {
            discovery.failed(kith::error(
                KITH_UNAVAILABLE, "the local node's name is not known yet, and EPMD does not report the part after the @: the "
                                  "connector has not reported a node; with its option node the name is known from the start"));
        } else if (at == std::string::npos || at + 1 == node.size()) {
            discovery.failed(kith::error(KITH_INVALID, "the local node is called " + node +
                                                           ", expected name@host: EPMD does not report the part after the @, "
                                                           "so the names of the nodes cannot be built"));
        } else {
            co_return tell(*reply, node.substr(at + 1));
        }
        co_return false;
    }

    bool tell(const epmd_names::Reply &reply, const std::string &host) {
        std::vector<kith::peer> peers;
        peers.reserve(reply.names.size());
        for (const auto &[name, port] : reply.names) {
            std::string node = name;
            node.append("@").append(host);
            peers.push_back(
                {.key = name, .name = std::move(node), .attributes = {{"host", host}, {"port", std::to_string(port)}}});
        }
        if (reply.tools != 0) discovery.left_out(reply.tools, "it has the name of a remote shell");
        if (reply.invalid_names != 0) discovery.left_out(reply.invalid_names, "it is not a valid node name");
        return discovery.replace(peers) >= 0;
    }

    kith::task<kith::result<epmd_names::Reply>> ask() {
        const epmd_names::Endpoint v4{std::string(loopback[0]), port_}, v6{std::string(loopback[1]), port_};
        auto first = co_await epmd_names::request_names(net_, clock_, v4, patience);
        if (first || (first.status() != KITH_REFUSED && first.status() != KITH_UNREACHABLE)) co_return first;
        auto second = co_await epmd_names::request_names(net_, clock_, v6, patience);
        if (second || (second.status() != KITH_REFUSED && second.status() != KITH_UNREACHABLE)) co_return second;
        kith::error why = std::move(first).error();
        if (why.status == KITH_REFUSED) {
            why.text += ", and to " + v6.text() +
                        ", too: possibly no named node runs here (the first one starts EPMD), or option port (ERL_EPMD_PORT) "
                        "is not its port";
        }
        co_return why;
    }

    kith::node node_;
    kith::clock clock_;
    kith::random random_;
    kith::tcp net_;
    kith::signal wake_;
    const std::uint16_t port_;
    kith::pace pace_;
};

} // namespace

KITH_PLUGIN(local_epmd)
