// SPDX-License-Identifier: MIT
#include <kith/testkit/sim_net.hpp>

#include <kith/hosting/status.hpp>
#include <kith/testkit/machine.hpp>

#include "machine_body.hpp"
#include "tcp_stack.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace kith::testkit {

namespace {

constexpr std::int64_t first_wall = 1'767'225'600'000'000'000; // 2026-01-01T00:00:00Z

std::uint64_t mix(std::uint64_t h, std::uint64_t word) noexcept {
    h ^= word;
    h *= 0xff51afd7ed558ccdu;
    return h ^ (h >> 32);
}

std::uint64_t hash(std::string_view bytes) noexcept {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return h;
}

std::uint64_t count(SimNet::Duration span) noexcept { return span.count() < 0 ? 0 : static_cast<std::uint64_t>(span.count()); }

Address numeric(std::string_view text) {
    const auto address = Address::parse(text);
    if (!address) throw std::invalid_argument("no numeric address: " + std::string(text));
    return *address;
}

} // namespace

// Functions that tests want called later; a slot is used again once its function has run.
struct SimNet::Later final : Actor {
    std::vector<std::function<void()>> functions;
    std::vector<std::uint32_t> free;

    std::uint32_t keep(std::function<void()> what) {
        if (free.empty()) {
            functions.push_back(std::move(what));
            return static_cast<std::uint32_t>(functions.size() - 1);
        }
        const auto slot = free.back();
        free.pop_back();
        functions[slot] = std::move(what);
        return slot;
    }

    void on_event(std::uint32_t, std::uint32_t slot, std::uint64_t) override {
        const auto what = std::exchange(functions[slot], nullptr);
        free.push_back(slot);
        what();
    }
};

struct SimNet::Private {
    std::vector<std::unique_ptr<Machine>> machines;
    std::map<Address, Machine *> addresses;
    std::unordered_map<std::string, std::vector<Address>> names;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Route> routes;
    Later later;

    std::atomic<bool> has_posts = false;
    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<std::uint32_t> posts; // machines, in the order of their posts
};

SimNet::SimNet(std::uint64_t seed)
    : random_(seed), trace_hash_(seed), private_(std::make_unique<Private>()), tcp_(std::make_unique<TcpStack>(*this)) {}

SimNet::~SimNet() = default;

Machine &SimNet::machine(std::string_view host, std::initializer_list<std::string_view> addresses) {
    std::vector<Address> list;
    for (const auto text : addresses) list.push_back(numeric(text));
    const auto index = static_cast<std::uint32_t>(private_->machines.size());
    auto &made = *private_->machines.emplace_back(std::make_unique<Machine>(*this, host, list, index));
    for (const auto &address : list) {
        if (!private_->addresses.emplace(address, &made).second) {
            throw std::invalid_argument("two machines have the address " + address.text());
        }
    }
    private_->names[std::string(host)] = std::move(list);
    return made;
}

void SimNet::name(std::string_view host, std::initializer_list<std::string_view> addresses) {
    std::vector<Address> list;
    for (const auto text : addresses) list.push_back(numeric(text));
    if (list.empty()) {
        private_->names.erase(std::string(host));
    } else {
        private_->names[std::string(host)] = std::move(list);
    }
}

bool SimNet::resolve(std::string_view host, std::vector<Address> &out) const {
    out.clear();
    if (const auto address = Address::parse(host)) {
        out.push_back(*address);
        return true;
    }
    if (host == "localhost") {
        out = {numeric("127.0.0.1"), numeric("::1")};
        return true;
    }
    const auto found = private_->names.find(std::string(host));
    if (found == private_->names.end()) return false;
    out = found->second;
    return true;
}

Machine *SimNet::at(const Address &address) const noexcept {
    const auto found = private_->addresses.find(address);
    return found == private_->addresses.end() ? nullptr : found->second;
}

