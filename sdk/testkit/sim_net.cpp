// SPDX-License-Identifier: MIT
#include <kith/testkit/sim_net.hpp>

#include <kith/hosting/status.hpp>
#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/network_interface.hpp>
#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include "simulated_machine_body.hpp"
#include "tcp_stack.hpp"
#include "udp_stack.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
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

// Hashes eight bytes at a time, because the trace is most of the cost of a call.
std::uint64_t hash(std::string_view bytes) noexcept {
    std::uint64_t h = 0xcbf29ce484222325u ^ bytes.size();
    while (!bytes.empty()) {
        std::uint64_t word = 0;
        const std::size_t count = std::min(bytes.size(), sizeof word);
        std::memcpy(&word, bytes.data(), count);
        h = mix(h, word);
        bytes.remove_prefix(count);
    }
    return h;
}

std::uint64_t count(SimNet::Duration span) noexcept { return span.count() < 0 ? 0 : static_cast<std::uint64_t>(span.count()); }

Subnet numeric(std::string_view text) {
    const auto subnet = Subnet::parse(text);
    if (!subnet) throw std::invalid_argument("no numeric address: " + std::string(text));
    return *subnet;
}

} // namespace

// Deferred functions of tests; a slot is reused after its function has run.
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

struct Link {
    Route route = Route::open;
    double loss = 0;
};

struct SimNet::Private {
    std::vector<std::unique_ptr<NetworkSegment>> segments;
    std::vector<std::unique_ptr<SimulatedMachine>> machines;
    std::map<Address, SimulatedMachine *> addresses;
    std::unordered_map<std::string, std::vector<Address>> names;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Link> links; // by sender and receiver; absent: no faults
    std::vector<std::uint32_t> island;                             // by machine; empty: no islands
    bool some_ways_lost = false;                                   // a machine has more or less than one usable interface
    Later later;

    std::atomic<bool> has_posts = false;
    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<std::uint32_t> posts; // indices of machines, in the order of their posts
};

SimNet::SimNet(std::uint64_t seed)
    : random_(seed),
      trace_hash_(seed),
      private_(std::make_unique<Private>()),
      tcp_(std::make_unique<TcpStack>(*this)),
      udp_(std::make_unique<UdpStack>(*this)),
      dns_(std::make_unique<DnsZones>()) {}

SimNet::~SimNet() = default;

SimulatedMachine &SimNet::machine(std::string_view host, std::initializer_list<std::string_view> addresses) {
    std::vector<Subnet> outside;
    std::vector<Address> all;
    for (const auto text : addresses) {
        const Subnet subnet = numeric(text);
        all.push_back(subnet.address);
        if (!subnet.address.loopback()) outside.push_back(subnet);
    }
    const auto index = static_cast<std::uint32_t>(private_->machines.size());
    auto &made = *private_->machines.emplace_back(std::make_unique<SimulatedMachine>(*this, host, index));
    if (!outside.empty()) made.plug("eth0", segment(), std::move(outside));
    private_->names[std::string(host)] = std::move(all);
    return made;
}

NetworkSegment &SimNet::segment(std::string_view name) {
    for (const auto &each : private_->segments) {
        if (each->name() == name) return *each;
    }
    const auto index = static_cast<std::uint32_t>(private_->segments.size());
    return *private_->segments.emplace_back(std::make_unique<NetworkSegment>(*this, name, index));
}

void SimNet::connect(NetworkSegment &a, NetworkSegment &b) {
    a.connect(b);
    b.connect(a);
    tcp_->routes_changed();
}

void SimNet::name(std::string_view host, std::initializer_list<std::string_view> addresses) {
    std::vector<Address> list;
    for (const auto text : addresses) list.push_back(numeric(text).address);
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
        out = {numeric("127.0.0.1").address, numeric("::1").address};
        return true;
    }
    const auto found = private_->names.find(std::string(host));
    if (found == private_->names.end()) return false;
    out = found->second;
    return true;
}

SimulatedMachine *SimNet::at(const Address &address) const noexcept {
    const auto found = private_->addresses.find(address);
    return found == private_->addresses.end() ? nullptr : found->second;
}

SimulatedMachine *SimNet::machine_at(std::uint32_t index) const noexcept {
    return index < private_->machines.size() ? private_->machines[index].get() : nullptr;
}

void SimNet::addresses_changed(SimulatedMachine &machine, const std::vector<Address> &before) {
    for (const auto &address : before) private_->addresses.erase(address);
    for (const auto &address : machine.addresses()) {
        if (address.loopback() || private_->addresses.emplace(address, &machine).second) continue;
        throw std::invalid_argument("two machines have the address " + address.text());
    }
}

