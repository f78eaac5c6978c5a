// SPDX-License-Identifier: MIT
//
// What a tenant of a world may use of the machine. A world asks before each use: for each address that it connects to (those of a name one by
// one, after it was resolved, and those that a redirect leads to), for each datagram, file and program.
//
// Every function returns why the tenant may not do it, which becomes the text of KITH_DENIED, with what the operator can do; empty: it may.
// Functions are called on the loop.
#pragma once

#include <kith/service/udp.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith {

class TenantRights {
  public:
    enum class Transport : std::uint8_t { tcp, udp };

    /// Connects or sends to this address. A query of the DNS over TCP counts as udp, too.
    virtual std::string why_not_reach(Transport transport, const kith_address &to) = 0;
    /// Listens at, or binds, an address of this machine. `local` can be unspecified; port 0: any.
    virtual std::string why_not_bind(Transport transport, const kith_address &local) = 0;
    /// Reads, writes or watches a file. path: as the tenant has given it.
    virtual std::string why_not_open(std::string_view path) = 0;
    /// Runs a program.
    virtual std::string why_not_run(std::string_view path) = 0;
    /// Reads an environment variable, which Tenant::may_read permits.
    virtual std::string why_not_read(std::string_view variable) = 0;

  protected:
    ~TenantRights() = default;
};

} // namespace kith
