// SPDX-License-Identifier: MIT
//
// A strategy that uses nothing but a timer and randomness.
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>
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

    explicit ticker(kith::host h) : strategy(h), timer_(h), random_(h), wake_(h) {}

    kith::task<> run() override {
        for (;;) {
            std::vector<kith::peer> peers;
            for (auto i = random_.below(5); i > 0; --i)
                peers.push_back({.key = std::to_string(i), .name = "app@10.0.0." + std::to_string(i)});
            discovery.replace(peers);
            log.info("looked", {{"peers", std::to_string(peers.size())}});
            const auto pause = random_.around(1s);
            if (co_await wake_.wait_for(pause)) co_await timer_.sleep(10ms);
        }
    }

    void refresh() override { wake_.notify(); }

  private:
    kith::timer timer_;
    kith::random random_;
    kith::signal wake_;
};

} // namespace

KITH_PLUGIN(ticker)
