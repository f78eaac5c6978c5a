// SPDX-License-Identifier: MIT
//
// What a node reports of the application's cluster that it is in, and reading it from the answer of the survey.
#pragma once

#include "etf/term_view.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::erlang {

struct ClusterView {
    std::string node;
    std::string fault;                        // it did not report: why
    bool running = false;                     // the application
    std::vector<std::string> members;         // of its cluster, with itself; sorted
    std::vector<std::string> running_members; // sorted
    std::vector<std::string> own;             // what it would lose by joining, in words; only of a node without other members

    bool alone() const noexcept { return members.size() <= 1; }
    bool has_member(std::string_view name) const noexcept;
};

/// Erlang source: the answer of `status` of the node and of each of Peers, which is bound, as is Status, a binary, and Timeout.
std::string_view survey_source() noexcept;
/// Its answer; nothing when it is something else.
std::optional<std::vector<ClusterView>> read_survey(const etf::TermView &answer);

/// "2 queues, 1 user and 1 policy"
std::string listed(const std::vector<std::string> &words);

} // namespace kith::erlang
