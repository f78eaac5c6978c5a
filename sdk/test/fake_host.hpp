// SPDX-License-Identifier: MIT
//
// A small host for tests of the C++ layer itself: operations wait in a list until the test completes them, and what the
// instance says is written down as lines. (Tests of plugins use the testkit, which is a world.)
#pragma once

#include <kith/plugin.hpp>
#include <kith/tcp.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace kith::test {

using Lines = std::vector<std::string>;

class FakeHost {
  public:
    FakeHost() {
        raw.struct_size = sizeof raw;
        raw.topology = str("example");
        raw.source = str("main");
        raw.instance = str("example.main");
        raw.engine = this;
        raw.service = [](const kith_host *h, kith_str which) { return of(h).service(view(which)); };
        raw.cancel = [](const kith_host *h, std::uint64_t op) { return of(h).cancel(op); };
        raw.error = [](const kith_host *h, kith_str text) { of(h).error = view(text); };
        raw.stopped = [](const kith_host *h) { of(h).record("stopped"); };
        raw.failed = [](const kith_host *h, std::int32_t status, kith_str text) {
            of(h).record("failed " + std::to_string(status) + " " + std::string(view(text)));
        };
    }
    ~FakeHost() { destroy(); }
    FakeHost(const FakeHost &) = delete;
    FakeHost &operator=(const FakeHost &) = delete;

    /// What the instance asked for and has not got yet.
    struct Operation {
        std::uint64_t op, user;
        std::string what;
    };

    kith_host raw{};
    std::vector<Operation> outstanding;
    std::vector<std::string> recorded;
    std::string error;
    std::int32_t refuse = KITH_OK; // what the next operations answer with
    std::uint64_t next_op = 100;
    const kith_instance *instance = nullptr;

    template <class Plugin>
    std::int32_t create() {
        return detail::entry<Plugin>.create(&raw, str(Plugin::about.id), &instance);
    }
    std::int32_t start() { return instance->start(instance->self); }
    void stop() {
        const auto cancelled = outstanding;
        instance->stop(instance->self);
        for (const auto &o : cancelled) complete(o.op, KITH_CANCELLED);
    }
    void destroy() {
        if (const auto *gone = std::exchange(instance, nullptr)) gone->destroy(gone->self);
    }
    template <class Table>
    const Table &side(std::string_view id) const {
        return *static_cast<const Table *>(instance->service(instance->self, str(id)));
    }

    /// Completes the operation, when it is still outstanding.
    void complete(std::uint64_t op, std::int32_t status, std::string_view data = {}) {
        for (auto at = outstanding.begin(); at != outstanding.end(); ++at) {
            if (at->op != op) continue;
            const auto done = *at;
            outstanding.erase(at);
            deliver(done, status, data);
            return;
        }
    }
    /// Completes the oldest operation of that kind.
    void complete(std::string_view what, std::int32_t status = KITH_OK, std::string_view data = {}) {
        for (const auto &o : outstanding) {
            if (o.what == what) return complete(o.op, status, data);
        }
        throw std::logic_error("nothing outstanding: " + std::string(what));
    }
    /// What host->cancel was asked to end, completed now, as the loop would later.
    void complete_cancelled() {
        for (const auto op : std::exchange(cancelled_, {})) complete(op, KITH_CANCELLED);
    }

    void record(std::string line) { recorded.push_back(std::move(line)); }

  private:
    static FakeHost &of(const kith_host *h) { return *static_cast<FakeHost *>(h->engine); }

    std::int32_t begin(const char *what, std::uint64_t user, std::uint64_t *op) {
        if (refuse < 0) return refuse;
        *op = next_op++;
        outstanding.push_back({*op, user, what});
        return KITH_OK;
    }
    std::int32_t cancel(std::uint64_t op) {
        for (const auto &o : outstanding) {
            if (o.op == op) {
                cancelled_.push_back(op);
                return KITH_OK;
            }
        }
        return KITH_STALE;
    }
    void deliver(const Operation &done, std::int32_t status, std::string_view data);
    const void *service(std::string_view which);

    std::vector<std::uint64_t> cancelled_;
};

