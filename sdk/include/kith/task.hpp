// SPDX-License-Identifier: MIT
//
// kith::task<T>: a coroutine that begins when it is awaited and passes its value or its exception to the awaiting coroutine. There
// are no threads: everything runs on the loop. A task is awaited once, as an rvalue: `co_await work()`.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace kith {

/// Thrown out of a `co_await` when the task has been asked to end: its instance is stopping, or its connect or disconnect was
/// cancelled. Do not catch it: the stack unwinds, and the layer handles it at the end.
struct stopped {};

template <class T = void>
class task;

namespace detail {

struct root;

struct promise_base {
    root *of = nullptr; // the spawned task this one works for
    std::coroutine_handle<> continuation;
    std::exception_ptr failure;
    bool beginning = false; // within the resume that began it: the awaiting coroutine is on the stack, not suspended

    std::suspend_always initial_suspend() const noexcept { return {}; }

    struct hand_back {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> me) const noexcept {
            promise_base &promise = me.promise();
            return promise.beginning ? std::noop_coroutine() : promise.continuation;
        }
        void await_resume() const noexcept {}
    };
    hand_back final_suspend() const noexcept { return {}; }

    void unhandled_exception() noexcept { failure = std::current_exception(); }
    void rethrow() const {
        if (failure) std::rethrow_exception(failure);
    }
};

template <class T>
struct promise : promise_base {
    std::optional<T> value;

    task<T> get_return_object() noexcept;
    template <class U>
    void return_value(U &&v) {
        value.emplace(std::forward<U>(v));
    }
    T take() {
        rethrow();
        return std::move(*value);
    }
};

template <>
struct promise<void> : promise_base {
    task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const { rethrow(); }
};

} // namespace detail

template <class T>
class [[nodiscard]] task {
  public:
    using promise_type = detail::promise<T>;

    task(task &&other) noexcept : me_(std::exchange(other.me_, nullptr)) {}
    task &operator=(task &&other) noexcept {
        if (this != &other) {
            if (me_) me_.destroy();
            me_ = std::exchange(other.me_, nullptr);
        }
        return *this;
    }
    ~task() {
        if (me_) me_.destroy();
    }

    class awaiter {
      public:
        explicit awaiter(std::coroutine_handle<promise_type> me) noexcept : me_(me) {}
        awaiter(const awaiter &) = delete;
        awaiter &operator=(const awaiter &) = delete;

        bool await_ready() const noexcept { return false; }

        // Beginning it as a plain call keeps the stack flat, on every compiler, in a loop over tasks that never suspend.
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> parent) {
            promise_type &promise = me_.promise();
            promise.of = parent.promise().of;
            promise.continuation = parent;
            promise.beginning = true;
            me_.resume();
            promise.beginning = false;
            return !me_.done();
        }
        T await_resume() { return me_.promise().take(); }

      private:
        std::coroutine_handle<promise_type> me_;
    };

    awaiter operator co_await() &&noexcept { return awaiter(me_); }

  private:
    friend promise_type;
    explicit task(std::coroutine_handle<promise_type> me) noexcept : me_(me) {}

    std::coroutine_handle<promise_type> me_;
};

template <class T>
task<T> detail::promise<T>::get_return_object() noexcept {
    return task<T>(std::coroutine_handle<promise>::from_promise(*this));
}

inline task<void> detail::promise<void>::get_return_object() noexcept {
    return task<void>(std::coroutine_handle<promise>::from_promise(*this));
}

} // namespace kith
