// SPDX-License-Identifier: MIT
//
// kith::signal wakes a task from elsewhere in the same instance: from refresh(), from another task. kith::channel<T> passes values.
// kith::first_of waits for an operation or a signal, whichever is first. A waiting task is resumed after the code that notified, before the
// current call from the host returns.
#pragma once

#include "timer.hpp"

#include <deque>
#include <memory>

namespace kith {

class signal;

namespace detail {

class signal_wait;

/// The timer of a wait_for. It owns itself, so that a waiter that was notified first need not wait for its completion.
class deadline final : public completion<void> {
  public:
    deadline(context &home, signal_wait &owner) noexcept : completion(home), owner_(&owner) {}

    /// Owns itself from here on. Fails if the timer cannot be started.
    std::int32_t begin(const kith_timer_host &timer, std::chrono::nanoseconds time) noexcept {
        const auto status = timer.start(home_.raw, nanos(time), user(), &op_);
        if (status >= 0) ++home_.held;
        return status;
    }
    void disown() noexcept {
        owner_ = nullptr;
        if (home_.over) {
            delete this; // no completion follows
        } else {
            end();
        }
    }
    inline void wake() noexcept override;

  private:
    signal_wait *owner_;
};

class signal_wait : public wait {
  public:
    signal_wait(context &home, signal &source) noexcept : home_(home), source_(source) {}
    ~signal_wait() override { forget(); }

    bool await_ready() const noexcept { return false; }

    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
        enroll(handle);
        return begin();
    }

    void notify() noexcept {
        notified_ = true;
        forget();
        home_.ready(*this);
    }
    void expire() noexcept {
        deadline_ = nullptr;
        home_.ready(*this);
    }
    void end() noexcept override {
        if (!notified_) forget();
        home_.ready(*this);
    }
    [[nodiscard]] bool of_host() const noexcept override { return false; }

  protected:
    inline bool begin();
    bool finish() const {
        if (!notified_ && root_->ending) throw stopped{};
        return notified_;
    }
    void forget() noexcept {
        if (deadline_ != nullptr) std::exchange(deadline_, nullptr)->disown();
    }

    context &home_;
    signal &source_;
    bool notified_ = false;
    bool timed_ = false;
    std::chrono::nanoseconds time_{};
    deadline *deadline_ = nullptr;
};

class signal_wait_ever final : public signal_wait {
  public:
    using signal_wait::signal_wait;
    void await_resume() const { finish(); }

    /// Becomes a part of a wait for the first of two.
    void join(wait &whole) noexcept { whole_ = &whole; }
    [[nodiscard]] bool notified() const noexcept { return notified_; }
    /// Leaves the signal, which keeps the notification for the next wait.
    inline void give_back() noexcept;
};

class signal_wait_for final : public signal_wait {
  public:
    signal_wait_for(context &home, signal &source, std::chrono::nanoseconds time) noexcept : signal_wait(home, source) {
        timed_ = true;
        time_ = time;
    }
    [[nodiscard]] bool await_resume() const { return finish(); }
};

inline void deadline::wake() noexcept {
    if (owner_ != nullptr) owner_->expire();
    --home_.held;
    delete this;
}

} // namespace detail

/// Must outlive its waiters: make it a member of the instance, or a local variable of the task that waits.
class signal {
  public:
    explicit signal(host h) : home_(&h.context()) {
        if (home_->find<kith_timer_host>(KITH_TIMER) != nullptr) home_->provide(KITH_TIMER, &detail::timer_table);
    }
    signal(const signal &) = delete;
    signal &operator=(const signal &) = delete;

    /// Wakes all waiters. Without a waiter it is stored for the next one (once, however often it was called).
    void notify() noexcept {
        if (waits_.alone()) pending_ = true;
        while (!waits_.alone()) static_cast<detail::signal_wait &>(*waits_.next).notify();
    }

    /// Removes a stored notification.
    void reset() noexcept { pending_ = false; }

