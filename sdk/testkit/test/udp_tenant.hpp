// SPDX-License-Identifier: MIT
//
// A tenant that has one thing to do: datagrams. It writes down what it is told, and asks for more when `listening`.
#pragma once

#include <kith/service/udp.h>
#include <kith/testkit/machine.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace kith::testkit {

struct Got {
    std::chrono::nanoseconds at;
    std::string bytes, from; // "10.0.0.2:99"
    std::uint32_t flags = 0, scope = 0;
};
struct Told {
    std::string group, interface;
    std::int32_t status = 0;
    std::string text;
};
struct Done {
    std::uint64_t op = 0;
    std::int32_t status = 0;
    std::string text;
    std::uint32_t count = 0; // datagrams; the buffer of bound
    std::uint64_t socket = 0;
    std::string local;
    std::uint32_t port = 0;
};

class UdpTenant final : public Tenant {
  public:
    explicit UdpTenant(Machine &on) : machine(on), net(on.net()) {
        host.struct_size = sizeof host;
        host.instance = {machine.name().data(), machine.name().size()};
        host.engine = this;
        host.error = [](const kith_host *raw, kith_str text) {
            static_cast<UdpTenant *>(raw->engine)->error.assign(text.data, text.size);
        };
        machine.open(host, *this);
    }
    ~UdpTenant() { machine.close(host); }
    UdpTenant(const UdpTenant &) = delete;
    UdpTenant &operator=(const UdpTenant &) = delete;

    const kith_udp_host &udp() const { return *static_cast<const kith_udp_host *>(machine.service(KITH_UDP)); }
    static kith_str str(std::string_view s) { return {s.data(), s.size()}; }

    struct Wanted {
        std::string_view address = "0.0.0.0";
        std::uint32_t port = 99;
        std::uint32_t flags = KITH_UDP_SHARED;
        std::string_view interface = {};
        std::uint32_t hops = 1, max_size = 0, receive_buffer = 0;
    };
    std::uint64_t bind(const Wanted &w) {
        const kith_udp_socket raw{sizeof raw, w.flags, str(w.address), str(w.interface),
                                  w.port,     w.hops,  w.max_size,     w.receive_buffer};
        return begun([&](std::uint64_t *op) { return udp().bind(&host, &raw, 0, op); });
    }
    /// A socket that is bound, and listening.
    std::uint64_t open(const Wanted &w, std::string_view group = {}, std::string_view interface = {}) {
        const auto made = await(bind(w));
        if (made.status != KITH_OK) throw std::runtime_error("bind: " + made.text);
        if (!group.empty() && join(made.socket, group, interface) != KITH_OK) throw std::runtime_error("join: " + error);
        listen(made.socket);
        return made.socket;
    }
    std::int32_t join(std::uint64_t socket, std::string_view group, std::string_view interface = {}) {
        return last_status = udp().join(&host, socket, str(group), str(interface));
    }
    std::int32_t leave(std::uint64_t socket, std::string_view group, std::string_view interface = {}) {
        return last_status = udp().leave(&host, socket, str(group), str(interface));
    }
    std::uint64_t receive(std::uint64_t socket, std::uint32_t max = KITH_UDP_MAX_BATCH, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return udp().receive(&host, socket, max, timeout, socket, op); });
    }
    /// From now on it always receives.
    void listen(std::uint64_t socket) {
        listening = true;
        receive(socket);
    }
    static kith_datagram to(std::string_view address, std::uint16_t port, std::string_view bytes) {
        const auto where = Address::parse(address).value();
        kith_datagram out{};
        out.data = bytes.data();
        out.size = static_cast<std::uint32_t>(bytes.size());
        std::copy(where.bytes.begin(), where.bytes.end(), out.remote.bytes);
        out.remote.family = where.family;
        out.remote.port = port;
        return out;
    }
    std::uint64_t send(std::uint64_t socket, const std::vector<kith_datagram> &all, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) {
            return udp().send(&host, socket, all.data(), static_cast<std::uint32_t>(all.size()), sizeof(kith_datagram), timeout,
                              0, op);
        });
    }
    Done say(std::uint64_t socket, std::string_view address, std::string_view bytes, std::uint16_t port = 99) {
        return await(send(socket, {to(address, port, bytes)}));
    }

    const Done *of(std::uint64_t op) const {
        for (const auto &each : done) {
            if (each.op == op) return &each;
        }
        return nullptr;
    }
    Done await(std::uint64_t op) {
        if (op == 0) throw std::runtime_error("refused: " + std::to_string(last_status) + ' ' + error);
        net.run_until([&] { return of(op) != nullptr; });
        if (of(op) == nullptr) throw std::runtime_error("the operation did not complete within an hour");
        return *of(op);
    }
    /// What was heard since the last time, in the order it came: "a b c".
    std::string heard(std::chrono::nanoseconds span = std::chrono::milliseconds(10)) {
        net.run_for(span);
        std::string out;
        for (; read < got.size(); ++read) out += (out.empty() ? "" : " ") + got[read].bytes;
        return out;
    }

    // ---- Tenant ----

    const void *service(std::string_view id) noexcept override { return id == KITH_UDP ? side : nullptr; }
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override { ++entered; }
    void leave() noexcept override { --entered; }
    bool may_read(std::string_view) const noexcept override { return false; }

    Machine &machine;
    SimNet &net;
    kith_host host{};
    std::vector<Done> done;
    std::vector<Got> got;
    std::vector<Told> told;
    std::size_t read = 0, calls = 0; // of received
    std::uint64_t lost = 0;
    std::int32_t last_status = KITH_OK;
    std::string error;
    int entered = 0;
    bool listening = false, calling = false, inside_call = false;

    static const kith_udp_plugin table;
    const kith_udp_plugin *side = &table;

  private:
    template <class F>
    std::uint64_t begun(F &&function) {
        std::uint64_t op = 0;
        calling = true;
        last_status = function(&op);
        calling = false;
        return last_status == KITH_OK ? op : 0;
    }
    static Done &note(void *self, std::uint64_t op, std::int32_t status, kith_str text, std::uint32_t count) {
        auto &me = *static_cast<UdpTenant *>(self);
        me.inside_call = me.inside_call || me.calling || me.entered != 1;
        Done &made = me.done.emplace_back();
        made.op = op;
        made.status = status;
        made.text.assign(text.data == nullptr ? "" : text.data, text.size);
        made.count = count;
        return made;
    }
};

