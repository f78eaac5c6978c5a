// SPDX-License-Identifier: MIT
//
// A tenant of any world, for tests of both. It writes down every completion, and checks what holds for each of them: later than the call that began it,
// once, with a text exactly when it failed.
#pragma once

#include <kith/hosting/world.hpp>
#include <kith/service/clock.h>
#include <kith/service/env.h>
#include <kith/service/file.h>
#include <kith/service/loop.h>
#include <kith/service/random.h>
#include <kith/service/spool.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>
#include <kith/service/udp.h>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kith::test {

struct Datagram {
    std::string data;
    std::uint32_t flags = 0;
    kith_address remote{};
};

struct Completion {
    std::string what;
    std::uint64_t user = 0;
    std::uint64_t op = 0;
    std::int32_t status = 0;
    std::string text;
    std::string data;     // bytes, or the address of an endpoint
    std::uint64_t id = 0; // stream, listener, socket, number of a record
    std::uint32_t port = 0;
    kith_file_info info{};
    std::int64_t delta = 0; // of the wall clock
    std::vector<Datagram> datagrams;
    std::uint64_t lost = 0; // datagrams, or records of a spool
    std::vector<std::pair<std::uint64_t, std::string>> records;
    std::uint32_t count = 0; // datagrams sent, or bytes of a receive buffer
    std::uint32_t code = 0;  // of an HTTP response, with its headers
    std::vector<std::pair<std::string, std::string>> fields;
};

/// How a group stands, as it was told.
struct Told {
    std::uint64_t socket = 0;
    std::string group, interface;
    std::int32_t status = 0;
    std::string text;
};

inline kith_str str(std::string_view text) { return {text.data(), text.size()}; }

class TestTenant : public Tenant {
  public:
    explicit TestTenant(World &on, std::string name = "test") : world(on), name_(std::move(name)) {
        host.struct_size = sizeof host;
        host.instance = str(name_);
        host.engine = this;
        host.error = [](const kith_host *h, kith_str text) {
            static_cast<TestTenant *>(h->engine)->error.assign(text.data, text.size);
        };
        world.open(host, *this);
    }
    virtual ~TestTenant() { leave_world(); }
    TestTenant(const TestTenant &) = delete;
    TestTenant &operator=(const TestTenant &) = delete;

    void leave_world() {
        if (host.world != nullptr) world.close(host);
        closed = true;
    }

    // ---- beginning something: the operation's id, or 0 and `refused` ----

