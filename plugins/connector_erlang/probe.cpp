// SPDX-License-Identifier: MIT
#include "probe.hpp"

namespace kith::erlang {

task<error> why_not(const tcp &net, Probe probe, Challenges &challenges) {
    Place place{std::string(host_part(probe.peer)), probe.port};
    const Place epmd{place.address, probe.epmd_port};
    if (place.port == 0) {
        auto port = co_await ask_port(net, epmd, std::string(alive_part(probe.peer)), probe.step);
        if (!port) {
            error why = std::move(port).error();
            if (why.status == KITH_NOT_FOUND) why.text += ": " + probe.peer + " is down, or runs under another name";
            co_return why;
        }
        place.port = *port;
    }
    Dialler::Config config;
    config.name = probe.name;
    config.peer = probe.peer;
    config.probe = true;
    auto far = co_await dial(net, place, std::move(config), challenges, probe.step);
    if (!far) {
        error why = std::move(far).error();
        if (why.status == KITH_REFUSED && probe.port == 0)
            why.text += " as " + epmd.text() + " says: " + probe.peer + " is starting, ending, or behind a firewall";
        co_return why;
    }
    co_return error(KITH_UNAUTHORIZED,
                    probe.peer + " on " + place.text() +
                        " answers and takes the name, so it is the cookie that is not accepted: give both nodes the "
                        "same one, or set option peer_cookies");
}

} // namespace kith::erlang
