// SPDX-License-Identifier: MIT
//
// Sink exec: writes events to the standard input of a program, one JSON object in each line.
#include "schema.hpp"

#include <kith/clock.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds min_run_time = 30s; // a program that ran for this time resets the delay between restarts
constexpr std::size_t piece = 262'144;    // bytes that are written at a time, unless one event is larger
static_assert(piece <= KITH_PROCESS_MAX_WRITE);

class exec_sink : public kith::sink {
  public:
    static constexpr kith::about about{
        .id = "exec",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Events on the standard input of a program, one JSON object in each line.",
        .options = sink_exec::schema,
    };
    using required = kith::services<kith::options, kith::timer, kith::clock, kith::random, kith::process>;

    explicit exec_sink(kith::host h)
        : sink(h),
          timer_(h),
          clock_(h),
          random_(h),
          process_(h),
          running_(h),
          ended_(h),
          program_(exec::command(kith::options(h), "/command")),
          timeout_(kith::options(h).milliseconds("/timeout")),
          drain_(kith::options(h).milliseconds("/drain")) {}

    /// Keeps the program running.
    kith::task<> run() override {
        if (const auto status = subscribe(UINT64_MAX); status < 0) throw kith::error(status);
        for (;;) {
            const auto started_at = clock_.monotonic();
            auto started = co_await process_.start(program_, KITH_PROCESS_INPUT);
            kith::error why;
            if (started) {
                child_ = *std::move(started);
                running_.notify();
                const auto end = co_await child_.wait();
                why = end ? kith::error(KITH_UNAVAILABLE, program_.path + ": it " + end->text()) : end.error();
                child_.close();
            } else {
                why = started.error();
            }
            if (clock_.monotonic() - started_at >= min_run_time) pace_.good();
            const nanoseconds pause = pace_.bad();
            log.warning(
                "the program is not running; events are kept until it is restarted",
                {{"reason", why.text},
                 {"again_in_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(pause).count())}});
            co_await timer_.sleep(random_.around(pause));
        }
    }

    /// Writes the batch until one program has accepted all of it. If the program ends meanwhile, the next one gets the whole batch.
    kith::task<> events(std::vector<kith::event> batch) override {
        for (bool taken = false; !taken;) taken = co_await write(batch);
    }

    /// Closes the input of the program, and gives it the time `drain` to process the events.
    kith::task<> farewell() override {
        if (!child_.open()) co_return;
        child_.shutdown();
        spawn(end_after_drain());
        (void)co_await child_.wait();
        over_ = true;
        ended_.notify();
    }

  private:
    kith::task<bool> write(const std::vector<kith::event> &batch) {
        while (!child_.open()) co_await running_.wait();
        std::string text;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            text += batch[i].json;
            text += '\n';
            if (i + 1 < batch.size() && text.size() + batch[i + 1].json.size() < piece) continue;
            const auto written = co_await child_.write(text, timeout_);
            text.clear();
            if (written) continue;
            log.warning("the program does not accept events", {{"reason", written.error().text}});
            child_.end();
            while (child_.open()) co_await timer_.sleep(10ms); // run() waits for its end
            co_return false;
        }
        co_return true;
    }

    kith::task<> end_after_drain() {
        (void)co_await ended_.wait_for(drain_);
        if (!over_) child_.end();
    }

    kith::timer timer_;
    kith::clock clock_;
    kith::random random_;
    kith::process process_;
    kith::signal running_, ended_;
    const kith::program program_;
    const nanoseconds timeout_, drain_;
    kith::pace pace_{1s};
    kith::running child_;
    bool over_ = false;
};

} // namespace

KITH_PLUGIN(exec_sink)
