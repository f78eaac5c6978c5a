// SPDX-License-Identifier: MIT
#include "registrar.hpp"

#include <kith/pace.hpp>

namespace consul {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds patience = 5s;

} // namespace

kith::task<> Registrar::run() {
    kith::pace pace(wanted_.ttl / 3);
    for (;;) {
        const bool stays = co_await stay();
        const std::chrono::nanoseconds pause = stays ? pace.good() : pace.bad();
        (void)co_await wake_.wait_for(random_.around(std::min<std::chrono::nanoseconds>(pause, wanted_.ttl / 3)));
    }
}

// False: it has to be tried again soon.
kith::task<bool> Registrar::stay() {
    const auto now = entry_of(wanted_, settings_.service, node_.name());
    if (!now) co_return true;
    if (entry_ == now) {
        auto refreshed = co_await api_.put(pass_path(*now), {}, patience);
        if (refreshed) co_return true;
        complain(refreshed.error());
        entry_.reset(); // the agent may have forgotten it: whatever the reason is, it is registered anew
    }
    if (entry_ && entry_->id != now->id) {
        if (auto gone = co_await api_.put(deregistration_path(*entry_), {}, patience); !gone) complain(gone.error());
    }
    entry_.reset();
    auto registered =
        co_await api_.put(std::string(registration_path), registration_body(wanted_, *now, settings_.service), patience);
    if (!registered) {
        complain(registered.error());
        co_return false;
    }
    entry_ = now;
    complaint_.clear();
    log_.info("registered with Consul", {{"service", settings_.service}, {"id", now->id}, {"address", now->address}});
    co_return true;
}

kith::task<> Registrar::take_back() {
    if (!entry_) co_return;
    if (auto gone = co_await api_.put(deregistration_path(*entry_), {}, 2s); !gone) complain(gone.error());
}

// Once, until it is another.
void Registrar::complain(const kith::error &why) {
    if (why.status == KITH_CANCELLED || why.text == complaint_) return;
    complaint_ = why.text;
    log_.warning("the local node is not registered with Consul", {{"reason", why.text}});
}

} // namespace consul
