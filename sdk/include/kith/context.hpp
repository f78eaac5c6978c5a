// SPDX-License-Identifier: MIT
//
// The state of each instance of the C++ layer: its spawned tasks (roots), what they wait for, and how it stops.
// Plugins do not use this header themselves.
//
// The token `user` of an operation is the address of a `completion`, which lives in the frame of the coroutine that awaits it. A
// completion comes exactly once (T2), also after a cancel, and a frame is only destroyed when its coroutine has ended, so the
// address holds. The one exception is a destroy without `stopped`: then no completion comes any more.
#pragma once

#include "result.hpp"
#include "task.hpp"

#include <vector>

namespace kith {
class instance;
}

namespace kith::detail {

class context;
class wait;

/// A place in a list; leaves it when destroyed.
struct chain {
    chain *prev = this;
    chain *next = this;

    chain() = default;
    chain(const chain &) = delete;
    chain &operator=(const chain &) = delete;
    ~chain() { unlink(); }

    [[nodiscard]] bool alone() const noexcept { return next == this; }
    void unlink() noexcept {
        prev->next = next;
        next->prev = prev;
        prev = next = this;
    }
    void append(chain &item) noexcept {
        item.unlink();
        item.prev = prev;
        item.next = this;
        prev->next = &item;
        prev = &item;
    }
};

/// A spawned task.
struct root : chain {
    context *home = nullptr;
    std::uint64_t op = 0;  // of the connector's operation it carries out
    wait *waits = nullptr; // what it is suspended on
    bool ending = false;   // each await throws `stopped`
};

struct root_task {
    struct promise_type : root {
        root *of = this;
        root_task get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        inline void unhandled_exception() noexcept;
    };
    std::coroutine_handle<promise_type> handle;
};

inline root_task drive(task<void> body) { co_await std::move(body); }

/// What one coroutine waits for. Lives in its frame.
class wait : public chain {
  public:
    wait() = default;
    virtual ~wait() = default;

    /// Resumes the coroutine, or informs the wait for the first of two that this one is a part of.
    virtual void wake() noexcept {
        if (whole_ != nullptr) return whole_->part_ended(*this);
        root_->waits = nullptr;
        handle_.resume();
    }

    /// A wait that is a part of this one has ended.
    virtual void part_ended(wait &) noexcept {}

    /// The task was asked to end: wake must follow soon.
    virtual void end() noexcept = 0;

    /// Ended by the host itself at `stop`.
    [[nodiscard]] virtual bool of_host() const noexcept = 0;

  protected:
    template <class Promise>
    void enroll(std::coroutine_handle<Promise> handle) noexcept {
        handle_ = handle;
        root_ = handle.promise().of;
    }
    root *root_ = nullptr;
    wait *whole_ = nullptr;
    std::coroutine_handle<> handle_;
};

/// One instance. It is `self` in every call from the host.
class context {
  public:
    explicit context(const kith_host *h) noexcept : raw(h) {}
    context(const context &) = delete;
    context &operator=(const context &) = delete;

    const kith_host *const raw;
    instance *object = nullptr;
    task<void> (*farewell)(instance &) = nullptr;
    kith_instance face{};
    std::uint32_t held = 0;      // operations that nobody awaits any more, and whose completion is still to come
    std::uint64_t beginning = 0; // the connector's operation whose call is under way
    bool started = false;
    bool stopping = false;
    bool over = false; // `stopped` was reported, or destroy has begun: no host function may be called

    /// The host's table; null when it is not offered.
    template <class Table>
    [[nodiscard]] const Table *find(std::string_view id) const noexcept {
        return static_cast<const Table *>(raw->service(raw, str(id)));
    }

