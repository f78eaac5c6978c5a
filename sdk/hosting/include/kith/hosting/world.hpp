// SPDX-License-Identifier: MIT
//
// The interface between a hoster of plugins (core, or the testkit's harness) and a world (in host: Asio and the operating
// system; in testkit: a simulation). A world implements the services for input and output: clock, timer, random, loop, tcp,
// udp, dns, http, file, env, state, process, tls. The hoster implements the other ones: options, log, node, metric, discovery,
// connector, sink, members.
//
// There is no second interface beside the C service tables: a world returns the tables that plugins call, and core is a tenant
// like each plugin instance.
#pragma once

#include <kith/hosting/tenant_rights.hpp>
#include <kith/plugin.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kith {

/// One user of a world, such as a plugin instance. Every function is called on the loop. It outlives its registration (open ..
/// close).
class Tenant {
  public:
    /// The tenant's table of a service of the world, such as a `kith_timer_plugin`; null when it has none. Always the same.
    virtual const void *service(std::string_view id) noexcept = 0;

    /// The first argument of every call into those tables.
    virtual void *self() noexcept = 0;

    /// Called before and after each call into those tables, so that the hoster can measure it and report a tenant that blocks
    /// the loop. `what`: a static string such as "tcp.read".
    virtual void enter(const char *what) noexcept = 0;
    virtual void leave() noexcept = 0;

    /// Whether the tenant may read this environment variable.
    virtual bool may_read(std::string_view variable) const noexcept = 0;

    /// Asked by each `save` of kith.state/1. later: it waits until World::save_held. never: it is refused with KITH_CANCELLED.
    enum class MaySave : std::uint8_t { now, later, never };
    virtual MaySave may_save() noexcept { return MaySave::now; }

    /// What the tenant may use of the machine; null: everything.
    virtual TenantRights *rights() noexcept { return nullptr; }

  protected:
    ~Tenant() = default;
};

/// Provides services to tenants. It has one loop on one thread, on which every function is called.
///
/// The contract of a world, in addition to the contracts of the service headers:
/// - operation, stream and listener ids come from one counter and are never reused (T3);
/// - a completion runs from the loop, never inside a call from a tenant (T2, T5), and only between open and close;
/// - the tables use `kith_host::world` to find the tenant's resources, may set the text of a refusal by `kith_host::error`
/// (E1), and use no other
///   member of the host.
class World {
  public:
    virtual ~World() = default;

    /// The host's table of a service, such as a `kith_timer_host`, which is static; null when this world does not offer it.
    virtual const void *service(std::string_view id) const noexcept = 0;

    /// Registers a tenant and sets host.world. `host` and `tenant` must not be moved until close.
    virtual void open(kith_host &host, Tenant &tenant) = 0;

    /// Removes a tenant: closes its streams, listeners and watches; outstanding operations end without a completion.
    virtual void close(kith_host &host) noexcept = 0;

    /// Implements kith_host::cancel for the operations of this world's services.
    virtual std::int32_t cancel(const kith_host &host, std::uint64_t op) noexcept = 0;

    /// For `stop`: every outstanding operation completes later with KITH_CANCELLED. New ones may be started.
    virtual void cancel_all(const kith_host &host) noexcept = 0;

    /// The tenant has reported `stopped`: earlier posts are delivered, new ones are refused with KITH_CANCELLED.
    virtual void silence(const kith_host &host) noexcept = 0;

    /// The tenant may save now: what waits (Tenant::may_save) is saved, in the order of the calls.
    virtual void save_held(const kith_host &host) noexcept = 0;
    /// Saves of one tenant that wait; another one is refused with KITH_BUSY.
    static constexpr std::size_t most_held_saves = 16;

    /// The number of operations of this tenant that have not completed.
    virtual std::size_t outstanding(const kith_host &host) const noexcept = 0;

    /// A new id from the world's counter for operations of the hoster (those of connectors), so that one `cancel` works for
    /// all.
    virtual std::uint64_t next_id() noexcept = 0;
};

/// Must exist during each call into a tenant.
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
