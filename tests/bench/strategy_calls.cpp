// SPDX-License-Identifier: MIT
//
// A strategy that measures the overhead of a plugin in a real daemon and logs it: nanoseconds for each call through the ABI, for the same
// operation by a virtual function, and for each await of a timer that expires immediately.
#include <kith/clock.hpp>
#include <kith/plugin.hpp>
#include <kith/timer.hpp>

#include <ctime>

namespace {

using std::chrono::nanoseconds;

constexpr int calls = 5'000'000;
constexpr int awaits = 200'000;

// The interface of a host that is linked with its plugins: the same operation, by a virtual function.
struct Direct {
    virtual ~Direct() = default;
    [[nodiscard]] virtual std::uint64_t monotonic() const = 0;
    [[nodiscard]] virtual bool shows(std::uint32_t level) const = 0;
};
struct Plain final : Direct {
    [[nodiscard]] std::uint64_t monotonic() const override {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
    }
    [[nodiscard]] bool shows(std::uint32_t level) const override { return level >= shown; }
    std::uint32_t shown = KITH_LOG_INFO;
};
Plain plain;
Direct *volatile direct = &plain; // volatile, so that the compiler does not know the object

class strategy : public kith::strategy {
  public:
    static constexpr kith::about about{.id = "calls",
                                       .version = "1.0.0",
                                       .licence = "MIT",
                                       .summary = "Measures calls and awaits.",
                                       .options = R"({"type": "object"})"};
    using required = kith::services<kith::clock, kith::timer>;
    explicit strategy(kith::host h) : kith::strategy(h), clock_(h), timer_(h) {}

    kith::task<> run() override {
        tell("clock", each(calls, [this] { return static_cast<std::uint64_t>(clock_.monotonic().count()); }),
             each(calls, [] { return direct->monotonic(); }));
        tell("call", each(calls, [this] { return std::uint64_t{log.shows(KITH_LOG_TRACE)}; }),
             each(calls, [] { return std::uint64_t{direct->shows(KITH_LOG_TRACE)}; }));
        const nanoseconds began = clock_.monotonic();
        for (int i = 0; i < awaits; ++i) co_await timer_.sleep(nanoseconds(1));
        tell("await", static_cast<double>((clock_.monotonic() - began).count()) / awaits, 0);
        discovery.replace({});
    }
    void refresh() override {}

  private:
    template <class F>
    double each(int count, F &&what) {
        std::uint64_t sum = 0;
        const nanoseconds began = clock_.monotonic();
        for (int i = 0; i < count; ++i) sum += what();
        sum_ = sum;
        return static_cast<double>((clock_.monotonic() - began).count()) / count;
    }
    void tell(std::string_view what, double ours, double beside) const {
        log.info("measured", {{"what", what}, {"ns", std::to_string(ours)}, {"beside", std::to_string(beside)}});
    }

    kith::clock clock_;
    kith::timer timer_;
    volatile std::uint64_t sum_ = 0; // so that the compiler does not remove the calls
};

} // namespace

KITH_PLUGIN(strategy)
