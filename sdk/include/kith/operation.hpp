// SPDX-License-Identifier: MIT
//
// The awaitable form of an operation of the host. Plugins do not use this header themselves; the service headers do.
#pragma once

#include "host.hpp"

namespace kith::detail {

/// An operation whose completion brings a T. Its address is the operation's `user`.
template <class T>
class completion : public wait {
  public:
    explicit completion(context &home) noexcept : home_(home) {}

    void complete(result<T> outcome) noexcept {
        outcome_ = std::move(outcome);
        wake();
    }

    void end() noexcept override { home_.raw->cancel(home_.raw, op_); }
    [[nodiscard]] bool of_host() const noexcept override { return true; }

    [[nodiscard]] std::uint64_t user() noexcept { return reinterpret_cast<std::uintptr_t>(this); }
    [[nodiscard]] static completion &from(std::uint64_t user) noexcept {
        return *reinterpret_cast<completion *>(static_cast<std::uintptr_t>(user));
    }

    result<T> take() noexcept { return std::move(outcome_); }
    [[nodiscard]] std::int32_t status() const noexcept { return outcome_.status(); }

    /// Becomes a part of a wait for the first of two.
    void join(wait &whole) noexcept { whole_ = &whole; }

  protected:
    context &home_;
    std::uint64_t op_ = 0;
    result<T> outcome_{error(KITH_CANCELLED, std::string{})};
};

/// Begin: status(std::uint64_t user, std::uint64_t *op), the call that begins it.
template <class Completion, class Begin>
class operation final : public Completion {
  public:
    template <class... Args>
    explicit operation(Begin begin, Args &&...args) : Completion(std::forward<Args>(args)...), begin_(std::move(begin)) {}

    bool await_ready() const noexcept { return false; }

    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
        this->enroll(handle);
        if (this->root_->ending) return false;
        const std::int32_t status = begin_(this->user(), &this->op_);
        if (status < 0) {
            this->outcome_ = error(status);
            return false;
        }
        this->root_->waits = this;
        return true;
    }

    auto await_resume() {
        if (this->root_->ending && this->outcome_.status() == KITH_CANCELLED) throw stopped{};
        return this->take();
    }

  private:
    Begin begin_;
};

template <class Completion, class Begin, class... Args>
[[nodiscard]] auto operate(Begin begin, Args &&...args) {
    return operation<Completion, Begin>(std::move(begin), std::forward<Args>(args)...);
}

/// Completes with `make()`, or with the failure; running out of memory in `make` is a failure too.
template <class Completion, class Make>
void finish(Completion &item, std::int32_t status, kith_str text, Make make) noexcept {
    try {
        if (status >= 0) return item.complete(make());
        return item.complete(error(status, text));
    } catch (...) {
        item.complete(error(KITH_LIMIT, std::string{}));
    }
}

} // namespace kith::detail
