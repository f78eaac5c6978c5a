// SPDX-License-Identifier: MIT
#include "datagram_socket.hpp"
#include "socket_address.hpp"
#include "socket_status.hpp"

#include <kith/service/udp.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

namespace kith::app {

namespace {

void report_bound(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                  std::uint64_t id, const DatagramSocket *made) {
    const address local = made == nullptr ? address() : made->local();
    const std::string host = made == nullptr ? std::string() : local.host();
    const kith_endpoint endpoint{borrow(host), local.port(), 0};
    Entered guard(resources.tenant, "udp.bound");
    resources.side<kith_udp_plugin>(KITH_UDP)->bound(resources.tenant.self(), user, op, status, borrow(text), id, &endpoint,
                                                     made == nullptr ? 0 : made->receive_buffer());
}

std::string why_not(const address &to, const Error &error) {
    const std::string text = "bind " + to.text() + ": " + error.message();
    switch (error.value()) {
    case EADDRINUSE: return text + "; another socket has it, and one of the two does not share it, see `ss -ulpn`";
    case EADDRNOTAVAIL: return text + "; no interface of this machine has it now, see `ip address`";
    case EAFNOSUPPORT: return text + (to.is_ipv6() ? "; this machine has no IPv6" : "");
    case EACCES: return text + (to.port() < 1024 ? "; ports below 1024 usually need CAP_NET_BIND_SERVICE" : "");
    case EINVAL: return text + (is_link_local(to) ? "; a link-local address needs its interface" : "");
    default: return text;
    }
}

std::int32_t bind(TenantResources &resources, const kith_udp_socket *socket, std::uint64_t user, std::uint64_t *op) {
    const auto *side = resources.side<kith_udp_plugin>(KITH_UDP);
    if (side == nullptr || !side->bound || !side->membership || !side->received || !side->sent)
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_udp_plugin");
    if (socket == nullptr) return resources.refuse(KITH_INVALID, "a kith_udp_socket is expected");
    kith_udp_socket given{};
    std::memcpy(&given, socket, std::min<std::size_t>(socket->struct_size, sizeof given));
    const auto too_much = [&](const char *what, std::uint32_t value, std::uint32_t most) {
        return resources.refuse(KITH_INVALID,
                                what + (" " + std::to_string(value)) + ": expected at most " + std::to_string(most));
    };
    if (given.port > 65'535) return too_much("port", given.port, 65'535);
    if (given.hops > 255) return too_much("hops", given.hops, 255);
    if (given.max_size > KITH_UDP_MAX_SIZE) return too_much("max_size", given.max_size, KITH_UDP_MAX_SIZE);
    const auto local = address::parse(view(given.address), static_cast<std::uint16_t>(given.port));
    if (!local) {
        return resources.refuse(KITH_INVALID, "`" + std::string(view(given.address)) +
                                                  "`: a numeric address of this machine is expected, or 0.0.0.0, or ::");
    }
    if (const auto why = resources.why_not_bind(TenantResources::Transport::udp, local->raw()); !why.empty())
        return resources.refuse(KITH_DENIED, why);
    Error error;
    DatagramOptions options{.local = *local,
                            .interface = std::string(view(given.interface)),
                            .flags = given.flags,
                            .hops = given.hops,
                            .max_size = given.max_size == 0 ? KITH_UDP_MAX_SIZE : given.max_size,
                            .receive_buffer = given.receive_buffer};
    const auto made = std::make_shared<DatagramSocket>(resources, std::move(options), error);
    const std::uint64_t id = resources.begin(op, {user,
                                                  [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                                                      report_bound(s, u, o, KITH_CANCELLED, cancelled_text(), 0, nullptr);
                                                  },
                                                  {}});
    boost::asio::post(resources.io, [resources = resources.shared_from_this(), made, error, id, to = *local] {
        const auto ended = resources->take(id);
        if (!ended) return;
        if (error) {
            const std::int32_t status = status_of(error) == KITH_UNREACHABLE ? KITH_IO : status_of(error);
            return report_bound(*resources, ended->user, id, status, why_not(to, error), 0, nullptr);
        }
        const std::uint64_t number = ++resources->parts.last_id;
        made->open_as(number);
        resources->sockets.emplace(number, made);
        report_bound(*resources, ended->user, id, KITH_OK, {}, number, made.get());
    });
    return KITH_OK;
}

template <class F>
std::int32_t with_socket(const kith_host *host, std::uint64_t id, F &&function) noexcept {
    return guarded(host, [&](TenantResources &resources) {
        const auto found = resources.sockets.find(id);
        if (found == resources.sockets.end()) return resources.no_such(id, "a socket of kith.udp/1");
        return function(resources, *found->second);
    });
}

// The number of datagrams to receive or to send.
std::int32_t check_batch(TenantResources &resources, std::uint32_t count) {
    if (count != 0 && count <= KITH_UDP_MAX_BATCH) return KITH_OK;
    return resources.refuse(KITH_INVALID, std::to_string(count) + " datagrams: expected 1 to 256 at once");
}

constexpr kith_udp_host udp_functions = {
    .bind =
        [](const kith_host *host, const kith_udp_socket *socket, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return bind(resources, socket, user, op); });
        },
    .join =
        [](const kith_host *host, std::uint64_t socket, kith_str group, kith_str interface) noexcept {
            return with_socket(host, socket,
                               [&](TenantResources &, DatagramSocket &one) { return one.join(view(group), view(interface)); });
        },
    .leave =
        [](const kith_host *host, std::uint64_t socket, kith_str group, kith_str interface) noexcept {
            return with_socket(host, socket,
                               [&](TenantResources &, DatagramSocket &one) { return one.leave(view(group), view(interface)); });
        },
    .receive =
        [](const kith_host *host, std::uint64_t socket, std::uint32_t max, std::uint64_t timeout, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return with_socket(host, socket, [&](TenantResources &resources, DatagramSocket &one) {
                const std::int32_t status = check_batch(resources, max);
                return status != KITH_OK ? status : one.receive(max, timeout, user, op);
            });
        },
    .send =
        [](const kith_host *host, std::uint64_t socket, const kith_datagram *datagrams, std::uint32_t count,
           std::uint32_t stride, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) noexcept {
            return with_socket(host, socket, [&](TenantResources &resources, DatagramSocket &one) {
                if (datagrams == nullptr || stride < sizeof(kith_datagram))
                    return resources.refuse(KITH_INVALID, "an array of kith_datagram, and its stride, are expected");
                const std::int32_t status = check_batch(resources, count);
                return status != KITH_OK ? status : one.send(datagrams, count, stride, timeout, user, op);
            });
        },
    .close =
        [](const kith_host *host, std::uint64_t socket) noexcept {
            return with_socket(host, socket, [&](TenantResources &resources, DatagramSocket &one) {
                one.close();
                resources.sockets.erase(socket);
                return KITH_OK;
            });
        },
};

} // namespace

const void *udp_table() noexcept { return &udp_functions; }

} // namespace kith::app