    std::uint64_t timer(std::uint64_t delay, std::uint64_t user = 0) {
        return begun([&](std::uint64_t *op) { return table<kith_timer_host>(KITH_TIMER)->start(&host, delay, user, op); });
    }
    std::uint64_t connect(std::string_view name, std::uint32_t port, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return tcp()->connect(&host, str(name), port, timeout, 1, op); });
    }
    std::uint64_t listen(std::string_view address, std::uint32_t port, std::uint32_t backlog = 16) {
        return begun([&](std::uint64_t *op) { return tcp()->listen(&host, str(address), port, backlog, 2, op); });
    }
    std::uint64_t accept(std::uint64_t listener) {
        return begun([&](std::uint64_t *op) { return tcp()->accept(&host, listener, 3, op); });
    }
    std::uint64_t read(std::uint64_t stream, std::uint32_t max = 65536, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return tcp()->read(&host, stream, max, timeout, 4, op); });
    }
    std::uint64_t write(std::uint64_t stream, std::string_view bytes, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) {
            return tcp()->write(&host, stream, bytes.data(), static_cast<std::uint32_t>(bytes.size()), timeout, 5, op);
        });
    }
    std::uint64_t read_file(std::string_view path, std::uint64_t max = 65536) {
        return begun([&](std::uint64_t *op) { return file()->read(&host, str(path), max, 6, op); });
    }
    std::uint64_t write_file(std::string_view path, std::string_view bytes, std::uint32_t mode = 0600) {
        return begun(
            [&](std::uint64_t *op) { return file()->write(&host, str(path), bytes.data(), bytes.size(), mode, 7, op); });
    }
    std::uint64_t watch(std::string_view path, std::uint64_t version) {
        return begun([&](std::uint64_t *op) { return file()->watch(&host, str(path), version, 8, op); });
    }
    std::uint64_t load() {
        return begun([&](std::uint64_t *op) { return state()->load(&host, 9, op); });
    }
    std::uint64_t save(std::string_view bytes) {
        return begun([&](std::uint64_t *op) { return state()->save(&host, bytes.data(), bytes.size(), 10, op); });
    }
    std::uint64_t append(std::string_view bytes, std::uint64_t bound = 1U << 20U) {
        return begun([&](std::uint64_t *op) { return spool()->append(&host, bytes.data(), bytes.size(), bound, 14, op); });
    }
    std::uint64_t unread(std::uint64_t after = 0, std::uint64_t max = KITH_SPOOL_MAX_READ) {
        return begun([&](std::uint64_t *op) { return spool()->read(&host, after, max, 15, op); });
    }
    std::uint64_t acknowledge(std::uint64_t number) {
        return begun([&](std::uint64_t *op) { return spool()->acknowledge(&host, number, 16, op); });
    }
    std::uint64_t bind(const kith_udp_socket &socket) {
        return begun([&](std::uint64_t *op) { return udp()->bind(&host, &socket, 11, op); });
    }
    std::uint64_t receive(std::uint64_t socket, std::uint32_t max = KITH_UDP_MAX_BATCH, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return udp()->receive(&host, socket, max, timeout, 12, op); });
    }
    std::uint64_t send(std::uint64_t socket, const std::vector<kith_datagram> &all, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) {
            return udp()->send(&host, socket, all.data(), static_cast<std::uint32_t>(all.size()), sizeof(kith_datagram),
                               timeout, 13, op);
        });
    }
    std::int32_t join(std::uint64_t socket, std::string_view group, std::string_view interface) {
        return quietly([&] { return udp()->join(&host, socket, str(group), str(interface)); });
    }
    std::int32_t leave_group(std::uint64_t socket, std::string_view group, std::string_view interface) {
        return quietly([&] { return udp()->leave(&host, socket, str(group), str(interface)); });
    }
    std::int32_t close_socket(std::uint64_t socket) {
        return quietly([&] { return udp()->close(&host, socket); });
    }
    std::int32_t post(std::uint64_t user) { return table<kith_loop_host>(KITH_LOOP)->post(&host, user); }
    std::int32_t cancel(std::uint64_t op) {
        return quietly([&] { return world.cancel(host, op); });
    }
    std::int32_t close(std::uint64_t id) {
        return quietly([&] { return tcp()->close(&host, id); });
    }
    std::int32_t shutdown(std::uint64_t stream) {
        return quietly([&] { return tcp()->shutdown(&host, stream); });
    }

    const Completion *of(std::uint64_t op) const {
        for (const Completion &each : done) {
            if (each.op == op) return &each;
        }
        return nullptr;
    }
    std::vector<std::uint64_t> users() const {
        std::vector<std::uint64_t> out;
        for (const Completion &each : done) out.push_back(each.user);
        return out;
    }

    template <class T>
    const T *table(const char *id) const {
        return static_cast<const T *>(world.service(id));
    }
    const kith_tcp_host *tcp() const { return table<kith_tcp_host>(KITH_TCP); }
    const kith_udp_host *udp() const { return table<kith_udp_host>(KITH_UDP); }
    const kith_state_host *state() const { return table<kith_state_host>(KITH_STATE); }
    const kith_spool_host *spool() const { return table<kith_spool_host>(KITH_SPOOL); }
    const kith_file_host *file() const { return table<kith_file_host>(KITH_FILE); }

    // ---- Tenant ----

    const void *service(std::string_view id) noexcept override {
        if (id == KITH_CLOCK) return &clock_side;
        if (id == KITH_TIMER) return &timer_side;
        if (id == KITH_TCP) return &tcp_side;
        if (id == KITH_UDP) return &udp_side;
        if (id == KITH_FILE) return &file_side;
        if (id == KITH_STATE) return &state_side;
        if (id == KITH_SPOOL) return &spool_side;
        if (id == KITH_LOOP) return &loop_side;
        return nullptr;
    }
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override { ++entered_; }
    void leave() noexcept override { --entered_; }
    bool may_read(std::string_view variable) const noexcept override { return variable.starts_with("KITH_"); }

    MaySave may_save() noexcept override { return may; }

    World &world;
    kith_host host{};
    MaySave may = MaySave::now;
    std::vector<Completion> done;
    std::vector<Told> told;         // of groups
    std::int32_t refused = KITH_OK; // of the last call that begins something
    std::string error;              // and its text
    bool closed = false;

  protected:
    template <class F>
    std::uint64_t begun(F &&function) {
        std::uint64_t op = 0;
        error.clear();
        refused = quietly([&] { return function(&op); });
        if (refused != KITH_OK) return 0;
        BOOST_TEST(op != 0u);
        BOOST_TEST(ids_.insert(op).second, "the id " << op << " was given out twice");
        return op;
    }
    template <class F>
    std::int32_t quietly(F &&function) {
        calling_ = true;
        const std::int32_t status = function();
        calling_ = false;
        return status;
    }

    static Completion &note(void *self, const char *what, std::uint64_t user, std::uint64_t op, std::int32_t status,
                            kith_str text) {
        auto &me = *static_cast<TestTenant *>(self);
        BOOST_TEST(!me.calling_, what << " inside a call from the tenant (T2)");
        BOOST_TEST(me.entered_ == 1, what << " not within one Entered");
        BOOST_TEST(!me.closed, what << " after close");
        BOOST_TEST((op == 0 || me.of(op) == nullptr), what << " twice for one operation (T2)");
        if (status != KITH_CANCELLED) BOOST_TEST((text.size == 0) == (status == KITH_OK), what << " with status " << status);
        Completion &made = me.done.emplace_back();
        made.what = what;
        made.user = user;
        made.op = op;
        made.status = status;
        if (text.size != 0) made.text.assign(text.data, text.size);
        return made;
    }
    static void bytes(Completion &made, const void *data, std::uint64_t size) {
        if (size != 0) made.data.assign(static_cast<const char *>(data), size);
    }
    static std::string from(kith_str text) { return text.size == 0 ? std::string() : std::string(text.data, text.size); }
    /// An id that was never given out before.
    static bool fresh(void *self, std::uint64_t id) { return static_cast<TestTenant *>(self)->ids_.insert(id).second; }

  private:
    static Completion &end(void *self, const char *what, std::uint64_t user, std::uint64_t op, std::int32_t status,
                           kith_str text, std::uint64_t id, const kith_endpoint *end) {
        Completion &made = note(self, what, user, op, status, text);
        BOOST_TEST((id != 0) == (status == KITH_OK));
        made.id = id;
        if (status != KITH_OK) return made;
        BOOST_TEST(static_cast<TestTenant *>(self)->ids_.insert(id).second);
        made.data.assign(end->address.data, end->address.size);
        made.port = end->port;
        return made;
    }
    static void membership(void *self, Told told) {
        auto &me = *static_cast<TestTenant *>(self);
        BOOST_TEST(!me.calling_, "udp.membership inside a call from the tenant");
        BOOST_TEST(me.entered_ == 1, "udp.membership not within one Entered");
        BOOST_TEST(!me.closed, "udp.membership after close");
        BOOST_TEST(told.text.empty() == (told.status == KITH_OK));
        me.told.push_back(std::move(told));
    }

    using U = std::uint64_t;
    using S = std::int32_t;
    static constexpr kith_timer_plugin timer_side = {[](void *self, U user, U op, S status) {
        note(self, "timer.fired", user, op, status, status == KITH_OK ? kith_str{} : str("-"));
    }};
    static constexpr kith_tcp_plugin tcp_side = {
        [](void *self, U user, U op, S status, kith_str text, U id, const kith_endpoint *remote) {
            end(self, "tcp.connected", user, op, status, text, id, remote);
        },
        [](void *self, U user, U op, S status, kith_str text, U id, const kith_endpoint *local) {
            end(self, "tcp.listening", user, op, status, text, id, local);
        },
        [](void *self, U user, U op, S status, kith_str text, U id, const kith_endpoint *remote) {
            end(self, "tcp.accepted", user, op, status, text, id, remote);
        },
        [](void *self, U user, U op, S status, kith_str text, const void *data, std::uint32_t size) {
            bytes(note(self, "tcp.read", user, op, status, text), data, size);
        },
        [](void *self, U user, U op, S status, kith_str text) { note(self, "tcp.written", user, op, status, text); }};
    static constexpr kith_udp_plugin udp_side = {
        [](void *self, U user, U op, S status, kith_str text, U id, const kith_endpoint *local, std::uint32_t buffer) {
            end(self, "udp.bound", user, op, status, text, id, local).count = buffer;
        },
        [](void *self, U socket, kith_str group, kith_str interface, S status, kith_str text) {
            membership(self, {socket, from(group), from(interface), status, from(text)});
        },
        [](void *self, U user, U op, S status, kith_str text, const kith_datagram *first, std::uint32_t count,
           std::uint32_t stride, U lost) {
            Completion &made = note(self, "udp.received", user, op, status, text);
            BOOST_TEST((count != 0) == (status == KITH_OK));
            made.lost = lost;
            const auto *at = reinterpret_cast<const std::byte *>(first);
            for (std::uint32_t i = 0; i < count; ++i, at += stride) {
                const auto &one = *reinterpret_cast<const kith_datagram *>(at);
                Datagram &kept = made.datagrams.emplace_back();
                if (one.size != 0) kept.data.assign(static_cast<const char *>(one.data), one.size);
                kept.flags = one.flags;
                kept.remote = one.remote;
            }
        },
        [](void *self, U user, U op, S status, kith_str text, std::uint32_t sent) {
            note(self, "udp.sent", user, op, status, text).count = sent;
        }};
    static constexpr kith_file_plugin file_side = {
        [](void *self, U user, U op, S status, kith_str text, const void *data, U size, const kith_file_info *info) {
            Completion &made = note(self, "file.read", user, op, status, text);
            bytes(made, data, size);
            made.info = *info;
        },
        [](void *self, U user, U op, S status, kith_str text) { note(self, "file.written", user, op, status, text); },
        [](void *self, U user, U op, S status, kith_str text) { note(self, "file.changed", user, op, status, text); }};
    static constexpr kith_state_plugin state_side = {
        [](void *self, U user, U op, S status, kith_str text, const void *data, U size) {
            bytes(note(self, "state.loaded", user, op, status, text), data, size);
        },
        [](void *self, U user, U op, S status, kith_str text) { note(self, "state.saved", user, op, status, text); }};
    static constexpr kith_spool_plugin spool_side = {
        [](void *self, U user, U op, S status, kith_str text, U number) {
            note(self, "spool.appended", user, op, status, text).id = number;
        },
        [](void *self, U user, U op, S status, kith_str text, const kith_spool_record *list, std::uint32_t count,
           std::uint32_t stride, U dropped) {
            Completion &made = note(self, "spool.read", user, op, status, text);
            made.lost = dropped;
            const auto *at = reinterpret_cast<const std::byte *>(list);
            for (std::uint32_t i = 0; i < count; ++i, at += stride) {
                const auto &one = *reinterpret_cast<const kith_spool_record *>(at);
                made.records.emplace_back(one.number, std::string(static_cast<const char *>(one.data), one.size));
            }
        },
        [](void *self, U user, U op, S status, kith_str text) { note(self, "spool.acknowledged", user, op, status, text); }};
    static constexpr kith_clock_plugin clock_side = {
        [](void *self, std::int64_t delta) { note(self, "clock.jumped", 0, 0, KITH_OK, {}).delta = delta; }};
    static constexpr kith_loop_plugin loop_side = {[](void *self, U user) { note(self, "loop.posted", user, 0, KITH_OK, {}); }};

    std::string name_;
    std::set<std::uint64_t> ids_;
    int entered_ = 0;
    bool calling_ = false;
};

} // namespace kith::test
