// SPDX-License-Identifier: MIT
//
// How fast the simulated network brings datagrams: machines in one segment, each of which sends a heartbeat of 60 bytes to the group
// every five seconds (at its own time) and reads each that it receives.
#include <kith/service/timer.h>
#include <kith/service/udp.h>
#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

namespace {

using namespace kith::testkit;
using namespace std::chrono_literals;

constexpr std::uint16_t port = 45892;
constexpr std::uint64_t interval = 5'000'000'000;

kith_str str(std::string_view s) { return {s.data(), s.size()}; }

class Host final : public kith::Tenant {
  public:
    explicit Host(SimulatedMachine &on) : machine_(on) {
        host_.struct_size = sizeof host_;
        machine_.open(host_, *this);
        const kith_udp_socket wanted{sizeof wanted, KITH_UDP_SHARED, str("0.0.0.0"), {}, port, 1, 0, 4u << 20};
        std::uint64_t op = 0;
        udp().bind(&host_, &wanted, 0, &op);
        const auto *timer = static_cast<const kith_timer_host *>(machine_.service(KITH_TIMER));
        timer->start(&host_, machine_.net().random().below(interval), 0, &op);
    }
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;
    ~Host() { machine_.close(host_); }

    const void *service(std::string_view id) noexcept override {
        if (id == KITH_UDP) return &udp_side;
        return id == KITH_TIMER ? &timer_side : nullptr;
    }
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }

    std::uint64_t heard = 0, calls = 0, lost = 0, sum = 0;

  private:
    SimulatedMachine &machine_;
    kith_host host_{};
    std::uint64_t socket_ = 0;

    const kith_udp_host &udp() const { return *static_cast<const kith_udp_host *>(machine_.service(KITH_UDP)); }
    void receive() {
        std::uint64_t op = 0;
        udp().receive(&host_, socket_, KITH_UDP_MAX_BATCH, 0, 0, &op);
    }
    static Host &me(void *self) { return *static_cast<Host *>(self); }

    static const kith_timer_plugin timer_side;
    static const kith_udp_plugin udp_side;
};

const kith_timer_plugin Host::timer_side = {[](void *self, std::uint64_t, std::uint64_t, std::int32_t) {
    Host &on = me(self);
    static const char beat[60] = "heartbeat";
    kith_datagram out{};
    out.data = beat;
    out.size = sizeof beat;
    const std::uint8_t group[] = {233, 252, 1, 32};
    std::memcpy(out.remote.bytes, group, sizeof group);
    out.remote.family = KITH_ADDRESS_IPV4;
    out.remote.port = port;
    std::uint64_t op = 0;
    on.udp().send(&on.host_, on.socket_, &out, 1, sizeof out, 0, 0, &op);
    static_cast<const kith_timer_host *>(on.machine_.service(KITH_TIMER))->start(&on.host_, interval, 0, &op);
}};
const kith_udp_plugin Host::udp_side = {
    [](void *self, std::uint64_t, std::uint64_t, std::int32_t, kith_str, std::uint64_t socket, const kith_endpoint *,
       std::uint32_t) {
        Host &on = me(self);
        on.socket_ = socket;
        on.udp().join(&on.host_, socket, str("233.252.1.32"), {});
        on.receive();
    },
    [](void *, std::uint64_t, kith_str, kith_str, std::int32_t, kith_str) {},
    [](void *self, std::uint64_t, std::uint64_t, std::int32_t status, kith_str, const kith_datagram *all, std::uint32_t count,
       std::uint32_t stride, std::uint64_t lost_so_far) {
        Host &on = me(self);
        if (status != KITH_OK) return;
        on.heard += count;
        on.lost = lost_so_far;
        ++on.calls;
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto &each =
                *reinterpret_cast<const kith_datagram *>(reinterpret_cast<const char *>(all) + std::size_t{i} * stride);
            on.sum += static_cast<const unsigned char *>(each.data)[0] + each.remote.bytes[3];
        }
        on.receive();
    },
    [](void *, std::uint64_t, std::uint64_t, std::int32_t, kith_str, std::uint32_t) {}};

void run(const char *what, std::size_t count, std::chrono::nanoseconds span, std::chrono::nanoseconds tick, double loss,
         bool halves) {
    SimNet net(1);
    net.segment().delay(1ms, 1ms);
    net.segment().loss(loss);
    net.tick(tick);
    std::vector<std::unique_ptr<Host>> hosts;
    std::vector<const SimulatedMachine *> half;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i / 250) + '.' + std::to_string(1 + i % 250);
        SimulatedMachine &machine = net.machine("m" + std::to_string(i), {"10.0." + number});
        if (i % 2 == 0) half.push_back(&machine);
        hosts.push_back(std::make_unique<Host>(machine));
    }
    if (halves) net.islands({half});
    const std::clock_t begin = std::clock(); // of the processor, which others may be using too
    net.run_for(span);
    const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::uint64_t heard = 0, calls = 0, lost = 0;
    for (const auto &each : hosts) {
        heard += each->heard;
        calls += each->calls;
        lost += each->lost;
    }
    std::printf("%-34s %11llu deliveries %9llu calls %6llu lost  %6.2f s  %8.1f million/s  %6.1f ns each\n", what,
                static_cast<unsigned long long>(heard), static_cast<unsigned long long>(calls),
                static_cast<unsigned long long>(lost), took, static_cast<double>(heard) / took / 1e6,
                took * 1e9 / static_cast<double>(heard));
}

} // namespace

int main() {
    run("1,000 machines, each at its time", 1000, 1min, 0ns, 0, false);
    run("  tick 10 ms", 1000, 5min, 10ms, 0, false);
    run("  tick 100 ms", 1000, 10min, 100ms, 0, false);
    run("  tick 1 s", 1000, 60min, 1s, 0, false);
    run("  tick 100 ms, 30 % lost", 1000, 10min, 100ms, 0.3, false);
    run("  tick 100 ms, in two halves", 1000, 10min, 100ms, 0, true);
}