std::int64_t SimNet::wall_ns() const noexcept { return first_wall + static_cast<std::int64_t>(now_ns() - 1'000'000'000); }

// ---- time ----

void SimNet::schedule(std::uint64_t at, Actor &actor, std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    const std::uint64_t now = now_ns();
    if (at <= now) {
        soon_.push_back({now, ++seq_, &actor, id, what, slot});
        return;
    }
    heap_.push_back({at, ++seq_, &actor, id, what, slot});
    std::push_heap(heap_.begin(), heap_.end(), after);
}

bool SimNet::due(std::uint64_t end) const noexcept {
    return soon_at_ < soon_.size() || (!heap_.empty() && heap_.front().time <= end);
}

void SimNet::dispatch() {
    Event event;
    if (soon_at_ < soon_.size() && (heap_.empty() || heap_.front().time > now_ns())) {
        event = soon_[soon_at_++];
        if (soon_at_ == soon_.size()) {
            soon_.clear();
            soon_at_ = 0;
        }
    } else {
        std::pop_heap(heap_.begin(), heap_.end(), after);
        event = heap_.back();
        heap_.pop_back();
    }
    now_.store(event.time, std::memory_order_relaxed);
    ++done_;
    event.actor->on_event(event.what, event.slot, event.id);
}

bool SimNet::step() {
    take_posts();
    if (!due(UINT64_MAX)) return false;
    dispatch();
    return true;
}

void SimNet::give_up(std::string why) {
    if (given_up_) return;
    given_up_ = true;
    why_given_up_ = std::move(why);
}

bool SimNet::given_up() {
    if (!given_up_) return false;
    if (!why_given_up_.empty()) throw std::runtime_error(std::exchange(why_given_up_, {}));
    return true;
}

void SimNet::run_for(Duration span) {
    const std::uint64_t end = now_ns() + count(span);
    while (!given_up()) {
        take_posts();
        if (!due(end)) break;
        dispatch();
    }
    now_.store(end, std::memory_order_relaxed);
}

bool SimNet::run_until(const std::function<bool()> &done, Duration bound) {
    const std::uint64_t end = now_ns() + count(bound);
    while (!done()) {
        take_posts();
        if (given_up() || !due(end)) {
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

// ---- network faults ----

void SimNet::delay(Duration least, Duration most) {
    delay_least_ = count(least);
    delay_most_ = std::max(count(most), delay_least_);
}

void SimNet::tick(Duration length) { tick_ = count(length); }

void SimNet::route(const SimulatedMachine &from, const SimulatedMachine &to, Route route) {
    private_->links[{from.index(), to.index()}].route = route;
    trace(from.index(), "route", to.index(), static_cast<std::int64_t>(route));
    tcp_->routes_changed();
}

void SimNet::loss(const SimulatedMachine &from, const SimulatedMachine &to, double probability) {
    private_->links[{from.index(), to.index()}].loss = probability;
    trace(from.index(), "loss", to.index(), static_cast<std::int64_t>(probability * 1e9));
}

void SimNet::islands(const std::vector<std::vector<const SimulatedMachine *>> &sets) {
    private_->island.assign(sets.empty() ? 0 : private_->machines.size(), 0);
    for (std::size_t i = 0; i < sets.size(); ++i) {
        for (const SimulatedMachine *machine : sets[i]) {
            private_->island[machine->index()] = static_cast<std::uint32_t>(i + 1);
            trace(machine->index(), "island", i + 1);
        }
    }
    if (sets.empty()) trace(0, "united");
    tcp_->routes_changed();
}

void SimNet::partition(const SimulatedMachine &a, const SimulatedMachine &b, Route how) {
    route(a, b, how);
    route(b, a, how);
}

void SimNet::heal(const SimulatedMachine &a, const SimulatedMachine &b) { partition(a, b, Route::open); }

void SimNet::reset_connections(const SimulatedMachine &a, const SimulatedMachine &b) { tcp_->reset_between(a, b); }

void SimNet::way_changed(const SimulatedMachine &machine, bool moved) {
    private_->some_ways_lost = private_->some_ways_lost || moved || !machine.only_plugged_into(*private_->segments.front());
    if (private_->some_ways_lost) tcp_->routes_changed();
}

Route SimNet::route_of(const SimulatedMachine &from, const SimulatedMachine &to) const noexcept {
    if (from.vanished() || to.vanished()) return Route::silent;
    if (&from == &to) return Route::open;
    if (const auto &island = private_->island; !island.empty() && island_of(from.index()) != island_of(to.index())) {
        return Route::silent;
    }
    if (private_->some_ways_lost && !from.reaches(to)) return Route::silent;
    if (private_->links.empty()) return Route::open;
    const auto found = private_->links.find({from.index(), to.index()});
    return found == private_->links.end() ? Route::open : found->second.route;
}

bool SimNet::holds(const SimulatedMachine &machine, const Address &address) const noexcept {
    return !private_->some_ways_lost || address.any() || address.loopback() || machine.interface_of(address) != nullptr;
}

std::uint32_t SimNet::island_of(std::uint32_t machine) const noexcept {
    return machine < private_->island.size() ? private_->island[machine] : 0; // the machine was added later
}

bool SimNet::broken_links() const noexcept { return !private_->island.empty() || !private_->links.empty(); }

bool SimNet::passes(std::uint32_t from, std::uint32_t to) {
    if (island_of(from) != island_of(to)) return false;
    if (private_->links.empty()) return true;
    const auto found = private_->links.find({from, to});
    return found == private_->links.end() || (found->second.route == Route::open && !chance(found->second.loss));
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
