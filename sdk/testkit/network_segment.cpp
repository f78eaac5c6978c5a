// SPDX-License-Identifier: MIT
#include <kith/testkit/network_segment.hpp>

#include <kith/testkit/sim_net.hpp>

#include "simulated_machine_body.hpp"
#include "udp_stack.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace kith::testkit {

void NetworkSegment::set(const char *what, double value) {
    net_.trace(none, what, index_, static_cast<std::int64_t>(value * 1e9));
}

void NetworkSegment::delay(Duration least, Duration most) {
    own_delay_ = true;
    delay_least_ = static_cast<std::uint64_t>(std::max<std::int64_t>(least.count(), 0));
    delay_most_ = std::max(static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 0)), delay_least_);
}

void NetworkSegment::loss(double probability) { set("segment.loss", loss_ = probability); }

void NetworkSegment::duplicate(double probability) { set("segment.duplicate", duplicate_ = probability); }

void NetworkSegment::reorder(double probability, Duration most) {
    set("segment.reorder", reorder_ = probability);
    reorder_most_ = static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 1));
}

void NetworkSegment::multicast(bool passes) { set("segment.multicast", (multicast_ = passes) ? 1 : 0); }

void NetworkSegment::longest(std::size_t bytes) { longest_ = bytes; }

std::uint64_t NetworkSegment::draw_delay() {
    return own_delay_ ? net_.random().between(delay_least_, delay_most_) : net_.packet_delay();
}

bool NetworkSegment::loses() { return net_.chance(loss_); }

bool NetworkSegment::duplicates() { return net_.chance(duplicate_); }

std::uint64_t NetworkSegment::straggles() { return net_.chance(reorder_) ? net_.random().between(1, reorder_most_) : 0; }

void NetworkSegment::connect(NetworkSegment &other) {
    if (std::ranges::find(neighbours_, &other) == neighbours_.end()) neighbours_.push_back(&other);
}

std::optional<std::uint32_t> NetworkSegment::distance(const NetworkSegment &other) const {
    std::vector<const NetworkSegment *> reached{this};
    std::uint32_t routers = 0;
    for (std::size_t from = 0; from < reached.size(); ++routers) {
        const std::size_t end = reached.size();
        if (std::find(reached.begin() + static_cast<std::ptrdiff_t>(from), reached.end(), &other) != reached.end())
            return routers;
        for (; from < end; ++from) {
            for (const NetworkSegment *next : reached[from]->neighbours_) {
                if (std::ranges::find(reached, next) == reached.end()) reached.push_back(next);
            }
        }
    }
    return std::nullopt;
}

void NetworkSegment::inject(std::string_view from, std::uint16_t from_port, std::string_view to, std::uint16_t port,
                            std::string_view bytes) {
    const auto source = Address::parse(from), target = Address::parse(to);
    if (!source || !target) throw std::invalid_argument("inject: no numeric address: " + std::string(source ? to : from));
    if (bytes.size() > KITH_UDP_MAX_SIZE) throw std::invalid_argument("inject: more bytes than a datagram can have");
    net_.udp().inject(*this, {*source, from_port}, {*target, port}, bytes);
}

} // namespace kith::testkit
