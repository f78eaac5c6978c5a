// SPDX-License-Identifier: MIT
#include <kith/testkit/network_interface.hpp>

#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include "simulated_machine_body.hpp"
#include "udp_stack.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kith::testkit {

NetworkInterface::NetworkInterface(SimulatedMachine &machine, std::string_view name, std::uint32_t number,
                                   NetworkSegment *segment, std::vector<Subnet> addresses)
    : machine_(machine), name_(name), number_(number), segment_(segment), addresses_(std::move(addresses)) {}

const Address *NetworkInterface::address(std::uint8_t family) const noexcept {
    const auto found = std::ranges::find(addresses_, family, [](const Subnet &each) { return each.address.family; });
    return found == addresses_.end() ? nullptr : &found->address;
}

bool NetworkInterface::has(const Address &address) const noexcept {
    return std::ranges::find(addresses_, address, &Subnet::address) != addresses_.end();
}

bool NetworkInterface::has_broadcast(const Address &address) const noexcept {
    return std::ranges::any_of(addresses_, [&](const Subnet &each) { return each.broadcast() == address; });
}

void NetworkInterface::changed(const char *what, std::int64_t value) {
    machine_.net().trace(machine_.index(), what, number_, value);
    machine_.interfaces_changed();
}

void NetworkInterface::set(std::initializer_list<std::string_view> addresses) {
    addresses_.clear();
    for (const auto text : addresses) {
        const auto subnet = Subnet::parse(text);
        if (!subnet) throw std::invalid_argument("no numeric address: " + std::string(text));
        addresses_.push_back(*subnet);
    }
}

void NetworkInterface::down() {
    up_ = false;
    changed("interface.down", 0);
}

void NetworkInterface::up() {
    up_ = true;
    changed("interface.up", 0);
}

void NetworkInterface::remove() {
    there_ = false;
    changed("interface.remove", 0);
}

void NetworkInterface::come_back(std::initializer_list<std::string_view> addresses) {
    there_ = up_ = true;
    if (addresses.size() != 0) set(addresses);
    changed("interface.come_back", 0);
}

void NetworkInterface::addresses(std::initializer_list<std::string_view> addresses) {
    set(addresses);
    changed("interface.addresses", static_cast<std::int64_t>(addresses.size()));
}

void NetworkInterface::hears(Hears what) {
    hears_ = what;
    changed("interface.hears", static_cast<std::int64_t>(what));
}

void NetworkInterface::sends(Sends what) {
    sends_ = what;
    changed("interface.sends", static_cast<std::int64_t>(what));
}

void NetworkInterface::loss(double probability) {
    loss_ = probability;
    changed("interface.loss", static_cast<std::int64_t>(probability * 1e9));
}

// ---- the interfaces of a machine ----

NetworkInterface &SimulatedMachine::interface(std::string_view name) const {
    for (const auto &each : interfaces_) {
        if (each->name() == name) return *each;
    }
    throw std::invalid_argument("the machine " + name_ + " has no interface " + std::string(name));
}

NetworkInterface &SimulatedMachine::plug(std::string_view name, NetworkSegment &segment,
                                         std::initializer_list<std::string_view> addresses) {
    NetworkInterface &made = plug(name, segment, std::vector<Subnet>{});
    made.addresses(addresses);
    return made;
}

NetworkInterface &SimulatedMachine::plug(std::string_view name, NetworkSegment &segment, std::vector<Subnet> addresses) {
    const auto number = static_cast<std::uint32_t>(interfaces_.size() + 1);
    NetworkInterface &made =
        *interfaces_.emplace_back(std::make_unique<NetworkInterface>(*this, name, number, &segment, std::move(addresses)));
    segment.plug(made);
    interfaces_changed();
    return made;
}

void SimulatedMachine::interfaces_changed() {
    const auto before = std::exchange(addresses_, {});
    for (const auto &each : interfaces_) {
        if (!each->there() || each->segment() == nullptr) continue;
        for (const auto &subnet : each->addresses()) addresses_.push_back(subnet.address);
    }
    if (addresses_ != before) net_.addresses_changed(*this, before);
    net_.way_changed(*this, !before.empty() && addresses_ != before);
    net_.udp().changed(*this);
}

void SimulatedMachine::groups(std::size_t limit) {
    body_->group_limit = limit;
    net_.udp().changed(*this);
}

void SimulatedMachine::receive_buffers(std::uint32_t usual, std::uint32_t most) {
    body_->usual_buffer = usual;
    body_->most_buffer = most;
}

void SimulatedMachine::no_route(bool lost) {
    routed_ = !lost;
    body_->trace("machine.no_route", 0, lost ? 1 : 0);
    net_.udp().changed(*this);
}

NetworkInterface *SimulatedMachine::interface_of(const Address &address) const noexcept {
    for (const auto &each : interfaces_) {
        if (each->there() && each->has(address)) return each.get();
    }
    return nullptr;
}

bool SimulatedMachine::reaches(const SimulatedMachine &other) const noexcept {
    for (const auto &ours : interfaces_) {
        if (ours->segment() == nullptr || !ours->usable()) continue;
        for (const auto &theirs : other.interfaces_) {
            if (theirs->segment() == nullptr || !theirs->usable()) continue;
            if (ours->segment()->distance(*theirs->segment())) return true;
        }
    }
    return false;
}

bool SimulatedMachine::on_line() const noexcept {
    return std::ranges::any_of(interfaces_, [](const auto &each) { return each->segment() != nullptr && each->usable(); });
}

bool SimulatedMachine::only_plugged_into(const NetworkSegment &segment) const noexcept {
    return interfaces_.size() == 2 && interfaces_[1]->segment() == &segment && interfaces_[1]->usable();
}

} // namespace kith::testkit
