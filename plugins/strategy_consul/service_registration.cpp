// SPDX-License-Identifier: MIT
#include "service_registration.hpp"

#include <kith/pace.hpp>

namespace consul {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds request_timeout = 5s;

} // namespace

kith::task<> ServiceRegistration::run() {
    kith::pace pace(wanted_.ttl / 3);
    for (;;) {
        const bool stays = co_await register_or_refresh();
        const std::chrono::nanoseconds pause = stays ? pace.good() : pace.bad();
        (void)co_await wake_.wait_for(random_.around(std::min<std::chrono::nanoseconds>(pause, wanted_.ttl / 3)));
    }
}

// Returns false when it must be tried again soon.
kith::task<bool> ServiceRegistration::register_or_refresh() {
    const auto now = entry_of(wanted_, settings_.service, node_.name());
    if (!now) co_return true;
    if (entry_ == now) {
        auto refreshed = co_await client_.put(pass_path(*now), {}, request_timeout);
        if (refreshed) co_return true;
        log_failure(refreshed.error());
        entry_.reset(); // the agent may no longer have it: whatever the reason, it is registered again
    }
    if (entry_ && entry_->id != now->id) {
        if (auto gone = co_await client_.put(deregistration_path(*entry_), {}, request_timeout); !gone)
            log_failure(gone.error());
    }
    entry_.reset();
    auto registered = co_await client_.put(std::string(registration_path), registration_body(wanted_, *now, settings_.service),
                                           request_timeout);
    if (!registered) {
        log_failure(registered.error());
        co_return false;
    }
    entry_ = now;
    last_failure_.clear();
    log_.info("registered with Consul", {{"service", settings_.service}, {"id", now->id}, {"address", now->address}});
    co_return true;
}

kith::task<> ServiceRegistration::deregister() {
    if (!entry_) co_return;
    if (auto gone = co_await client_.put(deregistration_path(*entry_), {}, 2s); !gone) log_failure(gone.error());
}

// Logs a failure once, until another one occurs.
void ServiceRegistration::log_failure(const kith::error &why) {
    if (why.status == KITH_CANCELLED || why.text == last_failure_) return;
    last_failure_ = why.text;
    log_.warning("the local node is not registered with Consul", {{"reason", why.text}});
}

} // namespace consul
