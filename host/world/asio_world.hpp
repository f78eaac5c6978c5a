// SPDX-License-Identifier: MIT
//
// The World of the daemon: implements the services by Boost.Asio and the operating system. It has one event loop on one thread.
// Worker threads are started when a file or a host name is first requested, because both may block.
#pragma once

#include <kith/hosting/world.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace kith::app {

struct WorldOptions {
    std::string state_dir;                        ///< of kith.state/1; empty: the service answers KITH_UNSUPPORTED
    std::string resolv_conf = "/etc/resolv.conf"; ///< the DNS servers of kith.dns/1
    std::string tls_library =
        {}; ///< path of libkith_tls.so; empty: the installed one, or the one beside the program in its build tree
    /// Gets a security warning about what an instance uses, such as a certificate that is about to end. Called from the loop; may be empty.
    std::function<void(std::string_view instance, const std::string &text)> warn = {};
};

class AsioWorld final : public World {
  public:
    /// io: run by one thread; it outlives the world.
    AsioWorld(boost::asio::io_context &io, WorldOptions options);
    ~AsioWorld() override;

    /// The ids of the services of an AsioWorld.
    static std::span<const std::string_view> services() noexcept;

    const void *service(std::string_view id) const noexcept override;
    void open(kith_host &host, Tenant &tenant) override;
    void close(kith_host &host) noexcept override;
    std::int32_t cancel(const kith_host &host, std::uint64_t op) noexcept override;
    void cancel_all(const kith_host &host) noexcept override;
    void silence(const kith_host &host) noexcept override;
    void save_held(const kith_host &host) noexcept override;
    std::size_t outstanding(const kith_host &host) const noexcept override;
    std::uint64_t next_id() noexcept override;

    /// Nanoseconds until the tenant's next timer fires, when timers are all that it has outstanding: a strategy that polls queries its source
    /// then. ~0: it waits for something else.
    std::uint64_t idle_for(const kith_host &host) const noexcept;

    struct Parts; // private to host/world

  private:
    std::unique_ptr<Parts> parts_;
};

} // namespace kith::app
