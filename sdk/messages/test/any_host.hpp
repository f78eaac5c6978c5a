// SPDX-License-Identifier: MIT
//
// A host with every service, whose functions read all that they are given and do nothing, and a started instance of it: for any bytes in place
// of messages.
#pragma once

#include <sdk/messages/instance_proxy.hpp>
#include <sdk/messages/service_functions.hpp>

#include <kith/result.hpp>

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace kith::messages::test {

template <auto Member>
struct Harmless;
template <class Table, class R, class... Args, R (*Table::*Member)(const kith_host *, Args...)>
struct Harmless<Member> {
    static R call(const kith_host *, Args... args) {
        using Shape = typename ShapeOf<Member>::Shape;
        Writer reads;
        Shape::write(reads, {args...});
        if constexpr (ShapeOf<Member>::begins) {
            static std::uint64_t last = 0;
            *std::get<sizeof...(Args) - 1>(std::tuple<Args...>(args...)) = ++last;
        }
        if constexpr (!std::is_void_v<R>) return R{};
    }
};

template <class Table, auto... Members>
const void *harmless_table(functions::Host<Table, Members...>) {
    static const Table table = [] {
        Table made{};
        ((made.*Members = &Harmless<Members>::call), ...);
        return made;
    }();
    return &table;
}

struct AnyHost final : private MessageSink, private ProxyOwner {
    AnyHost() {
        proxy.create("{}", UINT32_MAX);
        proxy.instance().start(proxy.instance().self);
    }

    std::vector<kith_str> ids = [] {
        std::vector<kith_str> all;
        for (const Service &service : services()) all.push_back(str(service.id));
        return all;
    }();
    kith_descriptor descriptor = [this] {
        kith_descriptor made{};
        made.struct_size = sizeof made;
        made.kind = KITH_KIND_STRATEGY;
        made.id = str("any");
        made.required = ids.data();
        made.required_count = static_cast<std::uint32_t>(ids.size());
        return made;
    }();
    kith_host host = [] {
        kith_host made{};
        made.struct_size = sizeof made;
        made.service = [](const kith_host *, kith_str id) -> const void * {
            return []<std::size_t... I>(std::index_sequence<I...>, std::uint8_t number) {
                const void *found = nullptr;
                ((I == number ? void(found = harmless_table(typename std::tuple_element_t<I, functions::All>::HostSide{}))
                              : void()),
                 ...);
                return found;
            }
            (std::make_index_sequence<std::tuple_size_v<functions::All>>(), service_number(view(id)));
        };
        made.cancel = [](const kith_host *, std::uint64_t) -> std::int32_t { return KITH_OK; };
        made.error = [](const kith_host *, kith_str) {};
        made.stopped = [](const kith_host *) {};
        made.failed = [](const kith_host *, std::int32_t, kith_str) {};
        return made;
    }();
    InstanceProxy proxy{1, descriptor, host, static_cast<MessageSink &>(*this), static_cast<ProxyOwner &>(*this)};

  private:
    bool send(std::string_view) override { return true; }
    std::string take_error() override { return {}; }
    void not_created(std::int32_t, std::string_view) override {}
    void stopping() override {}
    void destroyed() override {}
};

} // namespace kith::messages::test
