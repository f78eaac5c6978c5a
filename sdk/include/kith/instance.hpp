// SPDX-License-Identifier: MIT
//
// kith::instance: what strategies, connectors and sinks have in common.
//
//     constructor   reads options; may throw kith::error to refuse, with a text for the operator; begins nothing
//     run()         spawned at start; may end early, the instance lives on
//     stop          every task is asked to end: what it awaits throws kith::stopped, and so does whatever it awaits next
//     farewell()    spawned when all tasks have ended: a last task, which may await; limited by the host's 5 s
//
// A task that ends with any other exception fails the instance; the host restarts it, with backoff.
#pragma once

#include "log.hpp"

namespace kith {

class instance {
  public:
    explicit instance(host h) noexcept : log(h), host_(h) {
        h.context().farewell = [](instance &me) { return me.farewell(); };
    }
    instance(const instance &) = delete;
    instance &operator=(const instance &) = delete;
    virtual ~instance() = default;

    virtual task<void> run() { co_return; }

    /// `stopped` is reported after tasks spawned here have ended too.
    virtual task<void> farewell() { co_return; }

  protected:
    /// Starts another task beside run(). Not in the constructor.
    void spawn(task<void> work) { host_.context().spawn(std::move(work)); }

    /// The instance is being stopped.
    [[nodiscard]] bool stopping() const noexcept { return host_.context().stopping; }

    /// Reports that the instance cannot continue: the host stops and restarts it, with backoff.
    void fail(const error &why) const noexcept { host_.context().fail(why.status, why.text); }

    [[nodiscard]] detail::context &context() const noexcept { return host_.context(); }

    kith::log log;

  private:
    host host_;
};

namespace detail {

inline std::int32_t start_instance(void *p) noexcept {
    self(p).started = true;
    self(p).enter([p] { self(p).spawn(self(p).object->run()); });
    return KITH_OK;
}

inline void stop_instance(void *p) noexcept {
    self(p).enter([p] {
        self(p).stopping = true;
        self(p).end_all();
    });
}

inline const void *service_of_instance(void *p, kith_str id) noexcept { return self(p).provided(view(id)); }

} // namespace detail
} // namespace kith
