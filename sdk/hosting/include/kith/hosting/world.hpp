// SPDX-License-Identifier: MIT
//
// The seam between whoever hosts plugins (core, or the testkit's harness) and the world they live in (host: Asio and the operating
// system; testkit: simulated). A world implements the services that reach outside: clock, timer, random, loop, tcp, udp, http, file,
// env, state. The services that concern the cluster (options, log, node, metric, discovery, connector, sink) are the hoster's.
//
// There is no second interface beside the C service tables: a world hands out the very tables that plugins call, and core is a
// tenant like any plugin.
#pragma once

#include <kith/plugin.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kith {

/// One instance as a world sees it. Everything is called on the loop. Outlives its seat in the world (open .. close).
class Tenant {
  public:
    /// The tenant's side of a service of the world, such as a `kith_timer_plugin`; null when it has none. The same each time.
    virtual const void *service(std::string_view id) noexcept = 0;

    /// First argument of every call into those tables.
    virtual void *self() noexcept = 0;

    /// Stand around each single call into those tables, so that the hoster can measure it and name who stalls the loop.
    /// `what`: static, such as "tcp.read".
    virtual void enter(const char *what) noexcept = 0;
    virtual void leave() noexcept = 0;

    /// May it read this variable of the environment?
    virtual bool may_read(std::string_view variable) const noexcept = 0;

  protected:
    ~Tenant() = default;
};

/// Where tenants live. One loop, one thread; every member is called on it.
///
/// What a world promises beyond the contracts of the service headers:
/// - operation, stream and listener ids come from one counter and are never reused (T3);
/// - a completion runs from the loop, never inside a call from a tenant (T2, T5), and only between open and close;
/// - the tables use `kith_host::world` to find the tenant's seat and may set the text of a refusal by `kith_host::error` (E1), and use
///   nothing else of the host.
class World {
  public:
    virtual ~World() = default;

    /// The host's side of a service, such as a `kith_timer_host`; null when this world does not offer it. Static.
    virtual const void *service(std::string_view id) const noexcept = 0;

    /// Give a tenant its seat: sets host.world. `host` and `tenant` stay where they are until close.
    virtual void open(kith_host &host, Tenant &tenant) = 0;

    /// Free the seat: streams, listeners and watches are closed, outstanding operations end without a completion.
    virtual void close(kith_host &host) noexcept = 0;

    /// As kith_host::cancel, for the operations of this world's services.
    virtual std::int32_t cancel(const kith_host &host, std::uint64_t op) noexcept = 0;

    /// At `stop`: every operation outstanding now completes with KITH_CANCELLED, later. New ones may be begun.
    virtual void cancel_all(const kith_host &host) noexcept = 0;

    /// It has said `stopped`: what was posted until now is delivered, posts are refused with KITH_CANCELLED from now on.
    virtual void silence(const kith_host &host) noexcept = 0;

    /// Operations of this tenant that have not completed.
    virtual std::size_t outstanding(const kith_host &host) const noexcept = 0;

    /// A fresh id from the world's counter, for the hoster's own operations (a connector's), so that one cancel serves all.
    virtual std::uint64_t next_id() noexcept = 0;
};

/// Calls into a tenant are made within one of these.
class Entered {
  public:
    Entered(Tenant &tenant, const char *what) noexcept : tenant_(tenant) { tenant_.enter(what); }
    ~Entered() { tenant_.leave(); }
    Entered(const Entered &) = delete;
    Entered &operator=(const Entered &) = delete;

  private:
    Tenant &tenant_;
};

} // namespace kith
