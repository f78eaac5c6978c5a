// SPDX-License-Identifier: MIT
//
// The second matrix: the strategies that look somewhere, through the bad days of what they look at.
#pragma once

#include "sources.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::sim::test {

struct SourceColumn {
    std::string name;
    std::string kind;   ///< words, of which a row asks for one
    std::string config; ///< the topology, without its braces
    std::string hosts;  ///< keys of the group, beside the count
    std::function<std::unique_ptr<Source>(Universe &universe)> make;
};

struct SourceRow {
    std::string name;
    std::string only; ///< kinds of columns that it concerns, in one text; empty: all
    Span at, until;   ///< the latter is 1h2m at the latest
    std::function<void(Source &source)> begin, end;
    std::string may_part{}; ///< kinds of columns where the answers say that peers are gone
    std::size_t hosts = 6;
    std::string faults{}; ///< of the scenario
};

const std::vector<SourceColumn> &source_columns();
const std::vector<SourceRow> &source_rows();

} // namespace kith::sim::test
