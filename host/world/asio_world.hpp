// SPDX-License-Identifier: MIT
//
// The real world: Boost.Asio and the operating system behind the service tables. One loop, one thread; a worker thread is begun
// when a file or a host name is first asked for, because both may hang.
#pragma once

#include <kith/hosting/world.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace kith::app {

struct WorldOptions {
    std::string state_dir;                        ///< of kith.state/1; empty: the service answers KITH_UNSUPPORTED
    std::string resolv_conf = "/etc/resolv.conf"; ///< whom kith.dns/1 asks
    std::string tls_library = {}; ///< libkith_tls.so; empty: where it is installed, or beside the program in its build tree
};

class AsioWorld final : public World {
  public:
    /// io: run by one thread, and outlives the world.
    AsioWorld(boost::asio::io_context &io, WorldOptions options);
    ~AsioWorld() override;

    /// Ids of the services that an AsioWorld offers.
    static std::span<const std::string_view> services() noexcept;

    const void *service(std::string_view id) const noexcept override;
    void open(kith_host &host, Tenant &tenant) override;
    void close(kith_host &host) noexcept override;
    std::int32_t cancel(const kith_host &host, std::uint64_t op) noexcept override;
    void cancel_all(const kith_host &host) noexcept override;
    void silence(const kith_host &host) noexcept override;
    std::size_t outstanding(const kith_host &host) const noexcept override;
    std::uint64_t next_id() noexcept override;

    struct Parts; // of host/world alone

  private:
    std::unique_ptr<Parts> parts_;
};

} // namespace kith::app
