// SPDX-License-Identifier: MIT
#include "service_interceptor.hpp"

#include "plugin_test.hpp"

#include <deque>
#include <utility>

namespace kith::check {

namespace {

// Functions of the ABI have no parameter for a context of ours, so the active interceptor is a global.
struct Interception {
    const kith_entry *plugin = nullptr;
    ServiceInterceptor::Hook hook;
    decltype(kith_host::service) service = nullptr;
    std::deque<kith_host> hosts;
};
Interception current;

const void *intercepted_service(const kith_host *host, kith_str id) noexcept {
    return current.hook(view(id), current.service(host, id));
}

std::int32_t intercepted_create(const kith_host *host, kith_str id, const kith_instance **out) noexcept {
    kith_host &copy = current.hosts.emplace_back(*host);
    current.service = std::exchange(copy.service, intercepted_service);
    return current.plugin->create(&copy, id, out);
}

} // namespace

ServiceInterceptor::ServiceInterceptor(const kith_entry &plugin, Hook hook) : entry_(plugin) {
    current = {&plugin, std::move(hook), nullptr, {}};
    entry_.create = intercepted_create;
}

ServiceInterceptor::~ServiceInterceptor() { current = {}; }

} // namespace kith::check
