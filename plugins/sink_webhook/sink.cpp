// SPDX-License-Identifier: MIT
//
// Sink webhook: sends events to an HTTP server, in batches, in order, at least once. They wait in a spool on disk.
#include "receiver_client.hpp"
#include "schema.hpp"

#include <kith/metric.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>
#include <kith/spool.hpp>

#include <algorithm>
#include <deque>

namespace {

using namespace std::chrono_literals;
using sink_webhook::Attempt;
using sink_webhook::EventBatch;
using sink_webhook::Verdict;
using std::chrono::nanoseconds;

constexpr nanoseconds refusals_interval = 1min; // of the lines about refused batches

std::string hexadecimal(std::uint64_t value) {
    std::string out(16, '0');
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15U];
    return out;
}

class webhook_sink : public kith::sink {
  public:
    static constexpr kith::about about{
        .id = "webhook",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Events to an HTTP server by POST, in signed batches, at least once, from a spool on disk.",
        .options = sink_webhook::schema,
    };
    using required = kith::services<kith::options, kith::timer, kith::clock, kith::random, kith::file, kith::http, kith::spool>;
    using optional = kith::services<kith::metric>;

    explicit webhook_sink(kith::host h)
        : sink(h),
          timer_(h),
          clock_(h),
          random_(h),
          spool_(h),
          receiver_(h, kith::options(h), clock_),
          work_(h),
          direct_done_(h),
          bound_(static_cast<std::uint64_t>(kith::options(h).integer("/spool"))),
          max_events_(static_cast<std::uint64_t>(kith::options(h).integer("/batch"))),
          delivered_(h, {"delivered_events_total", "Events that the receiver has accepted."}),
          refused_(h, {"refused_events_total", "Events that were dropped because the receiver refused them."}),
          lost_(h, {"lost_batches_total", "Batches that were dropped because the spool was full or is damaged."}) {}

    /// Delivers one batch after the other: those in the spool, then the one that could not be put into it.
    kith::task<> run() override {
        run_ = hexadecimal(random_());
        if (const auto status = subscribe(UINT64_MAX); status < 0) throw kith::error(status);
        for (;;) {
            if (loaded_.empty() && unread_) co_await load();
            if (!loaded_.empty()) {
                co_await deliver_loaded();
            } else if (direct_ && !unread_) {
                co_await deliver(*direct_);
                direct_.reset();
                direct_done_.notify();
            } else if (!unread_) {
                co_await work_.wait();
            }
        }
    }

