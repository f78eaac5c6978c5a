// SPDX-License-Identifier: MIT
//
// Strategy ec2: the peers are the running instances of Amazon EC2 that have a tag, by DescribeInstances.
#include "describe_instances_request.hpp"
#include "ec2_client.hpp"
#include "schema.hpp"
#include "sha256.hpp"

#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/signal.hpp>

#include <algorithm>
#include <unordered_set>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr int max_waits_between_pages = 3; // retries of a throttled page, so that the pages read so far are not lost
constexpr std::size_t max_instances = 50'000;
constexpr std::size_t max_pages = 10'000; // pages can be empty

class ec2_tags : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "ec2",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The running instances of Amazon EC2 that have a tag.",
        .options = ec2::options_schema,
    };
    using required = kith::services<kith::options, kith::timer, kith::random, kith::clock, kith::http, kith::file, kith::env>;
    static constexpr auto env = ec2::environment;

    explicit ec2_tags(kith::host h)
        : strategy(h),
          settings_(ec2::read_settings(kith::options(h), kith::env(h))),
          metadata_(h, settings_),
          ec2_(h, settings_, metadata_),
          random_(h),
          wake_(h),
          pace_(settings_.interval) {
        ec2::require_crypto();
    }

    kith::task<> run() override {
        for (;;) {
            auto seen = co_await list_instances();
            nanoseconds pause{};
            if (seen && report(*seen)) {
                pause = random_.around(pace_.good());
            } else {
                if (!seen) discovery.failed(seen.error());
                pause = random_.around(pace_.bad(ec2_.retry_after()),
                                       0.5); // random, so that hosts that failed together do not retry together
            }
            (void)co_await wake_.wait_for(pause);
        }
    }

    void refresh() override { wake_.notify(); }

  private:
    using Instances = std::vector<ec2::Instance>;

    kith::task<kith::result<Instances>> list_instances() {
        if (!settings_.values.empty()) co_return co_await all(settings_.values);
        co_return co_await instances_like_this();
    }

    // Requests all pages.
    kith::task<kith::result<Instances>> all(std::vector<std::string> values) {
        Instances out;
        std::string next;
        std::unordered_set<std::string> tokens;
        do {
            const int waits = next.empty() ? 0 : max_waits_between_pages;
            auto page = co_await ec2_.describe(ec2::running_with_tag(settings_.tag, values, next), waits);
            if (!page) co_return std::move(page).error();
            std::ranges::move(page->instances, std::back_inserter(out));
            if (!page->next.empty() && !tokens.insert(page->next).second)
                co_return kith::error(KITH_PROTOCOL, "EC2 returned the same NextToken twice, so the list does not end");
            if (tokens.size() > max_pages) co_return kith::error(KITH_LIMIT, "the list of instances has more than 10000 pages");
            if (out.size() > max_instances)
                co_return kith::error(KITH_LIMIT, "more than 50000 instances have the tag " + settings_.tag);
            next = std::move(page->next);
        } while (!next.empty());
        co_return out;
    }

    // Lists the instances with this instance's value of the tag. The list must contain this instance; otherwise its tag may have changed.
    kith::task<kith::result<Instances>> instances_like_this() {
        auto id = co_await metadata_.instance();
        if (!id) co_return std::move(id).error();
        if (own_value_.empty()) {
            auto self = co_await find_self(*id);
            if (!self) co_return std::move(self).error();
        }
        auto out = co_await all(own_value_);
        if (!out || includes(*out, *id)) co_return out;
        auto runs = co_await find_self(*id);
        if (!runs) co_return std::move(runs).error();
        out = co_await all(own_value_);
        if (!out || includes(*out, *id) || !*runs) co_return out;
        co_return kith::error(KITH_UNAVAILABLE, "EC2's list of running instances lacks " + *id +
                                                    ", which is running and has the tag: the list is outdated or incomplete");
    }

    static bool includes(const Instances &all, std::string_view id) {
        return std::ranges::find(all, id, &ec2::Instance::id) != all.end();
    }

    // Requests this instance's value of the tag. Returns whether the instance is running.
    kith::task<kith::result<bool>> find_self(std::string id) {
        auto page = co_await ec2_.describe(ec2::one_instance(id), 0);
        if (!page) co_return std::move(page).error();
        const auto self = std::ranges::find(page->instances, id, &ec2::Instance::id);
        if (self == page->instances.end())
            co_return kith::error(KITH_PROTOCOL, "EC2 did not return the requested instance " + id);
        if (self->tags.empty())
            co_return kith::error(KITH_NOT_FOUND, "this instance, " + id + ", has no tag " + settings_.tag +
                                                      "; add the tag, or configure `ec2_tagvalue`");
        own_value_ = {ec2::escape_filter_value(self->tags.front().value)};
        co_return self->state.empty() || self->state == "running";
    }

    bool report(const Instances &instances) {
        ec2::NamedPeers named = ec2::name_peers(instances, settings_.naming, addresses_);
        addresses_ = std::move(named.addresses);
        if ((std::exchange(without_current_address_, named.kept) == 0) != (named.kept == 0)) {
            if (named.kept != 0)
                log.warning("EC2 lists running instances without their address; the last known one is kept",
                            {{"instances", std::to_string(named.kept)}});
            else
                log.info("EC2 lists the addresses of all running instances again");
        }
        for (std::size_t i = 0; i < ec2::omissions; ++i) {
            if (named.left_out.at(i) != 0)
                discovery.left_out(named.left_out.at(i), ec2::reason(static_cast<ec2::Omission>(i), settings_.naming));
        }
        named.unusable.report([this](std::uint32_t items, std::string_view why) { discovery.left_out(items, why); });
        if (instances.empty())
            discovery.left_out(0, "no running instance in this region and account has the tag with a matching value");
        return discovery.replace(named.peers) >= 0;
    }

    const ec2::Settings settings_;
    ec2::MetadataService metadata_;
    ec2::Ec2Client ec2_;
    kith::random random_;
    kith::signal wake_;
    kith::pace pace_;
    std::vector<std::string> own_value_;        // one element, when it is known
    ec2::KnownAddresses addresses_;             // of the previous list
    std::uint32_t without_current_address_ = 0; // number of instances without an address now
};

} // namespace

KITH_PLUGIN(ec2_tags)