    /// Our table for a service, to be found by the host between create and start. owner: the one object the table's functions
    /// are called for, when there may be only one.
    void provide(std::string_view id, const void *table, void *owner = nullptr) {
        for (const auto &known : sides_) {
            if (known.id != id) continue;
            if (known.owner != owner) throw error(KITH_INTERNAL, "the instance has two objects for " + std::string(id));
            return;
        }
        sides_.push_back({id, table, owner});
    }
    [[nodiscard]] const void *provided(std::string_view id) const noexcept {
        for (const auto &known : sides_) {
            if (known.id == id) return known.table;
        }
        return nullptr;
    }
    template <class Owner>
    [[nodiscard]] Owner &owner(std::string_view id) const noexcept {
        for (const auto &known : sides_) {
            if (known.id == id) return *static_cast<Owner *>(known.owner);
        }
        std::terminate(); // a table that was not provided was called
    }

    /// Runs at once, until it first waits.
    void spawn(task<void> body, std::uint64_t op = 0) {
        if (!started) throw error(KITH_INTERNAL, "a task was spawned in the constructor; spawn it in run()");
        auto handle = drive(std::move(body)).handle;
        root &task = handle.promise();
        task.home = this;
        task.op = op;
        task.ending = stopping && !farewell_; // begun by a task that has not noticed yet
        roots_.append(task);
        handle.resume();
    }

    void ready(wait &item) noexcept { ready_.append(item); }

    /// Ask a task to end.
    static void end(root &task) noexcept {
        task.ending = true;
        if (task.waits != nullptr && !(task.home->stopping && task.waits->of_host())) task.waits->end();
    }
    void end(std::uint64_t op) noexcept {
        for (chain *at = roots_.next; at != &roots_; at = at->next) {
            auto &task = static_cast<root &>(*at);
            if (task.op == op) return end(task);
        }
    }
    void end_all() noexcept {
        for (chain *at = roots_.next; at != &roots_; at = at->next) end(static_cast<root &>(*at));
    }

    /// Destroys the tasks, for a destroy that comes without a stop.
    void abandon() noexcept {
        over = true;
        while (!roots_.alone()) {
            auto &promise = static_cast<root_task::promise_type &>(*roots_.next);
            std::coroutine_handle<root_task::promise_type>::from_promise(promise).destroy();
        }
    }

    void fail(std::int32_t status, std::string_view text) const noexcept {
        if (!over) raw->failed(raw, status, str(text));
    }

    /// In a catch block: fails the instance with what was thrown.
    void caught() const noexcept {
        try {
            throw;
        } catch (const stopped &) {
        } catch (const error &e) {
            fail(e.status, e.text);
        } catch (const std::exception &e) {
            fail(KITH_INTERNAL, e.what());
        } catch (...) {
            fail(KITH_INTERNAL, "an exception of a type that is not std::exception");
        }
    }

    /// A call from the host (E2): nothing is thrown out of it, and what it made ready runs before it returns.
    template <class Call>
    void enter(Call &&call) noexcept {
        try {
            call();
        } catch (...) {
            caught();
        }
        leave();
    }

  private:
    // After all tasks that the call made ready have run: spawns farewell, and reports `stopped`, when it is time for them.
    void leave() noexcept {
        for (;;) {
            while (!ready_.alone()) {
                auto &item = static_cast<wait &>(*ready_.next);
                item.unlink();
                item.wake();
            }
            if (!stopping || over || !roots_.alone() || held != 0) return;
            if (farewell_) {
                over = true;
                raw->stopped(raw);
                return;
            }
            farewell_ = true;
            try {
                spawn(farewell(*object));
            } catch (...) {
                caught();
            }
        }
    }

    struct side {
        std::string_view id;
        const void *table;
        void *owner;
    };
    std::vector<side> sides_;
    chain roots_;
    chain ready_;
    bool farewell_ = false;
};

inline void root_task::promise_type::unhandled_exception() noexcept { home->caught(); }

[[nodiscard]] inline context &self(void *p) noexcept { return *static_cast<context *>(p); }

} // namespace kith::detail
