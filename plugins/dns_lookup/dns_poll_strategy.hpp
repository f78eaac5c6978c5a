// SPDX-License-Identifier: MIT
//
// The base class of strategies that poll a DNS name: query, report, wait.
#pragma once

#include "lookup.hpp"
#include "ttl_pace.hpp"

#include <kith/options.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>
#include <kith/state.hpp>
#include <kith/timer.hpp>

#include <set>

namespace dns_lookup {

class DnsPollStrategy : public kith::strategy {
  public:
    using Services = kith::services<kith::options, kith::timer, kith::random, kith::dns>;

    kith::task<> run() override;
    void refresh() override;

  protected:
    /// base: the part of the node names before the @. name: the DNS name; the option `servers` is added to the query.
    DnsPollStrategy(kith::host h, std::string_view base, std::string_view name);

    virtual kith::task<kith::result<LookupResult>> query(const kith::dns &dns) = 0;

    LookupQuery question;
    KnownFamilies families;

  private:
    // Loads which families the name had in the previous run of kith; the remembered peers of the topology are of these families.
    kith::task<> load_families();
    kith::task<> save_families();
    // Returns false when the host refused the report or the result is incomplete.
    bool report(const LookupResult &result);
    bool report_one_family(const std::vector<kith::peer> &peers, std::set<std::string> keys, const LookupResult &result);
    void log_once(std::string &told, const std::string &now, std::string_view what);

    kith::dns dns_;
    kith::random random_;
    kith::signal wake_;
    const std::string base_;
    std::optional<kith::state> state_;
    std::string saved_;                   // the saved state
    std::string empty_, ignored_failure_; // the last logged reasons
    std::set<std::string> reported_keys_; // keys of the reported peers
    TtlPace pace_;
};

} // namespace dns_lookup