    kith::task<> events(std::vector<kith::event> batch) override {
        const std::size_t most = std::min<std::size_t>(sink_webhook::max_record_text, bound_ / 16);
        EventBatch part;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (part.count == 0) part.run = run_;
            part.add(batch[i].seq, batch[i].json);
            const bool full =
                i + 1 == batch.size() || part.count == max_events_ || part.events.size() + batch[i + 1].json.size() > most;
            if (!full) continue;
            co_await keep(part);
            part = EventBatch();
        }
    }

  private:
    struct Loaded {
        std::uint64_t number;
        EventBatch batch;
    };

    /// Puts a batch into the spool; if that fails, waits until it was delivered from memory.
    kith::task<> keep(const EventBatch &batch) {
        const std::string record = record_of(batch);
        const auto number = co_await spool_.append(record, bound_);
        if (number) {
            report_spool(kith::error());
            unread_ = true;
            work_.notify();
            co_return;
        }
        report_spool(number.error());
        direct_ = batch;
        work_.notify();
        while (direct_) co_await direct_done_.wait();
    }

    /// Reads what follows the last batch that was read.
    kith::task<> load() {
        auto found = co_await spool_.read(last_);
        if (!found && found.status() != KITH_UNSUPPORTED) {
            report_spool(found.error());
            co_await timer_.sleep(random_.around(read_pace_.bad()));
            co_return;
        }
        read_pace_.good();
        if (!found || found->records.empty()) {
            unread_ = false;
            co_return;
        }
        std::uint64_t lost = found->dropped;
        for (auto &record : found->records) {
            last_ = record.number;
            if (auto batch = sink_webhook::batch_of(record.bytes)) {
                loaded_.push_back({record.number, *std::move(batch)});
            } else {
                ++lost;
            }
        }
        if (lost == 0) co_return;
        lost_.add(static_cast<double>(lost));
        log.warning("batches of events are lost: the spool was full, or it is damaged", {{"batches", std::to_string(lost)}});
    }

    /// Joins batches of the same run up to the limit, delivers them, and acknowledges them.
    kith::task<> deliver_loaded() {
        EventBatch joined = std::move(loaded_.front().batch);
        std::uint64_t number = loaded_.front().number;
        loaded_.pop_front();
        while (!loaded_.empty()) {
            const EventBatch &next = loaded_.front().batch;
            const bool fits = next.run == joined.run && joined.count + next.count <= max_events_ &&
                              joined.events.size() + next.events.size() <= 4 * sink_webhook::max_record_text;
            if (!fits) break;
            joined.append(next);
            number = loaded_.front().number;
            loaded_.pop_front();
        }
        co_await deliver(joined);
        const auto acknowledged = co_await spool_.acknowledge(number);
        if (!acknowledged) report_spool(acknowledged.error()); // after a restart it is delivered again
    }

    /// Sends the batch until the receiver has accepted or refused it.
    kith::task<> deliver(const EventBatch &batch) {
        for (bool again = false;;) {
            const Attempt attempt = co_await receiver_.post(batch);
            if (attempt.verdict != Verdict::failed) {
                if (attempt.verdict == Verdict::accepted) delivered_.add(static_cast<double>(batch.count));
                if (attempt.verdict == Verdict::refused) report_refused(batch, attempt.reason);
                pace_.good();
                report_receiver({});
                co_return;
            }
            // A server may end a kept connection at the moment at which it is used.
            if (attempt.status == KITH_RESET && !std::exchange(again, true)) continue;
            const nanoseconds backoff = random_.around(pace_.bad());
            const nanoseconds pause = std::max<nanoseconds>(backoff, attempt.retry_after);
            report_receiver(attempt.reason);
            co_await timer_.sleep(pause);
        }
    }

    /// Logs when the reason changes.
    void report_receiver(const std::string &reason) {
        if (reason == receiver_failure_) return;
        receiver_failure_ = reason;
        if (reason.empty()) {
            log.info("the receiver accepts events again");
        } else {
            log.warning("events are not delivered; they wait and are sent again", {{"reason", reason}});
        }
    }

    void report_spool(const kith::error &why) {
        if (why.text == spool_failure_) return;
        spool_failure_ = why.text;
        if (why.text.empty()) {
            log.info("the spool is used again");
        } else if (why.status == KITH_UNSUPPORTED) {
            log.info("events wait in memory only, and are lost when kith ends",
                     {{"reason", "no state_dir is configured, or this host has no spool"}});
        } else {
            log.warning("the spool cannot be used; new events wait in memory only", {{"reason", why.text}});
        }
    }

    void report_refused(const EventBatch &batch, const std::string &reason) {
        refused_.add(static_cast<double>(batch.count));
        refused_unreported_ += batch.count;
        const nanoseconds now = clock_.monotonic();
        if (now < next_refusal_report_) return;
        next_refusal_report_ = now + refusals_interval;
        log.warning("the receiver refuses events; they are dropped",
                    {{"reason", reason}, {"delivery", delivery_of(batch)}, {"events", std::to_string(refused_unreported_)}});
        refused_unreported_ = 0;
    }

    kith::timer timer_;
    kith::clock clock_;
    kith::random random_;
    kith::spool spool_;
    sink_webhook::ReceiverClient receiver_;
    kith::signal work_, direct_done_;
    const std::uint64_t bound_, max_events_;
    kith::counter delivered_, refused_, lost_;
    kith::pace pace_{1s}, read_pace_{1s};
    std::string run_;
    std::deque<Loaded> loaded_;
    std::uint64_t last_ = 0;           // number of the last record that was read
    bool unread_ = true;               // the spool may have records after it
    std::optional<EventBatch> direct_; // waits in memory, since it is not in the spool
    std::string receiver_failure_, spool_failure_;
    std::uint64_t refused_unreported_ = 0;
    nanoseconds next_refusal_report_{};
};

} // namespace

KITH_PLUGIN(webhook_sink)
