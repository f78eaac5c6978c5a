// SPDX-License-Identifier: MIT
//
// Sink template: writes the peers of a topology into a file by a template, for a program that has a configuration of its own.
#include "command_runner.hpp"
#include "ready_made.hpp"
#include "schema.hpp"
#include "template_renderer.hpp"

#include <kith/clock.hpp>
#include <kith/file.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::uint64_t bit(std::uint32_t kind) { return std::uint64_t{1} << kind; }

// What can change the set of members, besides a source's first report.
constexpr std::uint64_t member_events = bit(KITH_EVENT_TOPOLOGY_STARTED) | bit(KITH_EVENT_PEER_DISCOVERED) |
                                        bit(KITH_EVENT_PEER_UPDATED) | bit(KITH_EVENT_PEER_LOST) | bit(KITH_EVENT_EVENTS_LOST) |
                                        bit(KITH_EVENT_CONFIG_RELOADED);

std::uint32_t octal(std::string_view text) {
    std::uint32_t out = 0;
    for (const char c : text) out = out * 8 + static_cast<std::uint32_t>(c - '0');
    return out;
}

class template_sink : public kith::sink {
  public:
    static constexpr kith::about about{
        .id = "template",
        .version = "1.0.0",
        .licence = "MIT",
        .summary =
            "The peers of a topology in a file, by a template; for Prometheus, HAProxy, nginx, NATS, hosts files and others.",
        .options = sink_template::schema,
    };
    using required =
        kith::services<kith::options, kith::timer, kith::clock, kith::random, kith::file, kith::process, kith::members>;

    explicit template_sink(kith::host h)
        : sink(h),
          timer_(h),
          clock_(h),
          random_(h),
          file_(h),
          members_(h),
          runner_(h, kith::options(h)),
          changed_(h),
          topology_(kith::options(h).text("/topology")),
          path_(kith::options(h).text("/file")),
          candidate_(path_ + ".new"),
          template_path_(kith::options(h).text("/template")),
          mode_(octal(kith::options(h).text("/mode"))),
          port_(static_cast<std::uint32_t>(kith::options(h).integer("/port"))),
          interval_(kith::options(h).milliseconds("/interval")),
          command_due_(runner_.has_command()) {
        if (template_path_ == path_ || template_path_ == candidate_)
            throw kith::error(KITH_INVALID,
                              "option file: " + path_ +
                                  (template_path_ == path_ ? "" : ", whose new content is in " + candidate_ + ",") +
                                  " would replace the template: expected another path");
        const std::string_view ready = sink_template::ready_made_template(template_path_);
        if (ready.empty()) return;
        parsed_ = std::move(sink_template::parse_template(ready)).value();
        template_path_.clear();
    }

    kith::task<> run() override {
        listen(member_events | bit(KITH_EVENT_OBSERVATION_OK));
        if (!template_path_.empty()) spawn(follow_template());
        changed_.notify(); // the peers that are known already
        nanoseconds wait{};
        for (;;) {
            if (wait == nanoseconds(0)) {
                co_await changed_.wait();
            } else {
                (void)co_await changed_.wait_for(wait);
            }
            if (!parsed_ && template_failure_.empty()) continue; // it is being read; a notification follows
            const auto begun = clock_.monotonic();
            const auto done = co_await update();
            wait = done ? nanoseconds(0) : random_.around(pace_.bad());
            if (done) pace_.good();
            report_outcome(done);
            const nanoseconds rest = interval_ - (clock_.monotonic() - begun);
            if (rest > 0ns) co_await timer_.sleep(rest);
        }
    }

    kith::task<> events(std::vector<kith::event> batch) override {
        const bool ours = std::any_of(batch.begin(), batch.end(), [this](const kith::event &one) {
            return one.topology.empty() || topology_.empty() || one.topology == topology_;
        });
        if (ours) changed_.notify();
        co_return;
    }

  private:
    void listen(std::uint64_t mask) {
        if (mask == mask_) return;
        if (const auto status = subscribe(mask); status < 0) throw kith::error(status);
        mask_ = mask;
    }

    /// Reads the template now and whenever it changes. One that cannot be used does not replace the one before.
    kith::task<> follow_template() {
        for (;;) {
            kith_file_info seen{};
            auto content = co_await file_.read(template_path_, sink_template::max_template_bytes, &seen);
            kith::error why;
            if (content) {
                auto parsed = sink_template::parse_template(content->bytes);
                if (parsed) {
                    parsed_ = *std::move(parsed);
                } else {
                    why = kith::error(parsed.status(), template_path_ + ": " + parsed.error().text);
                }
            } else {
                why = content.error();
            }
            template_failure_ = why.text;
            if (!why.text.empty() && parsed_) // without one before, the state of the file has the reason
                log.warning("the template cannot be used; the one before is used", {{"reason", why.text}});
            changed_.notify();
            const auto watched = co_await file_.watch(template_path_, seen.version);
            if (!watched) co_await timer_.sleep(random_.around(10s));
        }
    }

