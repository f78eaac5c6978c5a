// SPDX-License-Identifier: MIT
#include <sdk/messages/call_stubs.hpp>
#include <sdk/messages/service_functions.hpp>

namespace kith::messages {

namespace {

using namespace functions;

template <std::uint8_t number, class Table, class First, auto... Members>
const void *stubs(Functions<Table, First, Members...>) {
    static const Table table = [] {
        Table made{};
        Functions<Table, First, Members...>::template fill<number>(made);
        return made;
    }();
    return &table;
}
template <std::uint8_t>
const void *stubs(Nothing) {
    return nullptr;
}

template <std::uint8_t number>
Service service(std::string_view id) {
    using HostSide = typename std::tuple_element_t<number, All>::HostSide;
    using PluginSide = typename std::tuple_element_t<number, All>::PluginSide;
    Service made{id, stubs<number>(HostSide{}), nullptr, stubs<number>(PluginSide{}), nullptr};
    made.to_host = [](const void *table, std::uint8_t function, const kith_host *host, std::string_view arguments) {
        return HostSide::serve[function](table, host, arguments, nullptr);
    };
    if constexpr (!std::is_same_v<PluginSide, Nothing>) {
        made.to_plugin = [](const void *table, std::uint8_t function, void *self, std::string_view arguments, Endpoint &end) {
            return PluginSide::serve[function](table, self, arguments, &end);
        };
    }
    return made;
}

} // namespace

std::span<const Service> services() {
    static const Service all[] = {
        service<0>(KITH_CLOCK),    service<1>(KITH_CONNECTOR), service<2>(KITH_DISCOVERY), service<3>(KITH_DNS),
        service<4>(KITH_ENV),      service<5>(KITH_FILE),      service<6>(KITH_HTTP),      service<7>(KITH_LOG),
        service<8>(KITH_LOOP),     service<9>(KITH_METRIC),    service<10>(KITH_NODE),     service<11>(KITH_OPTIONS),
        service<12>(KITH_PROCESS), service<13>(KITH_RANDOM),   service<14>(KITH_SINK),     service<15>(KITH_STATE),
        service<16>(KITH_TCP),     service<17>(KITH_TIMER),    service<18>(KITH_UDP),      service<19>(KITH_MEMBERS),
        service<20>(KITH_SPOOL),   service<21>(KITH_TLS),      service<22>(KITH_MESSAGES),
    };
    static_assert(std::size(all) == std::tuple_size_v<functions::All>, "each service has a number and an id");
    return all;
}

std::uint8_t service_number(std::string_view id) {
    for (std::size_t i = 0; i < services().size(); ++i)
        if (services()[i].id == id) return static_cast<std::uint8_t>(i);
    return 255;
}

} // namespace kith::messages