    [[nodiscard]] auto wait() noexcept { return detail::signal_wait_ever(*home_, *this); }

    /// True: notified. False: the time elapsed first. Needs "kith.timer/1" in the descriptor.
    [[nodiscard]] auto wait_for(std::chrono::nanoseconds time) noexcept { return detail::signal_wait_for(*home_, *this, time); }

  private:
    friend class detail::signal_wait;
    friend class detail::signal_wait_ever;
    detail::context *home_;
    detail::chain waits_;
    bool pending_ = false;
};

inline bool detail::signal_wait::begin() {
    if (root_->ending) return false;
    if (std::exchange(source_.pending_, false)) {
        notified_ = true;
        return false;
    }
    if (timed_) {
        const auto *timer = home_.find<kith_timer_host>(KITH_TIMER);
        if (timer == nullptr) throw error(KITH_UNSUPPORTED, "wait_for needs kith.timer/1 in the descriptor's `required`");
        auto item = std::make_unique<deadline>(home_, *this);
        if (const auto status = item->begin(*timer, time_); status < 0) throw error(status);
        deadline_ = item.release();
    }
    root_->waits = this;
    source_.waits_.append(*this);
    return true;
}

inline void detail::signal_wait_ever::give_back() noexcept {
    unlink();
    if (notified_) source_.pending_ = true;
}

namespace detail {

/// Refers to the two waits, which are temporaries of the same co_await expression.
template <class Operation>
class first_of_wait final : public wait {
  public:
    using outcome = decltype(std::declval<Operation &>().await_resume());

    first_of_wait(Operation &operation, signal_wait_ever &signal) noexcept : operation_(operation), signal_(signal) {}

    bool await_ready() const noexcept { return false; }

    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
        enroll(handle);
        operation_.join(*this);
        signal_.join(*this);
        if (!signal_.await_suspend(handle)) return false; // notified already, or ending
        begun_ = true;
        const bool waiting = operation_.await_suspend(handle);
        root_->waits = waiting ? this : nullptr;
        return waiting;
    }

    // The operation's completion must come before the coroutine may continue: it refers to the coroutine's frame.
    void part_ended(wait &part) noexcept override {
        if (&part == &signal_) return operation_.end();
        wake();
    }
    void end() noexcept override { operation_.end(); }
    [[nodiscard]] bool of_host() const noexcept override { return true; }

    std::optional<outcome> await_resume() {
        const bool notified = signal_.notified();
        if (!begun_ && notified) return std::nullopt;
        if (!begun_) throw stopped{};
        if (notified && operation_.status() == KITH_CANCELLED && !root_->ending) return std::nullopt;
        signal_.give_back();
        return operation_.await_resume();
    }

  private:
    Operation &operation_;
    signal_wait_ever &signal_;
    bool begun_ = false;
};

} // namespace detail

/// Waits for the first of two: `auto got = co_await kith::first_of(response.read(buffer), wake.wait());` is the operation's result, or
/// empty: the signal was notified first, and the operation was cancelled without an effect. If both came, it is the result, and the
/// signal keeps the notification. The operation is one of the host's (read, accept, receive, request), not a kith::task.
template <class Operation>
[[nodiscard]] auto first_of(Operation &&operation, detail::signal_wait_ever &&signal) noexcept {
    return detail::first_of_wait<std::remove_reference_t<Operation>>(operation, signal);
}

/// Values from some tasks or callbacks to others, in order. Unbounded: the caller of push must limit it.
template <class T>
class channel {
  public:
    explicit channel(host h) : signal_(h) {}

    void push(T value) {
        values_.push_back(std::move(value));
        signal_.notify();
    }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

    [[nodiscard]] task<T> pop() {
        while (values_.empty()) co_await signal_.wait();
        T value = std::move(values_.front());
        values_.pop_front();
        co_return value;
    }

  private:
    signal signal_;
    std::deque<T> values_;
};

} // namespace kith
