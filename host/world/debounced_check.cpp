// SPDX-License-Identifier: MIT
#include "debounced_check.hpp"

#include <utility>

namespace kith::app {

namespace {

constexpr auto period = std::chrono::seconds(5);

using Error = boost::system::error_code;

} // namespace

DebouncedCheck::DebouncedCheck(boost::asio::io_context &io, std::chrono::milliseconds breath, std::function<void()> noticed,
                               std::function<bool()> poll)
    : notices_(io), pause_(io), poll_(io), breath_(breath), noticed_(std::move(noticed)), look_(std::move(poll)) {}

void DebouncedCheck::watch(int descriptor) {
    Error failed;
    if (descriptor >= 0) notices_.assign(descriptor, failed);
    if (notices_.is_open()) await_notice();
}

void DebouncedCheck::await_notice() {
    notices_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [self = std::weak_ptr(self_)](const Error &error) {
        const auto me = self.lock();
        if (error || !me) return;
        (*me)->pause_.expires_after((*me)->breath_);
        (*me)->pause_.async_wait([self](const Error &cut_short) {
            const auto still = self.lock();
            if (cut_short || !still) return;
            (*still)->noticed_();
            (*still)->await_notice();
        });
    });
}

void DebouncedCheck::keep_polling() {
    if (!std::exchange(polling_, true)) await_poll();
}

void DebouncedCheck::await_poll() {
    poll_.expires_after(period);
    poll_.async_wait([self = std::weak_ptr(self_)](const Error &error) {
        const auto me = self.lock();
        if (error || !me) return;
        (*me)->polling_ = (*me)->look_();
        if ((*me)->polling_) (*me)->await_poll();
    });
}

} // namespace kith::app
