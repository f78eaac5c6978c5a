// SPDX-License-Identifier: MIT
#include <tests/sim/strangers.hpp>

#include <kith/service/udp.h>

#include <algorithm>
#include <utility>

namespace kith::sim {

namespace {

constexpr std::size_t most_overheard = 1000;

// What libcluster sends without a secret: "heartbeat::" and #{node => Name} in the external term format.
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

void Strangers::listen() {
    segment_.tap([this](const testkit::Sighting &seen) {
        if (seen.sender == nullptr) return;
        overheard_.push_back({seen.sender->index(), seen.from.address.text(), seen.to.address.text(), seen.from.port,
                              seen.to.port, std::string(seen.bytes)});
        if (overheard_.size() > most_overheard) overheard_.pop_front();
    });
}

void Strangers::send(const Packets &packets, Span over) {
    for (std::size_t i = 0; i < packets.count; ++i) {
        const auto share = static_cast<double>(i) / static_cast<double>(packets.count);
        net_.in(Span(static_cast<std::int64_t>(share * static_cast<double>(over.count()))),
                [this, &packets, i] { send_one(packets, i + 1); });
    }
}

void Strangers::send_one(const Packets &packets, std::size_t number) {
    using Content = Packets::Content;
    switch (packets.content) {
    case Content::heartbeat:
        return segment_.inject(packets.from, packets.port, packets.to, packets.port, heartbeat(numbered(packets.text, number)));
    case Content::bytes: return segment_.inject(packets.from, packets.port, packets.to, packets.port, packets.text);
    case Content::random: {
        std::string bytes(packets.random, '\0');
        random_.fill(bytes.data(), bytes.size());
        return segment_.inject(packets.from, packets.port, packets.to, packets.port, bytes);
    }
    default: break;
    }
    std::vector<const Overheard *> known;
    for (const Overheard &one : overheard_) {
        if (packets.of.hosts.has(one.sender)) known.push_back(&one);
    }
    if (known.empty()) return;
    const Overheard &one = *known[random_.below(known.size())];
    segment_.inject(packets.from.empty() ? one.from : packets.from, one.from_port, one.to, one.to_port,
                    altered(packets, one.bytes));
}

std::string Strangers::altered(const Packets &packets, std::string bytes) {
    using Content = Packets::Content;
    if (packets.content == Content::truncated) bytes.resize(random_.below(bytes.size() + 1));
    if (packets.content == Content::longer) bytes.append(1 + random_.below(60'000), 'x');
    if (packets.content == Content::flipped && !bytes.empty()) {
        const auto bit = random_.below(bytes.size() * 8);
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
    return bytes;
}

struct Occupier::Body final : Tenant {
    testkit::Machine &machine;
    kith_host host{};

    Body(testkit::Machine &on, std::uint16_t port) : machine(on) {
        host.struct_size = sizeof host;
        host.instance = {"occupier", 8};
        host.error = [](const kith_host *, kith_str) {};
        machine.open(host, *this);
        const auto *udp = static_cast<const kith_udp_host *>(machine.service(KITH_UDP));
        kith_udp_socket socket{};
        socket.struct_size = sizeof socket;
        socket.address = {"0.0.0.0", 7};
        socket.port = port;
        std::uint64_t op = 0;
        udp->bind(&host, &socket, 0, &op);
    }
    const void *service(std::string_view) noexcept override { return nullptr; }
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }
};

Occupier::Occupier(testkit::Machine &machine, std::uint16_t port) : body_(std::make_unique<Body>(machine, port)) {}

Occupier::~Occupier() { body_->machine.close(body_->host); }

} // namespace kith::sim
