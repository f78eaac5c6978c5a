// SPDX-License-Identifier: MIT
//
// k8s: the peers are what the API server of Kubernetes lists and then tells of each change: pods, or the addresses of a Service.
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

constexpr nanoseconds first_retry = 1s;         // the first pause after a failure, on average
constexpr nanoseconds min_watch_lifetime = 5s;  // a watch that ends before is a failure
constexpr nanoseconds max_retry_after = 5min;   // of a server's Retry-After that is obeyed
constexpr int max_useless_watches = 2;          // watches in a row that are none, until a list is asked for
constexpr nanoseconds retry_watch_after = 5min; // when watching is refused

class k8s_api : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "k8s",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Pods of Kubernetes, or the addresses of its Services, as its API server tells them.",
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
    // A namespace, and how it stands.
    struct NamespaceState {
        NamespaceState(kith::host h, const k8s::Settings &settings, k8s::ApiClient &access, std::string name)
            : reflector(h, settings, access, std::move(name)) {}
        k8s::Reflector reflector;
        bool in_sync = false;
        bool again = false;      // it has to be listed anew
        bool check = false;      // its watch was mute: it has to be asked whether the server is there
        int useless = 0;         // watches that the server answered and that were none, since the last one that lived
        std::uint64_t watch = 0; // the one that is open; 0: none
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

    // Hosts that failed together do not try again together.
    kith::task<> pause(kith::pace &pace, nanoseconds retry_after) {
        (void)co_await wake_.wait_for(random_.around(pace.bad(std::min(retry_after, max_retry_after)), 0.5));
    }

    // ---- looking ----

    // Lists all namespaces. Where one fails, nobody is missing for that; who was found in the others is told.
    kith::task<bool> list_all(k8s::Failure &failure) {
        wake_.reset(); // what woke us is answered by this
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

    // What the server marks as cut is no whole set: of whom it does not list nothing is known.
    void check_truncated(NamespaceState &space) {
        const std::string *name = space.reflector.truncated();
        if (name == nullptr) return space.truncated.reset();
        space.truncated =
            kith::error(KITH_LIMIT, "Endpoints " + space.reflector.name_space() + "/" + *name +
                                        " do not list all addresses: they are marked with " +
                                        "endpoints.kubernetes.io/over-capacity: truncated; nobody is missing for not being "
                                        "listed. Configure kubernetes_ip_lookup_mode endpointslices, which have no such limit");
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

    // ---- following ----

    // Until watching turns out not to be allowed.
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
                ending.failure.why = {KITH_UNAVAILABLE, "the server ended a watch of namespace " +
                                                            space.reflector.name_space() +
                                                            " within 5 s, without an error; its log may tell why"};
            }
            const bool twice = short_lived && last == ending.kind;
            last = ending.kind;
            if (ending.kind == Kind::refused && twice) { // although the list before was answered
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

    // Only a list tells whether the server is in trouble, or only with the version from which the watch is to go on.
    void count_useless(NamespaceState &space, const k8s::WatchEnd &ending, bool short_lived) {
        space.useless = ending.moved || !short_lived ? 1 : space.useless + 1;
        if (space.useless >= max_useless_watches) space.again = true;
        if (space.useless <= max_useless_watches) return failure(space, ending.failure.why);
        space.in_sync = false;
        sync();
        if (space.useless == max_useless_watches + 1)
            log.warning("lists are answered and watches are not, so it lists each time before it tries to watch: " +
                        ending.failure.why.text);
    }

    // False: it could not be asked.
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
        wake_.reset(); // what woke us is answered by this
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

    // A watch that was accepted may end with an error at once, and nothing was learned by it.
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
                                                       ? "it is reported as deleted, but without a deletionTimestamp"
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

    // What one namespace tells does not make up for another that cannot be seen.
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
        log.warning("watching is refused, so it polls: " + why.text);
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
    std::uint64_t watches_ = 0; // that were opened
    bool stop_watching_ = false;
    bool reported_in_sync_ = false;
    nanoseconds retry_after_{};
};

} // namespace

KITH_PLUGIN(k8s_api)
