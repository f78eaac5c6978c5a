// SPDX-License-Identifier: MIT
//
// Is called by a world in place of one instance: its tables record the result of each operation and then call those of the
// plugin.
#pragma once

#include <kith/hosting/source_read_tally.hpp>
#include <kith/service/clock.h>
#include <kith/service/dns.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/loop.h>
#include <kith/service/process.h>
#include <kith/service/spool.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>
#include <kith/service/tls.h>
#include <kith/service/udp.h>

#include <string_view>
#include <tuple>

namespace kith {

/// The plugin's table of one service, and the table that a world gets in its place.
template <class Table>
struct ObservedSide {
    const Table *plugin = nullptr;
    Table observed{};
};

class OperationObserver {
  public:
    OperationObserver() = default;
    OperationObserver(const OperationObserver &) = delete;
    OperationObserver &operator=(const OperationObserver &) = delete;

    /// Sets a new instance: `self` is the first argument of each call into its tables. Its tally starts at zero.
    void attach(void *self) noexcept;

    /// The table that a world gets in place of the plugin's table of this service, with self() as first argument: null for
    /// null, and `table` itself for a service that is not the world's. Valid until the next call for the same service.
    const void *observe(std::string_view id, const void *table) noexcept;
    void *self() noexcept { return this; }

    SourceReadTally &tally() noexcept { return tally_; }

  private:
    struct Calls;
    template <class Table>
    using Side = ObservedSide<Table>;

    void *self_ = nullptr;
    SourceReadTally tally_;
    std::tuple<Side<kith_clock_plugin>, Side<kith_timer_plugin>, Side<kith_loop_plugin>, Side<kith_tcp_plugin>,
               Side<kith_udp_plugin>, Side<kith_http_plugin>, Side<kith_dns_plugin>, Side<kith_process_plugin>,
               Side<kith_file_plugin>, Side<kith_state_plugin>, Side<kith_spool_plugin>, Side<kith_tls_plugin>>
        sides_;
};

} // namespace kith
