// SPDX-License-Identifier: MIT
//
// A tenant that writes down every completion it gets, for tests of the world alone.
#pragma once

#include <kith/service/clock.h>
#include <kith/service/env.h>
#include <kith/service/file.h>
#include <kith/service/loop.h>
#include <kith/service/random.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>
#include <kith/testkit/machine.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace kith::testkit {

struct Completion {
    std::string what;
    std::uint64_t user = 0;
    std::uint64_t op = 0;
    std::int32_t status = 0;
    std::string text;
    std::string data;
    std::uint64_t id = 0; // stream, listener
    std::uint32_t port = 0;
    kith_file_info info{};
    std::int64_t delta = 0;
};

class TestTenant final : public Tenant {
  public:
    explicit TestTenant(Machine &on, std::string name = "test") : machine(on), net(on.net()), name_(std::move(name)) {
        host.struct_size = sizeof host;
        host.instance = {name_.data(), name_.size()};
        machine.open(host, *this);
    }
    ~TestTenant() {
        if (host.world != nullptr) machine.close(host);
    }
    TestTenant(const TestTenant &) = delete;
    TestTenant &operator=(const TestTenant &) = delete;

    // ---- beginning something: the operation's id, or 0 and `last_status` ----

    std::uint64_t timer(std::uint64_t delay, std::uint64_t user = 0) {
        return begun([&](std::uint64_t *op) { return table<kith_timer_host>(KITH_TIMER)->start(&host, delay, user, op); });
    }
    std::uint64_t connect(std::string_view name, std::uint32_t port, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return tcp()->connect(&host, str(name), port, timeout, 0, op); });
    }
    std::uint64_t listen(std::string_view address, std::uint32_t port, std::uint32_t backlog = 16) {
        return begun([&](std::uint64_t *op) { return tcp()->listen(&host, str(address), port, backlog, 0, op); });
    }
    std::uint64_t accept(std::uint64_t listener) {
        return begun([&](std::uint64_t *op) { return tcp()->accept(&host, listener, 0, op); });
    }
    std::uint64_t read(std::uint64_t stream, std::uint32_t max = 65536, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return tcp()->read(&host, stream, max, timeout, 0, op); });
    }
    std::uint64_t write(std::uint64_t stream, std::string_view bytes, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) {
            return tcp()->write(&host, stream, bytes.data(), static_cast<std::uint32_t>(bytes.size()), timeout, 0, op);
        });
    }
    std::uint64_t read_file(std::string_view path, std::uint64_t max = 65536) {
        return begun([&](std::uint64_t *op) { return file()->read(&host, str(path), max, 0, op); });
    }
    std::uint64_t write_file(std::string_view path, std::string_view bytes, std::uint32_t mode = 0600) {
        return begun(
            [&](std::uint64_t *op) { return file()->write(&host, str(path), bytes.data(), bytes.size(), mode, 0, op); });
    }
    std::uint64_t watch(std::string_view path, std::uint64_t version) {
        return begun([&](std::uint64_t *op) { return file()->watch(&host, str(path), version, 0, op); });
    }
    std::uint64_t load() {
        return begun([&](std::uint64_t *op) { return state()->load(&host, 0, op); });
    }
    std::uint64_t save(std::string_view bytes) {
        return begun([&](std::uint64_t *op) { return state()->save(&host, bytes.data(), bytes.size(), 0, op); });
    }

    /// Let time pass until that operation completes, and say how.
    const Completion &await(std::uint64_t op) {
        const Completion *found = nullptr;
        net.run_until([&] { return (found = of(op)) != nullptr; }, std::chrono::hours(1));
        if (found == nullptr) throw std::runtime_error("the operation did not complete within an hour");
        return *found;
    }
    const Completion *of(std::uint64_t op) const {
        for (const auto &each : done) {
            if (each.op == op) return &each;
        }
        return nullptr;
    }
    /// Read until so many bytes have come, or a failure.
    std::string read_all(std::uint64_t stream, std::size_t count) {
        std::string out;
        while (out.size() < count) {
            const Completion now = await(read(stream));
            if (now.status != KITH_OK) break;
            out += now.data;
        }
        return out;
    }
    std::uint64_t connected(std::string_view name, std::uint32_t port) { return await(connect(name, port)).id; }

    template <class T>
    const T *table(const char *id) const {
        return static_cast<const T *>(machine.service(id));
    }
    const kith_tcp_host *tcp() const { return table<kith_tcp_host>(KITH_TCP); }
    const kith_file_host *file() const { return table<kith_file_host>(KITH_FILE); }
    const kith_state_host *state() const { return table<kith_state_host>(KITH_STATE); }
    static kith_str str(std::string_view s) { return {s.data(), s.size()}; }

    // ---- Tenant ----

    const void *service(std::string_view id) noexcept override {
        if (id == KITH_TIMER) return &timer_side;
        if (id == KITH_TCP) return &tcp_side;
        if (id == KITH_FILE) return &file_side;
        if (id == KITH_STATE) return &state_side;
        if (id == KITH_LOOP) return &loop_side;
        if (id == KITH_CLOCK) return &clock_side;
        return nullptr;
    }
    void *self() noexcept override { return this; }
    void enter(const char *) noexcept override { ++entered; }
    void leave() noexcept override { --entered; }
    bool may_read(std::string_view variable) const noexcept override { return variable.starts_with("KITH_"); }

    Machine &machine;
    SimNet &net;
    kith_host host{};
    std::vector<Completion> done;
    std::int32_t last_status = KITH_OK; // of the last call
    int entered = 0;
    bool calling = false;
    bool inside_call = false; // a completion came inside a call: T2 is broken

  private:
    template <class F>
    std::uint64_t begun(F &&function) {
        std::uint64_t op = 0;
        calling = true;
        last_status = function(&op);
        calling = false;
        return last_status == KITH_OK ? op : 0;
    }

    static Completion &note(void *self, const char *what, std::uint64_t user, std::uint64_t op, std::int32_t status,
                            kith_str text) {
        auto &me = *static_cast<TestTenant *>(self);
        me.inside_call = me.inside_call || me.calling || me.entered != 1;
        Completion &made = me.done.emplace_back();
        made.what = what;
        made.user = user;
        made.op = op;
        made.status = status;
        made.text.assign(text.data == nullptr ? "" : text.data, text.size);
        return made;
    }
    static void stream(void *self, const char *what, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text,
                       std::uint64_t id, const kith_endpoint *end) {
        Completion &made = note(self, what, user, op, status, text);
        made.id = id;
        if (end != nullptr) {
            made.data.assign(end->address.data, end->address.size);
            made.port = end->port;
        }
    }

    static constexpr kith_timer_plugin timer_side = {[](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status) {
        note(self, "fired", user, op, status, {});
    }};
    static constexpr kith_tcp_plugin tcp_side = {
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t id,
           const kith_endpoint *end) { stream(self, "connected", user, op, status, text, id, end); },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t id,
           const kith_endpoint *end) { stream(self, "listening", user, op, status, text, id, end); },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t id,
           const kith_endpoint *end) { stream(self, "accepted", user, op, status, text, id, end); },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, const void *data,
           std::uint32_t size) {
            Completion &made = note(self, "read", user, op, status, text);
            if (size != 0) made.data.assign(static_cast<const char *>(data), size);
        },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text) {
            note(self, "written", user, op, status, text);
        }};
    static constexpr kith_file_plugin file_side = {[](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status,
                                                      kith_str text, const void *data, std::uint64_t size,
                                                      const kith_file_info *info) {
                                                       Completion &made = note(self, "file", user, op, status, text);
                                                       if (size != 0) made.data.assign(static_cast<const char *>(data), size);
                                                       made.info = *info;
                                                   },
                                                   [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status,
                                                      kith_str text) { note(self, "file written", user, op, status, text); },
                                                   [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status,
                                                      kith_str text) { note(self, "file changed", user, op, status, text); }};
    static constexpr kith_state_plugin state_side = {[](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status,
                                                        kith_str text, const void *data, std::uint64_t size) {
                                                         Completion &made = note(self, "loaded", user, op, status, text);
                                                         if (size != 0) made.data.assign(static_cast<const char *>(data), size);
                                                     },
                                                     [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status,
                                                        kith_str text) { note(self, "saved", user, op, status, text); }};
    static constexpr kith_loop_plugin loop_side = {
        [](void *self, std::uint64_t user) { note(self, "posted", user, 0, KITH_OK, {}); }};
    static constexpr kith_clock_plugin clock_side = {
        [](void *self, std::int64_t delta) { note(self, "jumped", 0, 0, KITH_OK, {}).delta = delta; }};

    std::string name_;
};

} // namespace kith::testkit
