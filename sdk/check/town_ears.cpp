// SPDX-License-Identifier: MIT
//
// The functions of services by which the town learns what the plugin wants. Each lets the town prepare, and calls the host.
#include "town.hpp"

#include "check.hpp"

#include <kith/service/dns.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/process.h>
#include <kith/service/tcp.h>
#include <kith/service/udp.h>

namespace kith::check {

namespace {

Town *town; // that of the plugin which lives now

template <class Table>
struct Tapped {
    Table real{}, heard{};
};
Tapped<kith_tcp_host> tcp;
Tapped<kith_udp_host> udp;
Tapped<kith_http_host> http;
Tapped<kith_dns_host> dns;
Tapped<kith_process_host> process;
Tapped<kith_file_host> file;

// What the town cannot prepare, such as a port that is taken, is not there then.
template <class Prepare>
void prepare(Prepare &&what) noexcept {
    try {
        what();
    } catch (const std::exception &) {
        return;
    }
}

template <class Table, class Tap>
const void *tapped(Tapped<Table> &one, const void *offered, Tap &&tap) {
    one.real = one.heard = *static_cast<const Table *>(offered);
    tap(one.heard);
    return &one.heard;
}

void tap(kith_tcp_host &table) {
    table.connect = [](const kith_host *host, kith_str name, std::uint32_t port, std::uint64_t timeout, std::uint64_t user,
                       std::uint64_t *op) noexcept {
        prepare([&] { town->dials(view(name), port); });
        return tcp.real.connect(host, name, port, timeout, user, op);
    };
}

void tap(kith_udp_host &table) {
    table.bind = [](const kith_host *host, const kith_udp_socket *socket, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { town->binds(socket->port); });
        return udp.real.bind(host, socket, user, op);
    };
    table.join = [](const kith_host *host, std::uint64_t socket, kith_str group, kith_str interface) noexcept {
        prepare([&] { town->joins(view(group)); });
        return udp.real.join(host, socket, group, interface);
    };
}

void tap(kith_http_host &table) {
    table.open = [](const kith_host *host, const kith_http_client *settings, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { town->trusts(view(settings->authorities)); });
        return http.real.open(host, settings, user, op);
    };
    table.request = [](const kith_host *host, std::uint64_t client, const kith_http_request *request, std::uint64_t user,
                       std::uint64_t *op) noexcept {
        prepare([&] { town->requests(view(request->url)); });
        return http.real.request(host, client, request, user, op);
    };
}

void tap(kith_dns_host &table) {
    table.query = [](const kith_host *host, const kith_dns_query *query, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { town->asks(view(query->name), query->type); });
        return dns.real.query(host, query, user, op);
    };
}

void tap(kith_process_host &table) {
    table.start = [](const kith_host *host, const kith_process_program *program, std::uint64_t user,
                     std::uint64_t *op) noexcept {
        prepare([&] { town->runs(view(program->path)); });
        return process.real.start(host, program, user, op);
    };
}

void tap(kith_file_host &table) {
    table.read = [](const kith_host *host, kith_str path, std::uint64_t max, std::uint64_t user, std::uint64_t *op) noexcept {
        prepare([&] { town->reads(view(path)); });
        return file.real.read(host, path, max, user, op);
    };
}

} // namespace

const kith_entry &Town::listen(const kith_entry &plugin) {
    town = this;
    ears_.emplace_back(plugin, [](std::string_view id, const void *offered) -> const void * {
        const auto with = [offered](auto &one) { return tapped(one, offered, [](auto &table) { tap(table); }); };
        if (offered == nullptr) return offered;
        if (id == KITH_TCP) return with(tcp);
        if (id == KITH_UDP) return with(udp);
        if (id == KITH_HTTP) return with(http);
        if (id == KITH_DNS) return with(dns);
        if (id == KITH_PROCESS) return with(process);
        if (id == KITH_FILE) return with(file);
        return offered;
    });
    return ears_.back().entry();
}

} // namespace kith::check
