// SPDX-License-Identifier: MIT
//
// Strategy k8s: lists and watches pods, or the addresses of a Service, with the API server of Kubernetes.
#include "reflector.hpp"
#include "schema.hpp"

#include <kith/clock.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/signal.hpp>
#include <kith/timer.hpp>

#include <algorithm>
#include <iterator>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds first_retry = 1s;         // average delay after the first failure
constexpr nanoseconds min_watch_lifetime = 5s;  // a watch that ends earlier is a failure
constexpr nanoseconds max_retry_after = 5min;   // maximum of a server's Retry-After that is respected
constexpr int max_useless_watches = 2;          // consecutive useless watches before a list is requested
constexpr nanoseconds retry_watch_after = 5min; // when watching was refused

class k8s_api : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "k8s",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Pods of Kubernetes, or the addresses of its Services, from the API server.",
        .options = k8s::options_schema,
    };
    using required = kith::services<kith::options, kith::timer, kith::random, kith::clock, kith::http, kith::file, kith::env>;
    static constexpr std::string_view aliases[] = {"kubernetes"};
    static constexpr std::string_view env[] = {k8s::domain_variable, k8s::host_variable, k8s::port_variable};

    explicit k8s_api(kith::host h)
        : strategy(h),
          host_(h),
          settings_(k8s::read_settings(kith::options(h), kith::env(h))),
          client_(h, settings_),
          clock_(h),
          timer_(h),
          random_(h),
          wake_(h) {}

    kith::task<> run() override {
        co_await find_namespaces();
        nanoseconds watch_from{};
        kith::pace pace(first_retry), poll(settings_.interval);
        for (;;) {
            k8s::Failure failure;
            const bool looked = co_await list_all(failure);
            if (looked) {
                pace.good();
                if (clock_.monotonic() >= watch_from) {
                    co_await follow();
                    watch_from = clock_.monotonic() + retry_watch_after;
                    continue;
                }
                (void)co_await wake_.wait_for(random_.around(poll.good()));
            } else {
                co_await pause(pace, failure.retry_after);
            }
        }
    }

    void refresh() override {
        for (auto &space : namespaces_) {
            space->again = true;
            space->reflector.interrupt();
        }
        wake_.notify();
    }

  private:
    // The state of one namespace.
    struct NamespaceState {
        NamespaceState(kith::host h, const k8s::Settings &settings, k8s::ApiClient &access, std::string name)
            : reflector(h, settings, access, std::move(name)) {}
        k8s::Reflector reflector;
        bool in_sync = false;
        bool again = false;      // it must be listed again
        bool check = false;      // its watch was silent: the server must be checked
        int useless = 0;         // useless watches since the last one that delivered something
        std::uint64_t watch = 0; // number of the open watch; 0: none
        std::optional<kith::error> failure;
        std::optional<kith::error> truncated; // the server's answer is not all there is
    };

    kith::task<> find_namespaces() {
        kith::pace pace(first_retry);
        std::vector<std::string> names = settings_.namespaces;
        while (names.empty()) {
            auto name = co_await client_.default_namespace();
            if (name) {
                names.push_back(*std::move(name));
            } else {
                discovery.failed(name.error());
                co_await pause(pace, {});
            }
        }
        for (auto &name : names)
            namespaces_.push_back(std::make_unique<NamespaceState>(host_, settings_, client_, std::move(name)));
    }

    // Waits before the next attempt. The delay is random, so that hosts that failed together do not retry together.
    kith::task<> pause(kith::pace &pace, nanoseconds retry_after) {
        (void)co_await wake_.wait_for(random_.around(pace.bad(std::min(retry_after, max_retry_after)), 0.5));
    }

    // ---- listing ----

    // Lists all namespaces. If one fails, no peer is missing because of that; the peers of the others are reported.
    kith::task<bool> list_all(k8s::Failure &failure) {
        wake_.reset(); // this list also answers the wake-up
        std::vector<k8s::ListedPeers> found;
        bool good = true;
        for (auto &space : namespaces_) {
            space->again = false;
            k8s::Failure its;
            auto listed = co_await space->reflector.list(its);
            if (listed) {
                found.push_back(*std::move(listed));
            } else {
                good = false;
                failure = std::move(its);
            }
        }
        kith::packed_peers all;
        std::vector<std::string> missing;
        for (auto &listed : found) {
            report_omitted(listed);
            all.append(std::move(listed.peers));
            std::ranges::move(listed.missing, std::back_inserter(missing));
        }
        for (auto &space : namespaces_) check_truncated(*space);
        if (good && truncated() == nullptr) co_return discovery.replace(all) >= 0;
        std::int32_t status = 0;
        if (!all.empty() || !missing.empty()) status = discovery.update(all, missing);
        if (!good) {
            discovery.failed(failure.why);
        } else {
            discovery.failed(*truncated());
        }
        const bool looked = good && status >= 0;
        co_return looked;
    }

    // Truncated Endpoints are no complete set: nothing is known about peers that they do not list.
    void check_truncated(NamespaceState &space) {
        const std::string *name = space.reflector.truncated();
        if (name == nullptr) return space.truncated.reset();
        space.truncated = kith::error(
            KITH_LIMIT,
            "Endpoints " + space.reflector.name_space() + "/" + *name +
                " do not list all addresses (annotation endpoints.kubernetes.io/over-capacity: truncated), so unlisted peers "
                "are kept. Configure kubernetes_ip_lookup_mode endpointslices, which have no such limit");
    }

    const kith::error *truncated() const {
        for (const auto &space : namespaces_) {
            if (space->truncated) return &*space->truncated;
        }
        return nullptr;
    }

    void report_omitted(const k8s::ListedPeers &listed) {
        for (std::size_t i = 0; i < k8s::omissions; ++i) {
            if (listed.omitted[i] != 0) discovery.left_out(listed.omitted[i], k8s::reason(static_cast<k8s::Omission>(i)));
        }
    }

    // ---- watching ----

    // Watches all namespaces, until watching is refused.
    kith::task<> follow() {
        stop_watching_ = false;
        followers_ = namespaces_.size();
        for (std::size_t i = 1; i < namespaces_.size(); ++i) spawn(follow(*namespaces_[i]));
        co_await follow(*namespaces_.front());
        while (followers_ != 0) (void)co_await wake_.wait_for(1min);
        for (auto &space : namespaces_) space->failure.reset();
        sync();
    }

    kith::task<> follow(NamespaceState &space) {
        using Kind = k8s::WatchEnd::Kind;
        kith::pace pace(first_retry);
        Kind last = Kind::over;
        while (!stop_watching_) {
            if (space.check && !co_await check(space)) {
                co_await pause(pace, retry_after_);
                continue;
            }
            if (space.again && !co_await list_again(space)) {
                co_await pause(pace, retry_after_);
                continue;
            }
            const nanoseconds began = clock_.monotonic();
            k8s::WatchHandler watcher{.opened = [this, &space] { opened(space); },
                                      .alive = [this, &space] { alive(space); },
                                      .changed = [this, &space](k8s::Changes &changes) { return tell(space, changes); }};
            k8s::WatchEnd ending = co_await space.reflector.watch(std::move(watcher));
            space.watch = 0;
            const bool short_lived = clock_.monotonic() - began < min_watch_lifetime;
            if (!short_lived) pace.good();
            if ((ending.kind == Kind::over || ending.kind == Kind::mute) && short_lived) {
                ending.kind = Kind::broken;
                ending.failure.why = {KITH_UNAVAILABLE,
                                      "the server ended a watch of namespace " + space.reflector.name_space() +
                                          " within 5 s, without an error; its log possibly contains the reason"};
            }
            const bool twice = short_lived && last == ending.kind;
            last = ending.kind;
            if (ending.kind == Kind::refused && twice) { // although the list before succeeded
                stop_watching(ending.failure.why);
                break;
            }
            space.again =
                space.again || ending.kind == Kind::expired || ending.kind == Kind::refused || ending.kind == Kind::silent;
            space.check = ending.kind == Kind::mute;
            if (ending.kind == Kind::over || ending.kind == Kind::interrupted || ending.kind == Kind::mute ||
                (ending.kind == Kind::expired && !twice))
                continue;
            if (ending.kind == Kind::useless) {
                count_useless(space, ending, short_lived);
            } else if (ending.kind != Kind::expired) {
                failure(space, ending.failure.why);
            }
            co_await pause(pace, ending.failure.retry_after);
        }
        space.in_sync = false;
        --followers_;
        wake_.notify();
    }

    // Counts useless watches. Only a list shows whether the server fails in general or only for the start version of the watch.
    void count_useless(NamespaceState &space, const k8s::WatchEnd &ending, bool short_lived) {
        space.useless = ending.moved || !short_lived ? 1 : space.useless + 1;
        if (space.useless >= max_useless_watches) space.again = true;
        if (space.useless <= max_useless_watches) return failure(space, ending.failure.why);
        space.in_sync = false;
        sync();
        if (space.useless == max_useless_watches + 1)
            log.warning("lists succeed but watches fail, so kith lists before each further watch: " + ending.failure.why.text);
    }

    // False: the request failed.
    kith::task<bool> check(NamespaceState &space) {
        k8s::Failure why;
        const auto checked = co_await space.reflector.check(why);
        retry_after_ = why.retry_after;
        if (checked == k8s::Reflector::Checked::failed) {
            failure(space, why.why);
            co_return false;
        }
        space.check = false;
        space.again = space.again || checked == k8s::Reflector::Checked::behind;
        co_return true;
    }

    kith::task<bool> list_again(NamespaceState &space) {
        space.again = false;
        wake_.reset(); // this list also answers the wake-up
        k8s::Failure why;
        auto listed = co_await space.reflector.list(why);
        if (!listed) {
            retry_after_ = why.retry_after;
            space.again = true;
            failure(space, why.why);
            co_return false;
        }
        report_omitted(*listed);
        check_truncated(space);
        std::int32_t status = 0;
        if (namespaces_.size() == 1 && !space.truncated) {
            status = discovery.replace(listed->peers);
        } else {
            status = discovery.update(listed->peers, listed->missing);
        }
        space.failure.reset();
        sync();
        report_failures();
        space.again = space.again || status < 0;
        retry_after_ = {};
        co_return status >= 0;
    }

    // A watch that was accepted can end with an error at once, so it counts as alive only after min_watch_lifetime or its first event.
    void opened(NamespaceState &space) {
        space.watch = ++watches_;
        if (!space.in_sync) spawn(confirm_later(space, space.watch));
    }

    kith::task<> confirm_later(NamespaceState &space, std::uint64_t watch) {
        co_await timer_.sleep(min_watch_lifetime);
        if (space.watch == watch) alive(space);
    }

    void alive(NamespaceState &space) {
        if (space.in_sync || space.watch == 0) return;
        space.failure.reset();
        space.useless = 0;
        space.in_sync = true;
        sync();
        report_failures();
    }

    bool tell(NamespaceState &space, k8s::Changes &changes) {
        if (changes.unselected != 0) {
            discovery.left_out(changes.unselected, settings_.selector.empty()
                                                       ? "it was reported as deleted without a deletionTimestamp"
                                                       : "it no longer matches kubernetes_selector");
        }
        const auto status = discovery.update(changes.upserted, changes.missing, changes.left);
        check_truncated(space);
        sync();
        report_failures();
        return status >= 0;
    }

    void failure(NamespaceState &space, const kith::error &why) {
        space.in_sync = false;
        sync();
        space.failure = why;
        discovery.failed(why);
    }

    // A report of one namespace clears the stale state, so the failures of the others are reported again.
    void report_failures() {
        for (const auto &space : namespaces_) {
            if (space->failure) return (void)discovery.failed(*space->failure);
        }
        if (const auto *why = truncated(); why != nullptr) (void)discovery.failed(*why);
    }

    void sync() {
        const bool all =
            std::ranges::all_of(namespaces_, [](const auto &space) { return space->in_sync && !space->truncated; });
        if (std::exchange(reported_in_sync_, all) != all) discovery.watching(all);
    }

    void stop_watching(const kith::error &why) {
        log.warning("watching was refused, so kith polls: " + why.text);
        stop_watching_ = true;
        for (auto &space : namespaces_) space->reflector.interrupt();
        wake_.notify();
    }

    kith::host host_;
    const k8s::Settings settings_;
    k8s::ApiClient client_;
    kith::clock clock_;
    kith::timer timer_;
    kith::random random_;
    kith::signal wake_;
    std::vector<std::unique_ptr<NamespaceState>> namespaces_;
    std::size_t followers_ = 0;
    std::uint64_t watches_ = 0; // number of opened watches
    bool stop_watching_ = false;
    bool reported_in_sync_ = false;
    nanoseconds retry_after_{};
};

} // namespace

KITH_PLUGIN(k8s_api)
