// SPDX-License-Identifier: MIT
//
// The matrix of strategies and faults: every strategy with every fault that concerns it, on six hosts.
#pragma once

#include <string>
#include <vector>

namespace kith::sim::test {

struct StrategyColumn {
    std::string name;
    std::string kind; ///< gossip, epmd, local_epmd, erlang_hosts
    bool sealed = false;
    std::string config;   ///< members of the topology, without braces
    std::string hosts;    ///< members of the host group
    std::string complete; ///< the expectation that a host has all its peers, without braces
};

struct StrategyRow {
    std::string name;
    std::string faults; ///< entries of `faults`; all end by 1h2m
    std::string only{}; ///< kinds of columns to which it applies, separated by spaces; empty: all
    bool sealed_only = false;
    bool may_disconnect = false; ///< removal of peers is correct: they are gone, or not distinguishable from that
    std::string other_group{};   ///< another host group; its hosts are peers of no host of `app`
    std::string more{};          ///< other members of the scenario
};

const std::vector<StrategyColumn> &strategy_columns();
const std::vector<StrategyRow> &strategy_rows();

/// The outcome, such as "no effect" or "missing; healed in 15 s"; a sentence that begins with FAILED if the outcome is not allowed.
std::string outcome_of(const StrategyColumn &column, const StrategyRow &row);

} // namespace kith::sim::test
