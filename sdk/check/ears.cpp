// SPDX-License-Identifier: MIT
#include "ears.hpp"

#include "check.hpp"

#include <deque>
#include <utility>

namespace kith::check {

namespace {

// A function of the ABI has no room for anything of ours.
struct Listening {
    const kith_entry *plugin = nullptr;
    Ears::Hook hook;
    decltype(kith_host::service) service = nullptr;
    std::deque<kith_host> hosts;
};
Listening now;

const void *heard_service(const kith_host *host, kith_str id) noexcept { return now.hook(view(id), now.service(host, id)); }

std::int32_t heard_create(const kith_host *host, kith_str id, const kith_instance **out) noexcept {
    kith_host &copy = now.hosts.emplace_back(*host);
    now.service = std::exchange(copy.service, heard_service);
    return now.plugin->create(&copy, id, out);
}

} // namespace

Ears::Ears(const kith_entry &plugin, Hook hook) : entry_(plugin) {
    now = {&plugin, std::move(hook), nullptr, {}};
    entry_.create = heard_create;
}

Ears::~Ears() { now = {}; }

} // namespace kith::check
