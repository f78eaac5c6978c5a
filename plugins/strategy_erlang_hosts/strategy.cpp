// SPDX-License-Identifier: MIT
//
// Strategy erlang_hosts: the peers are the nodes that are registered with the EPMD of each host in `.hosts.erlang`.
//
// One task watches each possible path of the file, `run` schedules the queries, a short task queries each host, and `reporter` reports
// when the poller says that a report is due.
#include "host_query_scheduler.hpp"
#include "hosts_file_parser.hpp"
#include "settings.hpp"

#include <epmd_names/names_request.hpp>

#include <kith/file.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/timer.hpp>

#include <algorithm>

namespace {

using namespace erlang_hosts;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds ask_patience = 5s;
constexpr nanoseconds settle_time = 250ms; // a file that did not change for this time is not being written
constexpr int max_rereads = 20;            // a file that changes permanently is then used as it is

class strategy : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "erlang_hosts",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The nodes on each host of Erlang's file .hosts.erlang.",
        .options = options_schema,
    };
    using required = kith::services<kith::options, kith::clock, kith::timer, kith::random, kith::file, kith::tcp, kith::env>;
    static constexpr auto &env = variables_read;

    explicit strategy(kith::host h)
        : kith::strategy(h),
          settings_(read_settings(kith::options(h), kith::env(h))),
          clock_(h),
          timer_(h),
          random_(h),
          file_(h),
          net_(h),
          poller_(settings_.interval, settings_.match, [this](Time mean) { return random_.around(mean); }),
          wake_(h),
          report_due_(h),
          places_(settings_.files.size()) {}

    kith::task<> run() override {
        for (std::size_t i = 0; i < places_.size(); ++i) spawn(follow(i));
        spawn(reporter());
        for (Time round = clock_.monotonic();;) {
            if (const Time now = clock_.monotonic(); now >= round) {
                round = now + random_.around(settings_.interval);
                begin(HostQueryScheduler::Which::round);
            } else {
                begin(HostQueryScheduler::Which::due);
            }
            const Time next = std::min(round, poller_.next_due().value_or(round));
            (void)co_await wake_.wait_for(std::max<Time>(next - clock_.monotonic(), 1ms));
        }
    }

    void refresh() override {
        if (file_trouble_) {
            discovery.failed(*file_trouble_);
        } else if (known_) {
            begin(HostQueryScheduler::Which::all);
        }
    }

  private:
    // ---- the file ----

    // The state of one path.
    struct Place {
        bool read = false;
        kith_file_info info{};
        kith::result<std::string> text = kith::error(KITH_NOT_FOUND);
    };

    kith::task<> follow(std::size_t which) {
        const std::string &path = settings_.files[which];
        Place &place = places_[which];
        for (;;) {
            place = co_await read(path, !place.read);
            consider();
            // The version of an unreadable file is not known.
            const bool told = place.text || place.text.status() == KITH_NOT_FOUND || place.info.version != 0;
            auto changed = kith::result<void>(kith::error(KITH_IO));
            if (told) changed = co_await file_.watch(path, place.info.version);
            if (!changed) co_await timer_.sleep(random_.around(settings_.interval));
        }
    }

    // Waits until the file no longer changes: an editor may truncate it first, and a missing host means that its nodes have left.
    kith::task<Place> read(const std::string &path, bool first) {
        Place place;
        for (int i = 0; i != max_rereads; ++i) {
            const auto before = std::exchange(place.info, {}).version;
            auto content = co_await file_.read(path, max_file, &place.info);
            if (content) {
                place.text = std::move(content->bytes);
            } else {
                place.text = std::move(content).error();
            }
            if (first || (i != 0 && place.info.version == before)) break;
            co_await timer_.sleep(settle_time);
        }
        place.read = true;
        co_return place;
    }

    // The first path with a file is used.
    void consider() {
        if (std::ranges::any_of(places_, [](const Place &place) { return !place.read; })) return;
        const auto found = std::ranges::find_if(
            places_, [](const Place &place) { return place.text || place.text.status() != KITH_NOT_FOUND; });
        if (found == places_.end()) return trouble(nowhere());
        const std::string &path = settings_.files[static_cast<std::size_t>(found - places_.begin())];
        if (!found->text) return trouble(unreadable(found->text.error(), path));
        auto hosts = parse_hosts_file(*found->text, path);
        if (!hosts) return trouble(std::move(hosts).error());

        file_trouble_.reset();
        const auto left = poller_.set(*hosts, clock_.monotonic());
        if (!left.empty()) discovery.update({}, {}, left);
        if (!std::exchange(known_, true))
            log.info("hosts are listed", {{"file", path}, {"hosts", std::to_string(hosts->size())}});
        begin(HostQueryScheduler::Which::round);
    }

    void trouble(kith::error why) {
        discovery.failed(why);
        file_trouble_ = std::move(why);
    }

    kith::error nowhere() const {
        std::string looked;
        for (const std::string &path : settings_.files) (looked += looked.empty() ? "" : ", ") += path;
        return {KITH_NOT_FOUND, "there is no file with the hosts; searched for " + looked +
                                    "; create one with a line such as 'host.example'. for each host; it is read at once"};
    }

    static kith::error unreadable(kith::error why, const std::string &path) {
        if (why.status == KITH_LIMIT) {
            why.text = "the file with the hosts, " + path + ", is larger than " + std::to_string(max_file) + " bytes";
        } else {
            why.text = "the file with the hosts cannot be read: " + why.text;
        }
        return why;
    }

    // ---- the hosts ----

    void begin(HostQueryScheduler::Which which) {
        if (!known_ || file_trouble_) return;
        poller_.begin(which, clock_.monotonic());
        go_on();
    }

    void go_on() {
        while (auto job = poller_.next()) spawn(ask(std::move(*job)));
        report_due_.notify();
    }

    kith::task<> ask(HostQueryScheduler::Query job) {
        const epmd_names::Endpoint place{job.host, settings_.port};
        auto reply = co_await epmd_names::request_names(net_, clock_, place, ask_patience);
        if (reply) {
            poller_.answered(job, *reply, clock_.monotonic());
        } else {
            poller_.failed(job, std::move(reply).error(), clock_.monotonic());
            wake_.notify(); // it has its own retry time now
        }
        go_on();
    }

    kith::task<> reporter() {
        for (;;) {
            const auto at = poller_.report_at();
            const Time wait = at.value_or(Time::max()) - clock_.monotonic();
            if (!at || file_trouble_) {
                co_await report_due_.wait();
            } else if (wait > Time(0)) {
                (void)co_await report_due_.wait_for(wait);
            } else {
                take_report(poller_.take_report());
            }
        }
    }

    void take_report(const Report &what) {
        for (const auto &[list, text] : {std::pair{&what.lost, "hosts could not be queried; their last known nodes are kept"},
                                         std::pair{&what.found, "hosts could be queried again"}}) {
            if (list->empty()) continue;
            const bool lost = list == &what.lost;
            log.write(lost ? KITH_LOG_WARNING : KITH_LOG_INFO, text,
                      {{"hosts", std::to_string(list->size())}, {lost ? "reason" : "first", list->front()}});
        }
        if (what.failed) {
            discovery.failed(*what.failed);
            return;
        }
        if (what.unasked != 0)
            discovery.left_out(what.unasked,
                               "hosts could not be queried, and their last known nodes are kept: " + what.unasked_why);
        if (what.unmatched != 0) discovery.left_out(what.unmatched, "it does not match the option match");
        if (what.tools != 0) discovery.left_out(what.tools, "it has the name of a remote shell");
        if (what.invalid_names != 0) discovery.left_out(what.invalid_names, "it is not a valid node name");
        discovery.replace(what.peers);
    }

    const Settings settings_;
    kith::clock clock_;
    kith::timer timer_;
    kith::random random_;
    kith::file file_;
    kith::tcp net_;
    HostQueryScheduler poller_;
    kith::signal wake_;       // wakes run(): another host is due
    kith::signal report_due_; // teller: look again
    std::vector<Place> places_;
    std::optional<kith::error> file_trouble_;
    bool known_ = false; // the file was read at least once
};

} // namespace

KITH_PLUGIN(strategy)
