// SPDX-License-Identifier: MIT
#include <tests/sim/datagram_injector.hpp>

#include <kith/testkit/sim_net.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <algorithm>
#include <utility>

namespace kith::sim {

namespace {

constexpr std::size_t max_recorded = 1000;

// A heartbeat of libcluster without a secret: "heartbeat::" and #{node => Name} in the external term format.
std::string heartbeat(const std::string &node) {
    std::string out = "heartbeat::\x83t";
    out.append("\0\0\0\1w\4node", 10);
    out += 'w';
    out += static_cast<char>(node.size());
    return out + node;
}

std::string numbered(std::string text, std::size_t number) {
    const auto at = text.find("{n}");
    return at == std::string::npos ? text : text.replace(at, 3, std::to_string(number));
}

} // namespace

void DatagramInjector::listen() {
    segment_.tap([this](const testkit::Sighting &seen) {
        if (seen.sender == nullptr) return;
        recorded_.push_back({seen.sender->index(), seen.from.address.text(), seen.to.address.text(), seen.from.port,
                             seen.to.port, std::string(seen.bytes)});
        if (recorded_.size() > max_recorded) recorded_.pop_front();
    });
}

void DatagramInjector::send(const InjectedDatagrams &datagrams, Duration over) {
    for (std::size_t i = 0; i < datagrams.count; ++i) {
        const auto share = static_cast<double>(i) / static_cast<double>(datagrams.count);
        net_.in(Duration(static_cast<std::int64_t>(share * static_cast<double>(over.count()))),
                [this, &datagrams, i] { send_one(datagrams, i + 1); });
    }
}

void DatagramInjector::send_one(const InjectedDatagrams &datagrams, std::size_t number) {
    using Content = InjectedDatagrams::Content;
    switch (datagrams.content) {
    case Content::heartbeat:
        return segment_.inject(datagrams.from, datagrams.port, datagrams.to, datagrams.port,
                               heartbeat(numbered(datagrams.text, number)));
    case Content::bytes: return segment_.inject(datagrams.from, datagrams.port, datagrams.to, datagrams.port, datagrams.text);
    case Content::random: {
        std::string bytes(datagrams.random, '\0');
        random_.fill(bytes.data(), bytes.size());
        return segment_.inject(datagrams.from, datagrams.port, datagrams.to, datagrams.port, bytes);
    }
    default: break;
    }
    std::vector<const RecordedDatagram *> known;
    for (const RecordedDatagram &one : recorded_) {
        if (datagrams.of.hosts.has(one.sender)) known.push_back(&one);
    }
    if (known.empty()) return;
    const RecordedDatagram &one = *known[random_.below(known.size())];
    segment_.inject(datagrams.from.empty() ? one.from : datagrams.from, one.from_port, one.to, one.to_port,
                    altered(datagrams, one.bytes));
}

std::string DatagramInjector::altered(const InjectedDatagrams &datagrams, std::string bytes) {
    using Content = InjectedDatagrams::Content;
    if (datagrams.content == Content::truncated) bytes.resize(random_.below(bytes.size() + 1));
    if (datagrams.content == Content::longer) bytes.append(1 + random_.below(60'000), 'x');
    if (datagrams.content == Content::flipped && !bytes.empty()) {
        const auto bit = random_.below(bytes.size() * 8);
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
    return bytes;
}

} // namespace kith::sim
