// SPDX-License-Identifier: MIT
#include <kith/hosting/operation_observer.hpp>

#include <kith/result.hpp>

namespace kith {

namespace {

// What each completion adds to the tally. The arguments are those of the plugin's function, without `self`.
namespace completion {

constexpr auto nothing = [](SourceReadTally &, const auto &...) {};

template <const char *What>
constexpr auto prepared = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                             const auto &...) { tally.prepared(What, status, view(text)); };

template <const char *What>
constexpr auto is_read = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                            const auto &...) { tally.read(What, status, view(text)); };

constexpr auto received = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                             const auto &...) {
    if (status != KITH_TIMED_OUT) tally.read("udp.receive", status, view(text));
};

constexpr auto file_read = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                              const auto &...) {
    if (status != KITH_NOT_FOUND) tally.read("file.read", status, view(text));
};

constexpr auto responded = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                              std::uint64_t, std::uint32_t code,
                              const auto &...) { tally.http_response(status, view(text), code); };

constexpr auto body_read = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                              const auto &...) { tally.http_body(status, view(text)); };

constexpr auto output_read = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                                const auto &...) { tally.program_output(status, view(text)); };

constexpr auto ended = [](SourceReadTally &tally, std::uint64_t, std::uint64_t, std::int32_t status, kith_str text,
                          const kith_process_end *end) {
    tally.program_ended(status, view(text), end == nullptr ? 0 : end->code, end == nullptr ? 0 : end->signal);
};

constexpr char tcp_connect[] = "tcp.connect", tcp_listen[] = "tcp.listen", tcp_read[] = "tcp.read", tcp_write[] = "tcp.write",
               udp_bind[] = "udp.bind", udp_send[] = "udp.send", http_open[] = "http.open", dns_query[] = "dns.query",
               process_start[] = "process.start", process_write[] = "process.write", tls_open[] = "tls.open",
               tls_secure[] = "tls.secure";

} // namespace completion
} // namespace

struct OperationObserver::Calls {
    template <class Table, auto Member, auto Count, class... Args>
    static void call(void *self, Args... args) {
        auto &observer = *static_cast<OperationObserver *>(self);
        Count(observer.tally_, args...);
        (std::get<Side<Table>>(observer.sides_).plugin->*Member)(observer.self_, args...);
    }

    template <auto Count, auto Member, class Table, class... Args>
    static void wrap_as(Side<Table> &side, void (*Table::*)(void *, Args...)) {
        if (side.plugin->*Member != nullptr) side.observed.*Member = &call<Table, Member, Count, Args...>;
    }

    // A function that the plugin does not have stays null.
    template <auto Member, auto Count = completion::nothing, class Table>
    static void wrap(Side<Table> &side) {
        wrap_as<Count, Member>(side, Member);
    }

    static void fill(Side<kith_clock_plugin> &side) { wrap<&kith_clock_plugin::jumped>(side); }
    static void fill(Side<kith_timer_plugin> &side) { wrap<&kith_timer_plugin::fired>(side); }
    static void fill(Side<kith_loop_plugin> &side) { wrap<&kith_loop_plugin::posted>(side); }
    static void fill(Side<kith_tcp_plugin> &side) {
        wrap<&kith_tcp_plugin::connected, completion::prepared<completion::tcp_connect>>(side);
        wrap<&kith_tcp_plugin::listening, completion::prepared<completion::tcp_listen>>(side);
        wrap<&kith_tcp_plugin::accepted>(side);
        wrap<&kith_tcp_plugin::read, completion::is_read<completion::tcp_read>>(side);
        wrap<&kith_tcp_plugin::written, completion::prepared<completion::tcp_write>>(side);
    }
    static void fill(Side<kith_udp_plugin> &side) {
        wrap<&kith_udp_plugin::bound, completion::prepared<completion::udp_bind>>(side);
        wrap<&kith_udp_plugin::membership>(side);
        wrap<&kith_udp_plugin::received, completion::received>(side);
        wrap<&kith_udp_plugin::sent, completion::prepared<completion::udp_send>>(side);
    }
    static void fill(Side<kith_http_plugin> &side) {
        wrap<&kith_http_plugin::opened, completion::prepared<completion::http_open>>(side);
        wrap<&kith_http_plugin::responded, completion::responded>(side);
        wrap<&kith_http_plugin::read, completion::body_read>(side);
    }
    static void fill(Side<kith_dns_plugin> &side) {
        wrap<&kith_dns_plugin::answered, completion::is_read<completion::dns_query>>(side);
    }
    static void fill(Side<kith_process_plugin> &side) {
        wrap<&kith_process_plugin::started, completion::prepared<completion::process_start>>(side);
        wrap<&kith_process_plugin::read, completion::output_read>(side);
        wrap<&kith_process_plugin::written, completion::prepared<completion::process_write>>(side);
        wrap<&kith_process_plugin::ended, completion::ended>(side);
    }
    static void fill(Side<kith_file_plugin> &side) {
        wrap<&kith_file_plugin::read, completion::file_read>(side);
        wrap<&kith_file_plugin::written>(side);
        wrap<&kith_file_plugin::changed>(side);
    }
    static void fill(Side<kith_state_plugin> &side) {
        wrap<&kith_state_plugin::loaded>(side);
        wrap<&kith_state_plugin::saved>(side);
    }
    static void fill(Side<kith_spool_plugin> &side) {
        wrap<&kith_spool_plugin::appended>(side);
        wrap<&kith_spool_plugin::read>(side);
        wrap<&kith_spool_plugin::acknowledged>(side);
    }
    static void fill(Side<kith_tls_plugin> &side) {
        wrap<&kith_tls_plugin::opened, completion::prepared<completion::tls_open>>(side);
        wrap<&kith_tls_plugin::secured, completion::prepared<completion::tls_secure>>(side);
    }

    template <class Table>
    static const void *observe(OperationObserver &observer, const void *table) {
        auto &side = std::get<Side<Table>>(observer.sides_);
        if (side.plugin != table) {
            side = {static_cast<const Table *>(table), {}};
            fill(side);
        }
        return &side.observed;
    }
};

void OperationObserver::attach(void *self) noexcept {
    self_ = self;
    tally_ = SourceReadTally();
    sides_ = {};
}

const void *OperationObserver::observe(std::string_view id, const void *table) noexcept {
    if (table == nullptr) return nullptr;
    if (id == KITH_CLOCK) return Calls::observe<kith_clock_plugin>(*this, table);
    if (id == KITH_TIMER) return Calls::observe<kith_timer_plugin>(*this, table);
    if (id == KITH_LOOP) return Calls::observe<kith_loop_plugin>(*this, table);
    if (id == KITH_TCP) return Calls::observe<kith_tcp_plugin>(*this, table);
    if (id == KITH_UDP) return Calls::observe<kith_udp_plugin>(*this, table);
    if (id == KITH_HTTP) return Calls::observe<kith_http_plugin>(*this, table);
    if (id == KITH_DNS) return Calls::observe<kith_dns_plugin>(*this, table);
    if (id == KITH_PROCESS) return Calls::observe<kith_process_plugin>(*this, table);
    if (id == KITH_FILE) return Calls::observe<kith_file_plugin>(*this, table);
    if (id == KITH_STATE) return Calls::observe<kith_state_plugin>(*this, table);
    if (id == KITH_SPOOL) return Calls::observe<kith_spool_plugin>(*this, table);
    if (id == KITH_TLS) return Calls::observe<kith_tls_plugin>(*this, table);
    return table;
}

} // namespace kith