inline void FakeHost::deliver(const Operation &done, std::int32_t status, std::string_view data) {
    const kith_endpoint where{str("127.0.0.1"), 4369, 0};
    void *self = instance->self;
    if (done.what == "timer") {
        side<kith_timer_plugin>(KITH_TIMER).fired(self, done.user, done.op, status);
    } else if (done.what == "connect") {
        side<kith_tcp_plugin>(KITH_TCP).connected(self, done.user, done.op, status, str(data), status < 0 ? 0 : 7, &where);
    } else if (done.what == "read") {
        side<kith_tcp_plugin>(KITH_TCP).read(self, done.user, done.op, status, {}, data.data(),
                                             static_cast<std::uint32_t>(data.size()));
    } else if (done.what == "write") {
        side<kith_tcp_plugin>(KITH_TCP).written(self, done.user, done.op, status, {});
    }
}

inline const void *FakeHost::service(std::string_view which) {
    static constexpr kith_timer_host timer{.start = [](const kith_host *h, std::uint64_t, std::uint64_t user,
                                                       std::uint64_t *op) { return of(h).begin("timer", user, op); }};
    static constexpr kith_tcp_host tcp{
        .connect = [](const kith_host *h, kith_str, std::uint32_t, std::uint64_t, std::uint64_t user,
                      std::uint64_t *op) { return of(h).begin("connect", user, op); },
        .listen = nullptr,
        .accept = nullptr,
        .read = [](const kith_host *h, std::uint64_t, std::uint32_t, std::uint64_t, std::uint64_t user,
                   std::uint64_t *op) { return of(h).begin("read", user, op); },
        .write = [](const kith_host *h, std::uint64_t, const void *, std::uint32_t, std::uint64_t, std::uint64_t user,
                    std::uint64_t *op) { return of(h).begin("write", user, op); },
        .shutdown = [](const kith_host *, std::uint64_t) -> std::int32_t { return KITH_OK; },
        .close = [](const kith_host *h, std::uint64_t id) -> std::int32_t {
            of(h).record("close " + std::to_string(id));
            for (const auto &o : of(h).outstanding) {
                if (o.what == "read" || o.what == "write") of(h).cancelled_.push_back(o.op);
            }
            return KITH_OK;
        },
    };
    static constexpr kith_discovery_host discovery{
        .replace = [](const kith_host *h, const kith_peer *peers, std::uint32_t count, std::uint32_t) -> std::int32_t {
            std::string line = "replace";
            for (std::uint32_t i = 0; i < count; ++i) {
                line += " " + std::string(view(peers[i].name));
                for (std::uint32_t k = 0; k < peers[i].attribute_count; ++k)
                    line += "," + std::string(view(peers[i].attributes[k].name)) + "=" +
                            std::string(view(peers[i].attributes[k].value));
            }
            of(h).record(line);
            return KITH_OK;
        },
        .update = nullptr,
        .watching = nullptr,
        .heard = nullptr,
        .failed = [](const kith_host *h, std::int32_t status, kith_str text) -> std::int32_t {
            of(h).record("observation failed " + std::to_string(status) + " " + std::string(view(text)));
            return KITH_OK;
        },
        .left_out = nullptr,
    };
    static constexpr kith_connector_host connector{
        .done = [](const kith_host *h, std::uint64_t op, std::int32_t status, kith_str text) -> std::int32_t {
            of(h).record("done " + std::to_string(op) + " " + std::to_string(status) + " " + std::string(view(text)));
            return KITH_OK;
        },
        .attached = nullptr,
        .detached = nullptr,
        .links = nullptr,
        .link_up = nullptr,
        .link_down = nullptr,
    };
    static constexpr kith_sink_host sink{
        .subscribe = nullptr,
        .taken = [](const kith_host *h, std::uint64_t batch) -> std::int32_t {
            of(h).record("taken " + std::to_string(batch));
            return KITH_OK;
        },
    };
    if (which == KITH_TIMER) return &timer;
    if (which == KITH_TCP) return &tcp;
    if (which == KITH_DISCOVERY) return &discovery;
    if (which == KITH_CONNECTOR) return &connector;
    if (which == KITH_SINK) return &sink;
    return nullptr;
}

} // namespace kith::test
