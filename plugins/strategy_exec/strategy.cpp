// SPDX-License-Identifier: MIT
//
// Strategy exec: the peers are what a program prints.
#include "exec_command/peer_output_parser.hpp"
#include "schema.hpp"

#include <kith/clock.hpp>
#include <kith/pace.hpp>
#include <kith/peer_host.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

#include <array>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds min_run_time = 30s; // a watching program that ran for this time resets the delay between restarts

class exec_strategy : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "exec",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The peers that a program prints.",
        .options = strategy_exec::schema,
    };
    using required = kith::services<kith::options, kith::timer, kith::clock, kith::random, kith::process>;

    explicit exec_strategy(kith::host h)
        : strategy(h),
          clock_(h),
          random_(h),
          process_(h),
          wake_(h),
          program_(exec::command(kith::options(h), "/command")),
          watches_(kith::options(h).flag("/watch")),
          timeout_(kith::options(h).milliseconds("/timeout")),
          max_output_(static_cast<std::uint64_t>(kith::options(h).integer("/max_output"))),
          pace_(watches_ ? 1s : nanoseconds(kith::options(h).milliseconds("/polling_interval"))) {
        if (watches_) return;
        program_.timeout = timeout_;
        program_.max_output = max_output_;
    }

    kith::task<> run() override {
        for (;;) {
            bool good = false;
            if (watches_) {
                co_await run_watching();
            } else {
                good = co_await run_once();
            }
            const nanoseconds pause = good ? pace_.good() : pace_.bad(); // GCC 12 does both within a co_await
            (void)co_await wake_.wait_for(random_.around(pause));
        }
    }

    void refresh() override {
        if (last_) {
            discovery.replace(last_->peers);
        } else {
            wake_.notify();
        }
    }

  private:
    /// Runs the program once. Returns false when no set was reported.
    kith::task<bool> run_once() {
        const auto done = co_await process_.run(program_);
        co_return done ? done->good() ? report_output(done->output) : fail(ended(*done)) : fail(done.error());
    }

    bool report_output(std::string_view text) {
        auto output = exec::parse_peer_output(text);
        if (!output) return fail({output.status(), program_.path + ": " + output.error().text});
        if (output->doubled != 0) discovery.left_out(output->doubled, "the program printed it twice");
        kith::host_faults unusable;
        std::erase_if(output->peers, [&](const kith::peer &one) { return !unusable.admit_name(one.name); });
        unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
        const bool taken = discovery.replace(output->peers) >= 0;
        if (watches_ && taken) last_ = *std::move(output);
        return taken;
    }

    // Runs a watching program until it ends or is ended because of an error.
    kith::task<> run_watching() {
        wake_.reset();
        const auto started_at = clock_.monotonic();
        auto running = co_await process_.start(program_, KITH_PROCESS_OUTPUT);
        if (!running) {
            fail(running.error());
            co_return;
        }
        kith::error why = co_await read_sets(*running, started_at + timeout_);
        if (why.status == KITH_CLOSED) { // the program closed its output
            running->end();              // no effect if it has already ended
            const auto end = co_await running->wait();
            why = end ? ended(*end) : end.error();
        }
        if (last_) discovery.watching(false);
        last_.reset();
        if (clock_.monotonic() - started_at >= min_run_time) pace_.good();
        fail(why);
    }

    /// Reads sets until an error occurs, which is returned.
    kith::task<kith::error> read_sets(kith::running &running, nanoseconds deadline) {
        exec::PeerSetSplitter sets;
        std::array<std::byte, 16'384> buffer;
        for (;;) {
            const bool first = !last_;
            const auto left = first ? std::max<nanoseconds>(deadline - clock_.monotonic(), 1ns) : 0ns;
            const auto got = co_await running.read(buffer, left);
            if (got.status() == KITH_TIMED_OUT)
                co_return kith::error(KITH_TIMED_OUT, program_.path + ": no set was printed before the timeout");
            if (!got) co_return got.error();
            sets.add({reinterpret_cast<const char *>(buffer.data()), *got});
            while (const auto set = sets.next()) {
                if (set->size() > max_output_) co_return too_large();
                const bool before = last_.has_value();
                if (!report_output(*set)) co_return kith::error(KITH_OK, std::string()); // already reported
                if (!before) discovery.watching(true);
            }
            if (sets.pending() > max_output_) co_return too_large();
        }
    }

    kith::error too_large() const {
        return {KITH_LIMIT,
                program_.path + ": it printed a set of more than " + std::to_string(max_output_) + " bytes and was ended"};
    }

    kith::error ended(const kith::program_end &end) const {
        return {KITH_UNAVAILABLE,
                program_.path + ": it " + end.text() + (watches_ ? "; with `watch` it must keep running" : "")};
    }

    bool fail(const kith::error &why) {
        if (why.status < 0) discovery.failed(why);
        return false;
    }

    kith::clock clock_;
    kith::random random_;
    kith::process process_;
    kith::signal wake_;
    kith::program program_;
    const bool watches_;
    const nanoseconds timeout_;
    const std::uint64_t max_output_;
    kith::pace pace_;
    std::optional<exec::PeerOutput> last_; // last set of the watching program
};

} // namespace

KITH_PLUGIN(exec_strategy)
