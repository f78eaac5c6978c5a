// SPDX-License-Identifier: MIT
//
// CPU for each heartbeat when a full receive buffer is drained by kith.udp/1, and by a bare recvmmsg loop beside it. The sender has
// stopped by then: only the draining is measured, and the kernel's part of it is in both.
#include <host/bench/figures.hpp>
#include <host/world/asio_world.hpp>

#include <kith/address.hpp>
#include <kith/service/udp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <vector>

using namespace kith;

namespace {

constexpr std::uint32_t buffer = 4U << 20U; // bytes asked for; the system may grant less
constexpr std::uint32_t longest = 2048;     // as gossip has it
constexpr std::size_t heartbeat_size = 90;

// Receives in a loop, as a plugin does, and touches what came.
class Receiver final : public Tenant {
  public:
    explicit Receiver(World &world) : world_(world) {
        host_.struct_size = sizeof host_;
        host_.error = [](const kith_host *, kith_str) {};
        host_.engine = this;
        world.open(host_, *this);
        udp_ = static_cast<const kith_udp_host *>(world.service(KITH_UDP));
        kith_udp_socket options{};
        options.struct_size = sizeof options;
        options.address = {"127.0.0.1", 9};
        options.max_size = longest;
        options.receive_buffer = buffer;
        std::uint64_t op = 0;
        if (udp_->bind(&host_, &options, 0, &op) != KITH_OK) std::abort();
    }
    ~Receiver() { world_.close(host_); }
    Receiver(const Receiver &) = delete;
    Receiver &operator=(const Receiver &) = delete;

    std::uint64_t datagrams = 0, lost = 0, sum = 0;
    std::uint16_t port = 0;
    std::uint64_t socket = 0;

    const void *service(std::string_view id) noexcept override { return id == KITH_UDP ? &side : nullptr; }
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override {}
    void leave() noexcept override {}
    bool may_read(std::string_view) const noexcept override { return false; }

  private:
    void ask() {
        std::uint64_t op = 0;
        if (udp_->receive(&host_, socket, KITH_UDP_MAX_BATCH, 0, 0, &op) != KITH_OK) std::abort();
    }
    static constexpr kith_udp_plugin side = {
        .bound =
            [](void *self, std::uint64_t, std::uint64_t, std::int32_t status, kith_str, std::uint64_t bound,
               const kith_endpoint *local, std::uint32_t) {
                if (status != KITH_OK) std::abort();
                auto &me = *static_cast<Receiver *>(self);
                me.socket = bound;
                me.port = static_cast<std::uint16_t>(local->port);
                me.ask();
            },
        .membership = [](void *, std::uint64_t, kith_str, kith_str, std::int32_t, kith_str) {},
        .received =
            [](void *self, std::uint64_t, std::uint64_t, std::int32_t, kith_str, const kith_datagram *first,
               std::uint32_t count, std::uint32_t, std::uint64_t lost) {
                auto &me = *static_cast<Receiver *>(self);
                for (std::uint32_t i = 0; i < count; ++i) me.sum += *static_cast<const unsigned char *>(first[i].data);
                me.datagrams += count;
                me.lost = lost;
                me.ask();
            },
        .sent = [](void *, std::uint64_t, std::uint64_t, std::int32_t, kith_str, std::uint32_t) {}};

    World &world_;
    kith_host host_{};
    const kith_udp_host *udp_ = nullptr;
};

int open_socket(std::uint16_t &port) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int size = buffer;
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof local;
    if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) != 0 ||
        ::bind(fd, reinterpret_cast<const sockaddr *>(&local), length) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr *>(&local), &length) != 0)
        std::abort();
    port = ntohs(local.sin_port);
    return fd;
}

// More than any buffer holds.
void fill(int from, std::uint16_t port) {
    const std::string heartbeat(heartbeat_size, 'h');
    const auto to = address::parse("127.0.0.1", port).value();
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(to.port());
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 12'000; ++i) {
        ::sendto(from, heartbeat.data(), heartbeat.size(), 0, reinterpret_cast<const sockaddr *>(&where), sizeof where);
    }
}

// What the loop cannot be cheaper than.
std::size_t drain_bare(int fd, std::uint64_t &sum) {
    static std::array<std::array<unsigned char, longest>, 64> bytes;
    static std::array<sockaddr_in, 64> names;
    std::array<mmsghdr, 64> headers{};
    std::array<iovec, 64> parts{};
    for (std::size_t i = 0; i < headers.size(); ++i) {
        parts[i] = {bytes[i].data(), longest};
        headers[i].msg_hdr.msg_iov = &parts[i];
        headers[i].msg_hdr.msg_iovlen = 1;
        headers[i].msg_hdr.msg_name = &names[i];
        headers[i].msg_hdr.msg_namelen = sizeof names[i];
    }
    std::size_t all = 0;
    for (;;) {
        const int got = ::recvmmsg(fd, headers.data(), headers.size(), MSG_DONTWAIT, nullptr);
        if (got <= 0) return all;
        for (int i = 0; i < got; ++i) sum += bytes[static_cast<std::size_t>(i)][0];
        all += static_cast<std::size_t>(got);
    }
}

} // namespace

int main() {
    constexpr int samples = 30;
    boost::asio::io_context io(1);
    app::AsioWorld world(io, {});
    Receiver receiver(world);
    io.poll();
    std::uint16_t bare_port = 0, any = 0;
    const int bare = open_socket(bare_port), sender = open_socket(any);

    std::vector<double> ours, theirs;
    std::uint64_t sum = 0;
    for (int i = 0; i < samples; ++i) {
        fill(sender, bare_port);
        double begin = bench::cpu_us();
        const std::size_t all = drain_bare(bare, sum);
        theirs.push_back((bench::cpu_us() - begin) / static_cast<double>(all));

        fill(sender, receiver.port);
        const std::uint64_t before = receiver.datagrams;
        begin = bench::cpu_us();
        io.restart();
        while (io.poll() != 0) {
        }
        ours.push_back((bench::cpu_us() - begin) / static_cast<double>(receiver.datagrams - before));
    }
    for (auto *costs : {&ours, &theirs}) std::sort(costs->begin(), costs->end());
    const double median = ours[samples / 2], floor = theirs[samples / 2];
    std::printf("CPU for each datagram of %zu bytes, %llu drained at once, bare recvmmsg\t%.2f\tus\t%d\t\t\n", heartbeat_size,
                static_cast<unsigned long long>(receiver.datagrams / samples), floor, samples);
    std::printf("CPU for each datagram of %zu bytes through kith.udp/1\t%.2f\tus\t%d\t<= 1.2\t%.2f\n", heartbeat_size, median,
                samples, median / floor);
    return receiver.lost == 0 || sum == 0 || receiver.sum == 0 ? 1 : 0; // the buffer was full
}
