// SPDX-License-Identifier: MIT
//
// Strategy consul: the peers are the instances of a service in Consul. Each listing is followed by its own blocking query; the peers are
// the union of all listings. If one fails, its last result is kept.
#include "request_paths.hpp"
#include "response_parser.hpp"
#include "schema.hpp"
#include "service_registration.hpp"

#include <kith/clock.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/signal.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_set>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds request_timeout = 10s;  // for a query that does not block; added to the wait time of one that blocks
constexpr nanoseconds first_retry = 1s;       // average delay after the first failure
constexpr nanoseconds max_retry_after = 5min; // maximum of a server's Retry-After that is respected
constexpr nanoseconds datacenters_interval = 1min;
constexpr int max_failed_waits = 2;            // consecutive blocking queries that may fail although other queries succeed
constexpr nanoseconds retry_wait_after = 5min; // after more failures than that
constexpr int burst = 20; // responses without delay when the service changes permanently; then one each second

constexpr std::uint32_t agent_health_codes[] = {
    404, 429, 503}; // status codes of /v1/agent/health for no instance, warning and critical; the response has a body
constexpr std::uint32_t agent_not_found_code[] = {404};

class consul_api : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "consul",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The instances of a service in Consul, from its agent, catalog or health endpoint.",
        .options = consul::options_schema,
    };
    using required = kith::services<kith::options, kith::node, kith::timer, kith::random, kith::clock, kith::http, kith::file>;

    explicit consul_api(kith::host h)
        : strategy(h),
          settings_(consul::read_settings(kith::options(h))),
          client_(h, settings_),
          node_(h),
          clock_(h),
          random_(h),
          wake_(h),
          named_(h) {
        if (settings_.registration) registration_.emplace(h, settings_, client_, node_, log);
    }

    kith::task<> run() override {
        spawn(follow_node());
        if (registration_) spawn(registration_->run());
        while ((basename_ = basename()).empty()) {
            discovery.failed({KITH_UNAVAILABLE, "the local node's name, from which the peers' names are built, is not known "
                                                "yet; alternatively configure `node_basename`"});
            co_await named_.wait();
        }
        for (const auto &listing : settings_.listings) add_source(listing);
        sites_.resize(settings_.multisites.size());
        for (std::size_t i = 0; i < sites_.size(); ++i) spawn(follow_datacenters(settings_.multisites[i], sites_[i]));
    }

    void refresh() override {
        for (auto &source : sources_) {
            if (!std::exchange(source->querying, true)) spawn(query_now(*source));
        }
        wake_.notify();
    }

    kith::task<> farewell() override {
        if (registration_) co_await registration_->deregister();
    }

  private:
    // A listing and its state.
    struct Source {
        consul::Listing listing;
        consul::BlockingQueryIndex query_index;
        std::optional<consul::Found> last;
        std::optional<kith::error> failure;
        bool querying = false;   // an extra query is in progress besides the blocking one
        int failed_waits = 0;    // blocking queries that failed since the last successful one
        nanoseconds wait_from{}; // until then it polls
        bool filtered = false;   // by ACLs: `last` contains instances of earlier responses, too
    };
    // The datacenters of a multisite.
    struct Site {
        std::set<std::string> known;
        std::optional<kith::error> failure;
    };

    std::string basename() const {
        if (!settings_.basename.empty()) return settings_.basename;
        const std::string name = node_.name();
        const auto at = name.find('@');
        return at == std::string::npos ? std::string() : name.substr(0, at);
    }

    // Publishes the peers again when the node's name changes; a node that disappears and returns keeps its peers.
    kith::task<> follow_node() {
        for (;;) {
            co_await node_.changed.wait();
            if (registration_) registration_->node_changed();
            named_.notify();
            auto now = basename();
            if (now.empty() || now == basename_ || sources_.empty()) continue;
            basename_ = std::move(now);
            publish();
        }
    }

    void add_source(const consul::Listing &listing) {
        sources_.push_back(std::make_unique<Source>());
        sources_.back()->listing = listing;
        spawn(follow(*sources_.back()));
    }

    // ---- datacenters ----

    // A datacenter that is no longer listed may only be unreachable: it is still queried, and its instances are kept while it does not
    // respond.
    kith::task<> follow_datacenters(const consul::Multisite &multisite, Site &site) {
        kith::pace pace(datacenters_interval);
        for (;;) {
            nanoseconds retry_after{};
            const auto failed = co_await list_datacenters(multisite, site, retry_after);
            site.failure = failed;
            if (failed) report_failure(*failed);
            nanoseconds pause = pace.good();
            if (failed) pause = pace.bad(std::min(retry_after, max_retry_after));
            (void)co_await wake_.wait_for(random_.around(pause));
        }
    }

    kith::task<std::optional<kith::error>> list_datacenters(const consul::Multisite &multisite, Site &site,
                                                            nanoseconds &retry_after) {
        auto answer = co_await client_.get(std::string(consul::datacenters_path), request_timeout, {}, retry_after);
        if (!answer) co_return std::move(answer).error();
        auto names = consul::read_datacenters(answer->body);
        if (!names) co_return at(settings_.url + std::string(consul::datacenters_path), std::move(names).error());
        for (auto &name : *names) {
            if (!site.known.insert(name).second) continue;
            for (consul::Listing listing : multisite.in_each) {
                listing.datacenter = name;
                add_source(listing);
            }
        }
        co_return std::nullopt;
    }

    // ---- listings ----

    kith::task<> follow(Source &source) {
        kith::pace pace(first_retry), poll(settings_.interval);
        int allowed = burst;
        for (nanoseconds refilled = clock_.monotonic();;) {
            nanoseconds retry_after{};
            const bool waits = source.query_index.blocks();
            const bool good = co_await ask(source, source.query_index, retry_after);
            if (waits) source.failed_waits = good ? 0 : source.failed_waits + 1;
            if (clock_.monotonic() < source.wait_from) source.query_index.reset();
            if (!good) {
                source.query_index.reset(); // changes may be missed until the next response
                report_in_sync();
                // A random delay, so that hosts that failed together do not retry together.
                (void)co_await wake_.wait_for(random_.around(pace.bad(std::min(retry_after, max_retry_after)), 0.5));
                continue;
            }
            pace.good();
            report_in_sync();
            if (!source.query_index.blocks()) {
                (void)co_await wake_.wait_for(random_.around(poll.good()));
                continue;
            }
            const auto passed = (clock_.monotonic() - refilled) / 1s;
            refilled += passed * 1s;
            allowed = static_cast<int>(std::min<std::int64_t>(burst, allowed + passed));
            if (allowed != 0) {
                --allowed;
                continue;
            }
            (void)co_await wake_.wait_for(1s);
            refilled = clock_.monotonic();
        }
    }

    kith::task<> query_now(Source &source) {
        consul::BlockingQueryIndex at_once;
        nanoseconds retry_after{};
        (void)co_await ask(source, at_once, retry_after);
        source.querying = false;
    }

    // False: the query failed, or the host refused its result.
    kith::task<bool> ask(Source &source, consul::BlockingQueryIndex &query_index, nanoseconds &retry_after) {
        const nanoseconds timeout = request_timeout + (query_index.blocks() ? settings_.wait + settings_.wait / 16 : 0ms);
        std::span<const std::uint32_t> also;
        if (source.listing.endpoint == consul::Endpoint::agent) also = agent_health_codes;
        if (settings_.by_id) also = agent_not_found_code;
        auto answer = co_await client_.get(consul::path_of(source.listing, settings_, query_index), timeout, also, retry_after);
        if (!answer) co_return fail(source, std::move(answer).error(), query_index.blocks());
        auto found = read(source, *answer);
        if (!found)
            co_return fail(source, at(consul::describe(source.listing, settings_), std::move(found).error()),
                           query_index.blocks());
        const bool changed = query_index.update(answer->field("X-Consul-Index"), answer->field("X-Consul-ContentHash"));
        const bool filtered = is_filtered(*answer), was_filtered = std::exchange(source.filtered, filtered);
        source.failure.reset();
        if (filtered) source.failure = at(consul::describe(source.listing, settings_), filtered_error());
        if (!changed && source.last && filtered == was_filtered) co_return true;
        if (source.last) consul::keep_addresses(*found, *source.last);
        if (filtered && source.last) consul::keep_unlisted(*found, *source.last);
        source.last = std::move(*found);
        co_return publish();
    }

    kith::result<consul::Found> read(const Source &source, const kith::http_answer &answer) const {
        if (answer.code == 404) {
            constexpr std::string_view none[] = {"Not Found", "unknown service"};
            const bool told =
                std::ranges::any_of(none, [&](auto words) { return answer.body.find(words) != std::string::npos; });
            if (told || answer.body.starts_with('[')) return consul::Found{};
            return kith::error(KITH_NOT_FOUND, "the server answered 404; possibly this is not Consul's API");
        }
        auto found = consul::read_instances(answer.body, source.listing, settings_.by_id);
        // 429 and 503 can also mean that the request failed. Without the URL, which the caller adds.
        if (!found && answer.code != 200) return kith::http_head{.code = answer.code}.refusal();
        if (found && hides(answer, *found)) return filtered_error();
        return found;
    }

    static bool is_filtered(const kith::http_answer &answer) {
        return answer.field("X-Consul-Results-Filtered-By-ACLs") == "true";
    }

    kith::error filtered_error() const {
        return {KITH_UNAUTHORIZED, "Consul omits what the token may not read; expected " +
                                       client_.required_token(consul::ConsulClient::Permission::read)};
    }

    // With the default policy deny, Consul answers a client without permission with a shorter or empty list.
    bool hides(const kith::http_answer &answer, const consul::Found &found) const {
        if (!found.instances.empty()) return false; // the listed instances exist
        return is_filtered(answer) || (!client_.has_token() && answer.field("X-Consul-Default-ACL-Policy") == "deny");
    }

    // If a proxy ends long responses, the non-blocking queries still succeed; then the listing is polled.
    bool fail(Source &source, const kith::error &why, bool waited) {
        if (waited && source.failed_waits >= max_failed_waits) {
            source.wait_from = clock_.monotonic() + retry_wait_after;
            log.warning("blocking queries fail although others succeed, so kith polls: " + why.text);
            return false;
        }
        source.failure = why;
        report_failure(why);
        return false;
    }

    static kith::error at(const std::string &place, kith::error why) {
        why.text = place + ": " + why.text;
        return why;
    }

    // ---- reports ----

    // Reports the whole set when all listings succeeded; otherwise new and missing peers of those that did.
    bool publish() {
        std::vector<const consul::Found *> lists;
        std::uint32_t not_passing = 0;
        for (const auto &source : sources_) {
            if (!source->last) continue;
            lists.push_back(&*source->last);
            not_passing += source->last->not_passing;
        }
        auto named = consul::name_peers(lists, basename_);
        if (not_passing != 0) discovery.left_out(not_passing, "its checks do not pass");
        if (named.without_address != 0)
            discovery.left_out(named.without_address, "it has no address; the endpoint `health` returns its node's address");
        named.unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
        if (named.doubled != 0) discovery.left_out(named.doubled, "another instance has the same address");
        const bool whole = complete();
        if (whole && named.peers.empty() && not_passing + named.without_address + named.unusable.total() == 0)
            discovery.left_out(0, "the service has no instances");

        const std::int32_t status =
            whole ? discovery.replace(named.peers) : discovery.update(named.peers, no_longer_among(named.peers));
        if (status >= 0) {
            reported_keys_.clear();
            for (auto &peer : named.peers) reported_keys_.push_back(std::move(peer.key));
        }
        if (const auto *failure = first_failure(); failure != nullptr) discovery.failed(*failure);
        return status >= 0;
    }

    // The keys of the last report that these peers do not have.
    [[nodiscard]] std::vector<std::string> no_longer_among(const std::vector<kith::peer> &peers) const {
        std::unordered_set<std::string_view> keys;
        for (const auto &peer : peers) keys.insert(peer.key);
        std::vector<std::string> gone;
        std::ranges::copy_if(reported_keys_, std::back_inserter(gone), [&](const auto &key) { return !keys.contains(key); });
        return gone;
    }

    [[nodiscard]] bool complete() const {
        return std::ranges::all_of(sources_, [](const auto &one) { return one->last && !one->failure; }) &&
               std::ranges::all_of(sites_, [](const Site &one) { return !one.known.empty() && !one.failure; });
    }

    [[nodiscard]] const kith::error *first_failure() const {
        for (const auto &source : sources_) {
            if (source->failure) return &*source->failure;
        }
        for (const Site &site : sites_) {
            if (site.failure) return &*site.failure;
        }
        return nullptr;
    }

    void report_failure(const kith::error &why) {
        if (why.status == KITH_CANCELLED) return;
        report_in_sync();
        discovery.failed(why);
    }

    // Reports whether every change will be reported from now on.
    void report_in_sync() {
        const bool now = complete() && std::ranges::all_of(sources_, [](const auto &one) { return one->query_index.blocks(); });
        if (std::exchange(reported_in_sync_, now) != now) discovery.watching(now);
    }

    const consul::Settings settings_;
    consul::ConsulClient client_;
    kith::node node_;
    kith::clock clock_;
    kith::random random_;
    kith::signal wake_;  // query now
    kith::signal named_; // the local node's name may have changed
    std::optional<consul::ServiceRegistration> registration_;
    std::string basename_;
    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<Site> sites_;
    std::vector<std::string> reported_keys_; // keys of the reported peers
    bool reported_in_sync_ = false;
};

} // namespace

KITH_PLUGIN(consul_api)
