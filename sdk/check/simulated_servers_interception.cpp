// SPDX-License-Identifier: MIT
//
// The service functions that SimulatedServers observes. Each prepares the requested server and then calls the host's function.
#include "simulated_servers.hpp"

#include "plugin_test.hpp"

#include <kith/service/dns.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/process.h>
#include <kith/service/tcp.h>
#include <kith/service/udp.h>

namespace kith::check {

namespace {

SimulatedServers *servers; // of the plugin that is being tested

template <class Table>
struct Intercepted {
    Table real{}, sample{};
};
Intercepted<kith_tcp_host> tcp;
Intercepted<kith_udp_host> udp;
Intercepted<kith_http_host> http;
Intercepted<kith_dns_host> dns;
Intercepted<kith_process_host> process;
Intercepted<kith_file_host> file;

// A server that cannot be prepared, for example because its port is in use, does not exist for the plugin.
template <class Prepare>
void prepare(Prepare &&what) noexcept {
    try {
        what();
    } catch (const std::exception &) {
        return;
    }
}

template <class Table, class Tap>
const void *intercepted(Intercepted<Table> &one, const void *offered, Tap &&intercept_table) {
    one.real = one.sample = *static_cast<const Table *>(offered);
    intercept_table(one.sample);
    return &one.sample;
}

void intercept_table(kith_tcp_host &table) {
    table.connect = [](const kith_host *host, kith_str name, std::uint32_t port, std::uint64_t timeout, std::uint64_t user,
                       std::uint64_t *op) noexcept {
        prepare([&] { servers->on_connect(view(name), port); });
        return tcp.real.connect(host, name, port, timeout, user, op);
    };
}

void intercept_table(kith_udp_host &table) {
    table.bind = [](const kith_host *host, const kith_udp_socket *socket, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { servers->on_bind(socket->port); });
        return udp.real.bind(host, socket, user, op);
    };
    table.join = [](const kith_host *host, std::uint64_t socket, kith_str group, kith_str interface) noexcept {
        prepare([&] { servers->on_join(view(group)); });
        return udp.real.join(host, socket, group, interface);
    };
}

void intercept_table(kith_http_host &table) {
    table.open = [](const kith_host *host, const kith_http_client *settings, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { servers->on_authorities(view(settings->authorities)); });
        return http.real.open(host, settings, user, op);
    };
    table.request = [](const kith_host *host, std::uint64_t client, const kith_http_request *request, std::uint64_t user,
                       std::uint64_t *op) noexcept {
        prepare([&] { servers->on_request(view(request->url)); });
        return http.real.request(host, client, request, user, op);
    };
}

void intercept_table(kith_dns_host &table) {
    table.query = [](const kith_host *host, const kith_dns_query *query, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { servers->on_query(view(query->name), query->type); });
        return dns.real.query(host, query, user, op);
    };
}

void intercept_table(kith_process_host &table) {
    table.start = [](const kith_host *host, const kith_process_program *program, std::uint64_t user,
                     std::uint64_t *op) noexcept {
        prepare([&] { servers->on_start(view(program->path)); });
        return process.real.start(host, program, user, op);
    };
}

void intercept_table(kith_file_host &table) {
    table.read = [](const kith_host *host, kith_str path, std::uint64_t max, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { servers->on_read(view(path)); });
        return file.real.read(host, path, max, user, op);
    };
}

} // namespace

const kith_entry &SimulatedServers::intercept(const kith_entry &plugin) {
    servers = this;
    interceptors_.emplace_back(plugin, [](std::string_view id, const void *offered) -> const void * {
        const auto with = [offered](auto &one) {
            return intercepted(one, offered, [](auto &table) { intercept_table(table); });
        };
        if (offered == nullptr) return offered;
        if (id == KITH_TCP) return with(tcp);
        if (id == KITH_UDP) return with(udp);
        if (id == KITH_HTTP) return with(http);
        if (id == KITH_DNS) return with(dns);
        if (id == KITH_PROCESS) return with(process);
        if (id == KITH_FILE) return with(file);
        return offered;
    });
    return interceptors_.back().entry();
}

} // namespace kith::check