std::int64_t SimNet::wall_ns() const noexcept { return first_wall + static_cast<std::int64_t>(now_ns() - 1'000'000'000); }

// ---- time ----

void SimNet::schedule(std::uint64_t at, Actor &actor, std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    heap_.push_back({std::max(at, now_ns()), ++seq_, &actor, id, what, slot});
    std::push_heap(heap_.begin(), heap_.end(), after);
}

void SimNet::dispatch() {
    std::pop_heap(heap_.begin(), heap_.end(), after);
    const Event event = heap_.back();
    heap_.pop_back();
    now_.store(event.time, std::memory_order_relaxed);
    ++done_;
    event.actor->on_event(event.what, event.slot, event.id);
}

bool SimNet::step() {
    take_posts();
    if (heap_.empty()) return false;
    dispatch();
    return true;
}

void SimNet::run_for(Duration span) {
    const std::uint64_t end = now_ns() + count(span);
    for (;;) {
        take_posts();
        if (heap_.empty() || heap_.front().time > end) break;
        dispatch();
    }
    now_.store(end, std::memory_order_relaxed);
}

bool SimNet::run_until(const std::function<bool()> &done, Duration bound) {
    const std::uint64_t end = now_ns() + count(bound);
    while (!done()) {
        take_posts();
        if (heap_.empty() || heap_.front().time > end) {
            now_.store(end, std::memory_order_relaxed);
            return done();
        }
        dispatch();
    }
    return true;
}

void SimNet::in(Duration delay, std::function<void()> what) {
    schedule(now_ns() + count(delay), private_->later, 0, private_->later.keep(std::move(what)));
}

void SimNet::posted(std::uint32_t machine) {
    const std::scoped_lock lock(private_->mutex);
    private_->posts.push_back(machine);
    private_->has_posts.store(true, std::memory_order_release);
    private_->arrived.notify_one();
}

void SimNet::take_posts() {
    if (!private_->has_posts.load(std::memory_order_acquire)) return;
    std::vector<std::uint32_t> posts;
    {
        const std::scoped_lock lock(private_->mutex);
        posts.swap(private_->posts);
        private_->has_posts.store(false, std::memory_order_release);
    }
    for (const auto machine : posts) private_->machines[machine]->body().take_post();
}

bool SimNet::await_post(std::chrono::milliseconds bound) {
    std::unique_lock lock(private_->mutex);
    return private_->arrived.wait_for(lock, bound, [this] { return !private_->posts.empty(); });
}

// ---- weather ----

void SimNet::delay(Duration least, Duration most) {
    delay_least_ = count(least);
    delay_most_ = std::max(count(most), delay_least_);
}

void SimNet::route(const Machine &from, const Machine &to, Route route) {
    private_->routes[{from.index(), to.index()}] = route;
    trace(from.index(), "route", to.index(), static_cast<std::int64_t>(route));
    tcp_->routes_changed();
}

void SimNet::partition(const Machine &a, const Machine &b, Route how) {
    route(a, b, how);
    route(b, a, how);
}

void SimNet::heal(const Machine &a, const Machine &b) { partition(a, b, Route::open); }

void SimNet::reset_connections(const Machine &a, const Machine &b) { tcp_->reset_between(a, b); }

Route SimNet::route_of(const Machine &from, const Machine &to) const noexcept {
    if (from.vanished() || to.vanished()) return Route::silent;
    if (private_->routes.empty() || &from == &to) return Route::open;
    const auto found = private_->routes.find({from.index(), to.index()});
    return found == private_->routes.end() ? Route::open : found->second;
}

// ---- faults and trace ----

void SimNet::fail_call(std::uint64_t n, std::int32_t status) noexcept {
    fail_at_ = n == 0 ? 0 : calls_ + n;
    fail_with_ = status;
}

std::int32_t SimNet::fault_of(const char *what) {
    if (++calls_ != fail_at_) return KITH_OK;
    fault_ = "call " + std::to_string(calls_) + ", " + what + ", failing as " + std::string(status_slug(fail_with_));
    return fail_with_;
}

void SimNet::trace(std::uint32_t machine, const char *what, std::uint64_t a, std::int64_t b, std::string_view bytes) {
    const std::uint64_t bytes_hash = hash(bytes);
    std::uint64_t h = mix(trace_hash_, now_ns());
    h = mix(h, machine);
    h = mix(h, hash(what));
    h = mix(h, a);
    h = mix(h, static_cast<std::uint64_t>(b));
    trace_hash_ = mix(h, bytes_hash);
    if (!keep_trace_) return;
    trace_text_ += std::to_string(now_ns()) + ' ' + std::to_string(machine) + ' ' + what + ' ' + std::to_string(a) + ' ' +
                   std::to_string(b) + ' ' + std::to_string(bytes.size()) + ':' + std::to_string(bytes_hash) + '\n';
}

} // namespace kith::testkit
