// SPDX-License-Identifier: MIT
#include <core/engine/engine_loop.hpp>

#include <malloc.h>
#include <stdexcept>
#include <string>
#include <utility>

namespace kith::core {

namespace {

template <class Table>
const Table *need(World &world, const char *id) {
    const void *table = world.service(id);
    if (table == nullptr) throw std::logic_error(std::string("this world does not offer ") + id);
    return static_cast<const Table *>(table);
}

} // namespace

EngineLoop::EngineLoop(World &world, std::function<void()> act, std::function<void()> clock_set)
    : world_(world),
      act_(std::move(act)),
      clock_set_(std::move(clock_set)),
      clock_(need<kith_clock_host>(world, KITH_CLOCK)),
      timer_(need<kith_timer_host>(world, KITH_TIMER)),
      loop_(need<kith_loop_host>(world, KITH_LOOP)),
      random_(need<kith_random_host>(world, KITH_RANDOM)) {
    handle_.struct_size = sizeof handle_;
    handle_.abi_minor = KITH_ABI_MINOR;
    handle_.instance = {"kith", 4};
    handle_.error = [](const kith_host *, kith_str) {};
    world_.open(handle_, *this);
}

EngineLoop::~EngineLoop() { world_.close(handle_); }

std::uint64_t EngineLoop::random_seed() const {
    std::uint64_t seed = 0;
    random_->fill(&handle_, &seed, sizeof seed);
    return seed;
}

void EngineLoop::soon() {
    if (posted_) return;
    posted_ = true;
    // The queue of posts is full only when other threads flood it. A timer fires nevertheless.
    if (loop_->post(&handle_, 0) != KITH_OK) {
        std::uint64_t op = 0;
        timer_->start(&handle_, 0, 1, &op);
    }
}

void EngineLoop::give_back() {
    give_back_ = true;
    soon();
}

void EngineLoop::at(Time when) {
    if (when == armed_) return;
    if (op_ != 0) world_.cancel(handle_, std::exchange(op_, 0));
    armed_ = when;
    if (when == never) return;
    const Time moment = now();
    if (timer_->start(&handle_, when > moment ? when - moment : 0, 0, &op_) == KITH_OK) return;
    op_ = 0;
    armed_ = never; // the next turn sets it again
    soon();
}

void EngineLoop::fired(std::uint64_t op) {
    if (op != op_) return; // cancelled, or replaced
    op_ = 0;
    armed_ = never;
    act_();
}

void EngineLoop::posted() {
    posted_ = false;
    const bool giving_back = std::exchange(give_back_, false);
    act_();
    if (giving_back) ::malloc_trim(0);
}

const void *EngineLoop::service(std::string_view id) noexcept {
    static constexpr kith_timer_plugin timer_side = {
        .fired =
            [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t) {
                // A failed timer counts as fired: an additional turn does no harm, a missing one would block the engine.
                auto *client = static_cast<EngineLoop *>(self);
                user == 1 ? client->posted() : client->fired(op);
            },
    };
    static constexpr kith_loop_plugin loop_side = {
        .posted = [](void *self, std::uint64_t) { static_cast<EngineLoop *>(self)->posted(); },
    };
    static constexpr kith_clock_plugin clock_side = {
        .jumped = [](void *self, std::int64_t) { static_cast<EngineLoop *>(self)->clock_set_(); },
    };
    if (id == KITH_TIMER) return &timer_side;
    if (id == KITH_LOOP) return &loop_side;
    if (id == KITH_CLOCK) return &clock_side;
    return nullptr;
}

} // namespace kith::core
