// SPDX-License-Identifier: MIT
//
// A strategy that uses nothing but a timer and randomness.
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/timer.hpp>

namespace {

using namespace std::chrono_literals;

class ticker : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "ticker",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "One peer more, or one less.",
        .options = R"({"type": "object", "additionalProperties": false})",
    };
    using required = kith::services<kith::timer, kith::random>;

    explicit ticker(kith::host h) : strategy(h), timer_(h), random_(h) {}

    kith::task<> run() override {
        for (;;) {
            refresh();
            const auto pause = random_.around(1s);
            co_await timer_.sleep(pause);
        }
    }

    void refresh() override {
        std::vector<kith::peer> peers;
        for (auto i = random_.below(5); i > 0; --i)
            peers.push_back({.key = std::to_string(i), .name = "app@10.0.0." + std::to_string(i)});
        discovery.replace(peers);
        log.info("looked", {{"peers", std::to_string(peers.size())}});
    }

  private:
    kith::timer timer_;
    kith::random random_;
};

} // namespace

KITH_PLUGIN(ticker)
