// SPDX-License-Identifier: MIT
#include <tests/sim/simulated_epmd.hpp>

namespace kith::sim {

namespace {

constexpr std::uint16_t epmd_port = 4369;
constexpr std::string_view names_request("\0\1n", 3);
constexpr std::string_view own_port("\0\0\x11\x11", 4); // the port number that an answer begins with

} // namespace

SimulatedEpmd::SimulatedEpmd(testkit::SimulatedMachine &machine, std::vector<std::string> names)
    : machine_(machine), names_(std::move(names)) {
    listen(true);
}

void SimulatedEpmd::listen(bool on) {
    if (!on) {
        peer_.reset();
    } else if (peer_ == nullptr) {
        peer_ = std::make_unique<testkit::ScriptedServer>(machine_, epmd_port);
        peer_->on_accept(
            [this](testkit::Conversation &with) { with.on_bytes([this](testkit::Conversation &c) { serve(c); }); });
    }
}

void SimulatedEpmd::serve(testkit::Conversation &with) const {
    if (with.received().size() < names_request.size()) return;
    if (with.take() == names_request) {
        std::string answer(own_port);
        int port = 9100;
        for (const std::string &name : names_) answer += "name " + name + " at port " + std::to_string(port++) + '\n';
        with.send(answer);
    }
    with.close();
}

} // namespace kith::sim
