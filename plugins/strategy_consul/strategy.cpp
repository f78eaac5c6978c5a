// SPDX-License-Identifier: MIT
//
// consul: the peers are the instances of a service, as Consul knows them. Each listing is followed by a blocking query of its own, and the
// peers are what all of them tell together; what one cannot see stays as it was seen last.
#include "answer.hpp"
#include "query.hpp"
#include "registrar.hpp"
#include "schema.hpp"

#include <kith/clock.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/signal.hpp>

#include <algorithm>
#include <set>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds patience = 10s; // for an answer that need not wait for anything, and beyond the time of one that waits
constexpr nanoseconds soon = 1s;      // the first pause after a failure, on average
constexpr nanoseconds longest_wish = 5min; // of a server's Retry-After that is obeyed
constexpr nanoseconds datacenters_interval = 1min;
constexpr int most_unanswered =
    2; // queries in a row that wait for a change and fail, although the plain ones between are answered
constexpr nanoseconds until_next_wait = 5min; // when more of them failed
constexpr int burst = 20;                     // answers at once, when something changes all the time; then one each second

constexpr std::uint32_t agent_says_how_it_is[] = {404, 429, 503}; // of /v1/agent/health: none, warning, critical; with a body
constexpr std::uint32_t agent_knows_no_such[] = {404};

