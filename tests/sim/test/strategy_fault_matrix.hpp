// SPDX-License-Identifier: MIT
//
// The matrix: every strategy through every bad day that concerns it, on a handful of hosts.
#pragma once

#include <string>
#include <vector>

namespace kith::sim::test {

struct Column {
    std::string name;
    std::string kind; ///< gossip, epmd, local_epmd, erlang_hosts
    bool sealed = false;
    std::string config;   ///< the topology, without its braces
    std::string hosts;    ///< keys of the group
    std::string complete; ///< the expectation that a host has all its peers, without its braces
};

struct Row {
    std::string name;
    std::string faults; ///< entries of `faults`; the last of them ends at 1h2m at the latest
    std::string only{}; ///< kinds of columns that it concerns, in one text; empty: all
    bool sealed_only = false;
    bool may_part = false;  ///< peers are really gone, or cannot be told from that
    std::string stranger{}; ///< another group, whole; it is no peer of anybody
    std::string more{};     ///< other keys of the scenario
};

const std::vector<Column> &columns();
const std::vector<Row> &rows();

/// What becomes of it, in a few words: "held", "missing; healed in 15 s". A sentence that begins with FAILED when it must not be so.
std::string outcome_of(const Column &column, const Row &row);

} // namespace kith::sim::test
