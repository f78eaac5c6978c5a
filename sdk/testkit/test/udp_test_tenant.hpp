// SPDX-License-Identifier: MIT
//
// A tenant that listens: it asks for datagrams again and again, and keeps all that come.
#pragma once

#include "machine_test_tenant.hpp"

#include <kith/address.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kith::testkit {

struct Got {
    std::chrono::nanoseconds at;
    std::string bytes, from; // "10.0.0.2:99"
    std::uint32_t flags = 0, scope = 0;
};

class UdpTenant final : public MachineTenant {
  public:
    explicit UdpTenant(SimulatedMachine &on) : MachineTenant(on, on.name()) {}

    struct Wanted {
        std::string_view address = "0.0.0.0";
        std::uint32_t port = 99;
        std::uint32_t flags = KITH_UDP_SHARED;
        std::string_view interface = {};
        std::uint32_t hops = 1, max_size = 0, receive_buffer = 0;
    };
    std::uint64_t bind(const Wanted &w) {
        const auto s = [](std::string_view text) { return test::str(text); };
        return MachineTenant::bind(
            {sizeof(kith_udp_socket), w.flags, s(w.address), s(w.interface), w.port, w.hops, w.max_size, w.receive_buffer});
    }
    /// A socket that is bound, and from which it always receives.
    std::uint64_t open(const Wanted &w, std::string_view group = {}, std::string_view interface = {}) {
        const Completion made = await(bind(w));
        BOOST_REQUIRE_MESSAGE(made.status == KITH_OK, made.text);
        if (!group.empty()) BOOST_REQUIRE_MESSAGE(join(made.id, group, interface) == KITH_OK, error);
        listening_.insert(made.id);
        hear(made.id);
        return made.id;
    }
    std::int32_t join(std::uint64_t socket, std::string_view group, std::string_view interface = {}) {
        return refused = MachineTenant::join(socket, group, interface);
    }
    std::int32_t leave(std::uint64_t socket, std::string_view group, std::string_view interface = {}) {
        return refused = leave_group(socket, group, interface);
    }
    using MachineTenant::leave; // of a Tenant

    static kith_datagram to(std::string_view address, std::uint16_t port, std::string_view bytes) {
        return {bytes.data(), static_cast<std::uint32_t>(bytes.size()), 0, kith::address::parse(address, port).value().raw()};
    }
    Completion send_text(std::uint64_t socket, std::string_view address, std::string_view bytes, std::uint16_t port = 99) {
        return await(send(socket, {to(address, port, bytes)}));
    }
    /// The datagrams received since the last call, in order: "a b c".
    std::string received(std::chrono::nanoseconds span = std::chrono::milliseconds(10)) {
        net.run_for(span);
        std::string out;
        for (; read_ < got.size(); ++read_) out += (out.empty() ? "" : " ") + got[read_].bytes;
        return out;
    }

    const void *service(std::string_view id) noexcept override {
        if (id != KITH_UDP) return MachineTenant::service(id);
        return speechless ? nullptr : &side();
    }

    std::vector<Got> got;
    std::size_t calls = 0; // of received
    std::uint64_t lost = 0;
    bool speechless = false; // it has no kith_udp_plugin

  private:
    // `user` is the socket where it listens.
    void hear(std::uint64_t socket) {
        std::uint64_t op = 0;
        BOOST_TEST(udp()->receive(&host, socket, KITH_UDP_MAX_BATCH, 0, socket, &op) == KITH_OK);
    }
    static const kith_udp_plugin &base(TestTenant &of) {
        return *static_cast<const kith_udp_plugin *>(of.TestTenant::service(KITH_UDP));
    }
    const kith_udp_plugin &side() {
        static const kith_udp_plugin table = {
            base(*this).bound, base(*this).membership,
            [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, const kith_datagram *all,
               std::uint32_t count, std::uint32_t stride, std::uint64_t lost_so_far) {
                auto &me = static_cast<UdpTenant &>(*static_cast<TestTenant *>(self));
                base(me).received(self, user, op, status, text, all, count, stride, lost_so_far);
                me.lost = lost_so_far;
                ++me.calls;
                me.done.back().count = count;
                for (const auto &each : me.done.back().datagrams) {
                    me.got.push_back(
                        {me.net.now(), each.data, kith::address(each.remote).text(), each.flags, each.remote.scope});
                }
                if (me.listening_.contains(user) && status == KITH_OK) me.hear(user);
            },
            base(*this).sent};
        return table;
    }

    std::set<std::uint64_t> listening_; // sockets
    std::size_t read_ = 0;              // of got
};

} // namespace kith::testkit