class consul_api : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "consul",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The instances of a service, as Consul's agent, catalog or health checks tell them.",
        .options = consul::options_schema,
    };
    using required = kith::services<kith::options, kith::node, kith::timer, kith::random, kith::clock, kith::http, kith::file>;

    explicit consul_api(kith::host h)
        : strategy(h),
          settings_(consul::read_settings(kith::options(h))),
          api_(h, settings_),
          node_(h),
          clock_(h),
          random_(h),
          wake_(h),
          named_(h) {
        if (settings_.registration) registrar_.emplace(h, settings_, api_, node_, log);
    }

    kith::task<> run() override {
        spawn(follow_node());
        if (registrar_) spawn(registrar_->run());
        while ((basename_ = basename()).empty()) {
            discovery.failed(
                {KITH_UNAVAILABLE,
                 "the local node's name is not known yet, of which the peers' are made; else configure `node_basename`"});
            co_await named_.wait();
        }
        for (const auto &listing : settings_.listings) follow_too(listing);
        sites_.resize(settings_.multisites.size());
        for (std::size_t i = 0; i < sites_.size(); ++i) spawn(spread(settings_.multisites[i], sites_[i]));
    }

    void refresh() override {
        for (auto &source : sources_) {
            if (!std::exchange(source->looking, true)) spawn(look_now(*source));
        }
        wake_.notify();
    }

    kith::task<> farewell() override {
        if (registrar_) co_await registrar_->take_back();
    }

  private:
    // A listing, and how it stands.
    struct Source {
        consul::Listing listing;
        consul::Cursor cursor;
        std::optional<consul::Found> last;
        std::optional<kith::error> trouble;
        bool looking = false;    // beside the query that waits
        int unanswered = 0;      // queries that waited for a change and failed, since the last that did not
        nanoseconds wait_from{}; // before, it polls
        bool filtered = false;   // by ACLs: `last` holds those of earlier answers, too
    };
    // The datacenters of a multisite.
    struct Site {
        std::set<std::string> known;
        std::optional<kith::error> trouble;
    };

    std::string basename() const {
        if (!settings_.basename.empty()) return settings_.basename;
        const std::string name = node_.name();
        const auto at = name.find('@');
        return at == std::string::npos ? std::string() : name.substr(0, at);
    }

    // A node that goes away and comes back keeps its peers.
    kith::task<> follow_node() {
        for (;;) {
            co_await node_.changed.wait();
            if (registrar_) registrar_->node_changed();
            named_.notify();
            auto now = basename();
            if (now.empty() || now == basename_ || sources_.empty()) continue;
            basename_ = std::move(now);
            publish();
        }
    }

    void follow_too(const consul::Listing &listing) {
        sources_.push_back(std::make_unique<Source>());
        sources_.back()->listing = listing;
        spawn(follow(*sources_.back()));
    }

    // ---- datacenters ----

    // One that is not told any more may be cut off only: it is asked on, and its instances stay as long as it does not answer.
    kith::task<> spread(const consul::Multisite &multisite, Site &site) {
        kith::pace pace(datacenters_interval);
        for (;;) {
            nanoseconds wish{};
            const auto failed = co_await look_for_datacenters(multisite, site, wish);
            site.trouble = failed;
            if (failed) tell(*failed);
            nanoseconds pause = pace.good();
            if (failed) pause = pace.bad(std::min(wish, longest_wish));
            (void)co_await wake_.wait_for(random_.around(pause));
        }
    }

    kith::task<std::optional<kith::error>> look_for_datacenters(const consul::Multisite &multisite, Site &site,
                                                                nanoseconds &wish) {
        auto answer = co_await api_.get(std::string(consul::datacenters_path), patience, {}, wish);
        if (!answer) co_return std::move(answer).error();
        auto names = consul::read_datacenters(answer->body);
        if (!names) co_return at(settings_.url + std::string(consul::datacenters_path), std::move(names).error());
        for (auto &name : *names) {
            if (!site.known.insert(name).second) continue;
            for (consul::Listing listing : multisite.in_each) {
                listing.datacenter = name;
                follow_too(listing);
            }
        }
        co_return std::nullopt;
    }

    // ---- listings ----

    kith::task<> follow(Source &source) {
        kith::pace pace(soon), poll(settings_.interval);
        int allowed = burst;
        for (nanoseconds refilled = clock_.monotonic();;) {
            nanoseconds wish{};
            const bool waits = source.cursor.blocks();
            const bool good = co_await ask(source, source.cursor, wish);
            if (waits) source.unanswered = good ? 0 : source.unanswered + 1;
            if (clock_.monotonic() < source.wait_from) source.cursor.reset();
            if (!good) {
                source.cursor.reset(); // nobody knows what happens until it answers again
                in_sync();
                // Hosts that failed together do not try again together.
                (void)co_await wake_.wait_for(random_.around(pace.bad(std::min(wish, longest_wish)), 0.5));
                continue;
            }
            pace.good();
            in_sync();
            if (!source.cursor.blocks()) {
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

    kith::task<> look_now(Source &source) {
        consul::Cursor at_once;
        nanoseconds wish{};
        (void)co_await ask(source, at_once, wish);
        source.looking = false;
    }

    // False: it could not look, or what it saw was refused.
    kith::task<bool> ask(Source &source, consul::Cursor &cursor, nanoseconds &wish) {
        const nanoseconds timeout = patience + (cursor.blocks() ? settings_.wait + settings_.wait / 16 : 0ms);
        std::span<const std::uint32_t> also;
        if (source.listing.endpoint == consul::Endpoint::agent) also = agent_says_how_it_is;
        if (settings_.by_id) also = agent_knows_no_such;
        auto answer = co_await api_.get(consul::path_of(source.listing, settings_, cursor), timeout, also, wish);
        if (!answer) co_return fail(source, std::move(answer).error(), cursor.blocks());
        auto found = read(source, *answer);
        if (!found)
            co_return fail(source, at(consul::place_of(source.listing, settings_), std::move(found).error()), cursor.blocks());
        const bool changed = cursor.answered(answer->field("X-Consul-Index"), answer->field("X-Consul-ContentHash"));
        const bool filtered = is_filtered(*answer), was_filtered = std::exchange(source.filtered, filtered);
        source.trouble.reset();
        if (filtered) source.trouble = at(consul::place_of(source.listing, settings_), filtered_error());
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
            return kith::error(KITH_NOT_FOUND, "the server answered 404; is that Consul's API?");
        }
        auto found = consul::read_instances(answer.body, source.listing, settings_.by_id);
        if (!found && answer.code != 200) return answer.refusal(); // a code that has two meanings
        if (found && hides(answer, *found)) return filtered_error();
        return found;
    }

    static bool is_filtered(const kith::http_answer &answer) {
        return answer.field("X-Consul-Results-Filtered-By-ACLs") == "true";
    }

    kith::error filtered_error() const {
        return {KITH_UNAUTHORIZED,
                "Consul leaves out what the token may not read; expected " + api_.token_wanted(consul::Api::Right::read)};
    }

    // Where Consul denies by default it answers who may not read with less, or with an empty list, as if there was nobody.
    bool hides(const kith::http_answer &answer, const consul::Found &found) const {
        if (!found.instances.empty()) return false; // those who are told of are there
        return is_filtered(answer) || (!api_.has_token() && answer.field("X-Consul-Default-ACL-Policy") == "deny");
    }

    // Where something between ends each answer that takes long, the plain queries are what it goes by, and each of them is a look.
    bool fail(Source &source, const kith::error &why, bool waited) {
        if (waited && source.unanswered >= most_unanswered) {
            source.wait_from = clock_.monotonic() + until_next_wait;
            log.warning("queries that wait for a change fail although others are answered, so it polls: " + why.text);
            return false;
        }
        source.trouble = why;
        tell(why);
        return false;
    }

    static kith::error at(const std::string &place, kith::error why) {
        why.text = place + ": " + why.text;
        return why;
    }

    // ---- what is told ----

    // The whole set when everybody could look; else what is new, and who is missing where it could be seen.
    bool publish() {
        std::vector<const consul::Found *> lists;
        std::uint32_t not_passing = 0;
        for (const auto &source : sources_) {
            if (!source->last) continue;
            lists.push_back(&*source->last);
            not_passing += source->last->not_passing;
        }
        const auto named = consul::name_all(lists, basename_);
        if (not_passing != 0) discovery.left_out(not_passing, "its checks do not pass");
        if (named.without_address != 0)
            discovery.left_out(named.without_address, "it has no address of its own; `health` knows its node's");
        named.unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
        if (named.doubled != 0) discovery.left_out(named.doubled, "another instance has the same address");
        const bool whole = complete();
        if (whole && named.peers.empty() && not_passing + named.without_address + named.unusable.total() == 0)
            discovery.left_out(0, "the service has no instances");

        std::set<std::string> keys, gone;
        for (const auto &peer : named.peers) keys.insert(peer.key);
        std::ranges::set_difference(told_, keys, std::inserter(gone, gone.end()));
        const std::vector<std::string> missing(gone.begin(), gone.end());
        std::int32_t status = 0;
        if (whole)
            status = discovery.replace(named.peers);
        else
            status = discovery.update(named.peers, missing);
        if (status >= 0) told_ = std::move(keys);
        if (const auto *trouble = first_trouble(); trouble != nullptr) discovery.failed(*trouble);
        return status >= 0;
    }

    [[nodiscard]] bool complete() const {
        return std::ranges::all_of(sources_, [](const auto &one) { return one->last && !one->trouble; }) &&
               std::ranges::all_of(sites_, [](const Site &one) { return !one.known.empty() && !one.trouble; });
    }

    [[nodiscard]] const kith::error *first_trouble() const {
        for (const auto &source : sources_) {
            if (source->trouble) return &*source->trouble;
        }
        for (const Site &site : sites_) {
            if (site.trouble) return &*site.trouble;
        }
        return nullptr;
    }

    void tell(const kith::error &why) {
        if (why.status == KITH_CANCELLED) return;
        in_sync();
        discovery.failed(why);
    }

    // Whether every change will be told from now on.
    void in_sync() {
        const bool now = complete() && std::ranges::all_of(sources_, [](const auto &one) { return one->cursor.blocks(); });
        if (std::exchange(told_in_sync_, now) != now) discovery.watching(now);
    }

    const consul::Settings settings_;
    consul::Api api_;
    kith::node node_;
    kith::clock clock_;
    kith::random random_;
    kith::signal wake_;  // look now
    kith::signal named_; // the local node may have a name
    std::optional<consul::Registrar> registrar_;
    std::string basename_;
    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<Site> sites_;
    std::set<std::string> told_; // keys
    bool told_in_sync_ = false;
};

} // namespace

KITH_PLUGIN(consul_api)