    /// Brings the file to the current set of peers. An error contains the reason why it is not.
    kith::task<kith::result<void>> update() {
        waits_for_sources_ = false;
        if (!parsed_) co_return kith::error(KITH_INVALID, "the template cannot be used: " + template_failure_);
        auto set = co_await members_.read(topology_);
        if (!set) co_return std::move(set).error();
        listen(set->complete ? member_events : member_events | bit(KITH_EVENT_OBSERVATION_OK));
        waits_for_sources_ = !set->complete;
        if (!set->complete) co_return kith::error(KITH_UNAVAILABLE, "not all peers are known: " + set->reason);
        std::sort(set->members.begin(), set->members.end(), [](const auto &a, const auto &b) { return a.name < b.name; });
        const sink_template::RenderInput input{.topology = set->topology, .port = port_, .members = set->members};
        auto rendered = sink_template::render(*parsed_, input);
        if (!rendered) co_return std::move(rendered).error();
        report_left_out(set->topology, rendered->left_out);
        if (rendered->peers == 0 && !rendered->left_out.empty()) {
            const auto &one = rendered->left_out.front();
            co_return kith::error(KITH_INVALID, "none of " + std::to_string(rendered->left_out.size()) +
                                                    " peers can be written, such as " + one.name + ": " + one.reason);
        }
        co_return co_await put(std::move(rendered->text), rendered->peers);
    }

    kith::task<kith::result<void>> put(std::string text, std::size_t peers) {
        if (!written_) {
            const auto old = co_await file_.read(path_);
            if (old) written_ = old->bytes;
        }
        if (written_ != text) {
            auto checked = co_await check(text);
            if (!checked) co_return checked;
            auto replaced = co_await file_.write(path_, text, mode_);
            if (!replaced) co_return kith::error(replaced.status(), "the file cannot be replaced: " + replaced.error().text);
            written_ = std::move(text);
            command_due_ = runner_.has_command();
            log.info("the file was replaced", {{"file", path_}, {"peers", std::to_string(peers)}});
        }
        if (command_due_) {
            auto ran = co_await runner_.run_command(path_);
            if (!ran) co_return ran;
            command_due_ = false;
        }
        co_return kith::result<void>();
    }

    kith::task<kith::result<void>> check(const std::string &text) {
        if (!runner_.has_check()) co_return kith::result<void>();
        const auto put_there = co_await file_.write(candidate_, text, mode_);
        if (!put_there)
            co_return kith::error(put_there.status(), "the file to be checked cannot be written: " + put_there.error().text);
        co_return co_await runner_.run_check(candidate_);
    }

    /// One event for all peers that were not left out before.
    void report_left_out(const std::string &topology, const std::vector<sink_template::LeftOutPeer> &peers) {
        std::set<std::string, std::less<>> now;
        const sink_template::LeftOutPeer *first = nullptr;
        std::size_t fresh = 0;
        for (const auto &one : peers) {
            now.insert(one.name);
            if (left_out_.contains(one.name)) continue;
            if (fresh++ == 0) first = &one;
        }
        if (first != nullptr) {
            std::string reason = first->reason + "; it is not in " + path_;
            if (fresh > 1) reason += ", nor are " + std::to_string(fresh - 1) + " other peers, for reasons of this kind";
            (void)members_.left_out(topology, first->name, reason);
        }
        left_out_ = std::move(now);
    }

    /// Logs when the reason changes.
    void report_outcome(const kith::result<void> &done) {
        const std::string reason = done ? std::string() : done.error().text;
        if (reason == failure_) return;
        failure_ = reason;
        if (done) {
            log.info("the file is up to date again", {{"file", path_}});
        } else {
            const auto level = waits_for_sources_ ? KITH_LOG_INFO : KITH_LOG_WARNING; // each start begins so
            log.write(level, "the file is not up to date; the last one stays", {{"file", path_}, {"reason", reason}});
        }
    }

    kith::timer timer_;
    kith::clock clock_;
    kith::random random_;
    kith::file file_;
    kith::members members_;
    sink_template::CommandRunner runner_;
    kith::signal changed_;
    const std::string topology_, path_, candidate_;
    std::string template_path_; // empty: a ready-made one
    const std::uint32_t mode_, port_;
    const nanoseconds interval_;
    kith::pace pace_{1s};
    std::uint64_t mask_ = 0;
    bool waits_for_sources_ = false;
    std::optional<sink_template::Template> parsed_;
    std::string template_failure_, failure_;
    std::optional<std::string> written_; // the content of the file, as far as is known
    bool command_due_;                   // after a restart it is not known whether the last one was run
    std::set<std::string, std::less<>> left_out_;
};

} // namespace

KITH_PLUGIN(template_sink)