inline const kith_udp_plugin UdpTenant::table = {
    [](void *self, std::uint64_t, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t socket,
       const kith_endpoint *local, std::uint32_t buffer) {
        Done &made = note(self, op, status, text, buffer);
        made.socket = socket;
        if (local == nullptr) return;
        made.local.assign(local->address.data, local->address.size);
        made.port = local->port;
    },
    [](void *self, std::uint64_t, kith_str group, kith_str interface, std::int32_t status, kith_str text) {
        auto &me = *static_cast<UdpTenant *>(self);
        me.inside_call = me.inside_call || me.calling || me.entered != 1;
        me.told.push_back({{group.data, group.size}, {interface.data, interface.size}, status, {text.data, text.size}});
    },
    [](void *self, std::uint64_t socket, std::uint64_t op, std::int32_t status, kith_str text, const kith_datagram *all,
       std::uint32_t count, std::uint32_t stride, std::uint64_t lost) {
        auto &me = *static_cast<UdpTenant *>(self);
        note(self, op, status, text, count);
        me.lost = lost;
        ++me.calls;
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto &each =
                *reinterpret_cast<const kith_datagram *>(reinterpret_cast<const char *>(all) + std::size_t{i} * stride);
            Address from;
            std::copy(std::begin(each.remote.bytes), std::end(each.remote.bytes), from.bytes.begin());
            from.family = each.remote.family;
            me.got.push_back({me.net.now(),
                              {static_cast<const char *>(each.data), each.size},
                              from.text() + ':' + std::to_string(each.remote.port),
                              each.flags,
                              each.remote.scope});
        }
        if (me.listening && status == KITH_OK) me.receive(socket);
    },
    [](void *self, std::uint64_t, std::uint64_t op, std::int32_t status, kith_str text, std::uint32_t count) {
        note(self, op, status, text, count);
    }};

} // namespace kith::testkit
