// SPDX-License-Identifier: MIT
#include "endpoint_text.hpp"
#include "numeric_address.hpp"
#include "socket_address.hpp"
#include "socket_status.hpp"
#include "tcp_connect.hpp"
#include "tcp_listener.hpp"
#include "tcp_open_callbacks.hpp"
#include "tcp_stream.hpp"

#include <kith/service/tcp.h>

#include <boost/asio/post.hpp>

namespace kith::app {

namespace {

std::int32_t check(TenantResources &resources, std::uint32_t port) {
    const auto *side = resources.side<kith_tcp_plugin>(KITH_TCP);
    if (side == nullptr || !side->connected || !side->listening || !side->accepted || !side->read || !side->written) {
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_tcp_plugin");
    }
    if (port > 65'535) return resources.refuse(KITH_INVALID, "port " + std::to_string(port) + ": expected at most 65535");
    return KITH_OK;
}

std::int32_t connect(TenantResources &resources, std::string_view name, std::uint32_t port, std::uint64_t timeout,
                     std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check(resources, port); status != KITH_OK) return status;
    if (port == 0) return resources.refuse(KITH_INVALID, "port 0: expected 1 to 65535");
    if (name.empty() || name.size() > 255 || name.find('\0') != std::string_view::npos) {
        return resources.refuse(KITH_INVALID, "a host name or a numeric address of 1 to 255 bytes is expected");
    }
    std::make_shared<TcpConnect>(resources, std::string(name), port)->start(timeout, user, op);
    return KITH_OK;
}

std::int32_t listen(TenantResources &resources, const std::string &address, std::uint32_t port, std::uint32_t backlog,
                    std::uint64_t user, std::uint64_t *op) {
    if (const std::int32_t status = check(resources, port); status != KITH_OK) return status;
    const auto numeric = numeric_address(address);
    if (!numeric && !address.empty())
        return resources.refuse(KITH_INVALID, "`" + address + "`: a numeric address is expected, or none");
    Error error;
    const tcp::endpoint local(numeric ? numeric->address : boost::asio::ip::address_v6::any(),
                              static_cast<std::uint16_t>(port));
    if (const auto why = resources.why_not_bind(TenantResources::Transport::tcp, from_kernel(*local.data())); !why.empty())
        return resources.refuse(KITH_DENIED, why);
    const auto listener = std::make_shared<TcpListener>(resources, local, address.empty(), backlog, error);
    const std::uint64_t id = resources.begin(op, {user, report_cancelled<listening>, {}});
    const std::string fault = numeric ? numeric->fault : "";
    boost::asio::post(resources.io, [resources = resources.shared_from_this(), listener, error, fault, id,
                                     where = place(address.empty() ? "every address" : address, port)] {
        const auto ended = resources->take(id);
        if (!ended) return;
        if (error || !fault.empty()) {
            const std::int32_t status = error && status_of(error) != KITH_UNREACHABLE ? status_of(error) : KITH_IO;
            return report_failure(listening, *resources, ended->user, id, status,
                                  "listen on " + where + ": " + (fault.empty() ? error.message() : fault));
        }
        const std::uint64_t made = ++resources->parts.last_id;
        resources->listeners.emplace(made, listener);
        report(listening, *resources, ended->user, id, made, listener->local());
    });
    return KITH_OK;
}

template <class F>
std::int32_t with_stream(TenantResources &resources, std::uint64_t id, F &&function) {
    const auto found = resources.streams.find(id);
    return found == resources.streams.end() ? resources.no_such(id, "a stream") : function(*found->second);
}

std::int32_t accept(TenantResources &resources, std::uint64_t id, std::uint64_t user, std::uint64_t *op) {
    const auto found = resources.listeners.find(id);
    return found == resources.listeners.end() ? resources.no_such(id, "a listener") : found->second->accept(user, op);
}

std::int32_t write(TenantResources &resources, std::uint64_t id, const void *data, std::uint32_t size, std::uint64_t timeout,
                   std::uint64_t user, std::uint64_t *op) {
    if (size > KITH_TCP_MAX_WRITE) return resources.refuse(KITH_LIMIT, "a write takes at most 16777216 bytes");
    if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
    return with_stream(resources, id, [&](TcpStream &stream) {
        return stream.write({static_cast<const char *>(data), size}, timeout, user, op);
    });
}

std::int32_t close(TenantResources &resources, std::uint64_t id) {
    if (const auto stream = resources.streams.extract(id)) {
        stream.mapped()->close();
        return KITH_OK;
    }
    if (const auto listener = resources.listeners.extract(id)) {
        listener.mapped()->close();
        return KITH_OK;
    }
    return resources.no_such(id, "a stream or a listener");
}

constexpr kith_tcp_host tcp_functions = {
    .connect =
        [](const kith_host *host, kith_str name, std::uint32_t port, std::uint64_t timeout, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host,
                           [&](TenantResources &resources) { return connect(resources, view(name), port, timeout, user, op); });
        },
    .listen =
        [](const kith_host *host, kith_str address, std::uint32_t port, std::uint32_t backlog, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                return listen(resources, std::string(view(address)), port, backlog, user, op);
            });
        },
    .accept =
        [](const kith_host *host, std::uint64_t listener, std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) { return accept(resources, listener, user, op); });
        },
    .read =
        [](const kith_host *host, std::uint64_t stream, std::uint32_t max, std::uint64_t timeout, std::uint64_t user,
           std::uint64_t *op) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                return with_stream(resources, stream, [&](TcpStream &one) { return one.read(max, timeout, user, op); });
            });
        },
    .write =
        [](const kith_host *host, std::uint64_t stream, const void *data, std::uint32_t size, std::uint64_t timeout,
           std::uint64_t user, std::uint64_t *op) noexcept {
            return guarded(host,
                           [&](TenantResources &resources) { return write(resources, stream, data, size, timeout, user, op); });
        },
    .shutdown =
        [](const kith_host *host, std::uint64_t stream) noexcept {
            return guarded(host, [&](TenantResources &resources) {
                return with_stream(resources, stream, [](TcpStream &one) { return one.shutdown(); });
            });
        },
    .close =
        [](const kith_host *host, std::uint64_t id) noexcept {
            return guarded(host, [&](TenantResources &resources) { return close(resources, id); });
        },
};

} // namespace

const void *tcp_table() noexcept { return &tcp_functions; }

} // namespace kith::app
