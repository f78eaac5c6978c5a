// SPDX-License-Identifier: MIT
#include "cluster_view.hpp"

#include "etf/term_printer.hpp"

#include <algorithm>

namespace kith::erlang {
namespace {

constexpr std::string_view survey = R"(
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Status)),
    {ok, Exprs} = erl_parse:parse_exprs(Tokens),
    Nodes = [node() | Peers],
    lists:zip(Nodes, erpc:multicall(Nodes, erl_eval, expr, [{block, 0, Exprs}, [], none, none, value], Timeout)).)";

std::vector<std::string> texts(const etf::TermView &list) {
    std::vector<std::string> out;
    etf::Elements elements = list.elements();
    while (elements.left() != 0) {
        const etf::TermView one = elements.next();
        if (auto atom = one.atom())
            out.push_back(std::move(*atom));
        else if (const auto bytes = one.bytes())
            out.emplace_back(*bytes);
    }
    return out;
}

std::vector<std::string> sorted_texts(const etf::TermView &list) {
    std::vector<std::string> out = texts(list);
    std::sort(out.begin(), out.end());
    return out;
}

// {error, {erpc, noconnection}}, {error, {exception, undef, [{Module, Function, _, _} | _]}} ...
std::string fault_of(const etf::TermView &outcome) {
    etf::Elements elements = outcome.elements();
    elements.next();
    etf::Elements reason = elements.next().elements();
    const etf::TermView kind = reason.next();
    const etf::TermView what = reason.next();
    if (kind.is_atom("erpc") && what.is_atom("noconnection")) return "the local node has no connection to it";
    if (kind.is_atom("erpc") && what.is_atom("timeout")) return "it did not answer in time";
    if (kind.is_atom("exception") && what.is_atom("undef")) {
        etf::Elements frame = reason.next().elements().next().elements();
        return "it has no function " + etf::to_text(frame.next()) + ':' + etf::to_text(frame.next());
    }
    return "it answered " + etf::to_text(outcome, 200);
}

void read_status(const etf::TermView &status, ClusterView &view) {
    if (!status.is_tuple(4)) {
        view.fault = "it answered " + etf::to_text(status, 200);
        return;
    }
    etf::Elements elements = status.elements();
    view.running = elements.next().is_atom("true");
    view.members = sorted_texts(elements.next());
    view.running_members = sorted_texts(elements.next());
    view.own = texts(elements.next());
}

} // namespace

bool ClusterView::has_member(std::string_view name) const noexcept {
    return std::find(members.begin(), members.end(), name) != members.end();
}

std::string_view survey_source() noexcept { return survey; }

std::optional<std::vector<ClusterView>> read_survey(const etf::TermView &answer) {
    if (answer.kind() != etf::Kind::list) return std::nullopt;
    std::vector<ClusterView> views;
    etf::Elements elements = answer.elements();
    while (elements.left() != 0) {
        const etf::TermView one = elements.next();
        if (!one.is_tuple(2)) return std::nullopt;
        etf::Elements pair = one.elements();
        ClusterView view;
        view.node = pair.next().atom().value_or(std::string());
        const etf::TermView outcome = pair.next();
        etf::Elements parts = outcome.elements();
        if (view.node.empty() || outcome.kind() != etf::Kind::tuple) return std::nullopt;
        if (parts.next().is_atom("ok") && outcome.is_tuple(2))
            read_status(parts.next(), view);
        else
            view.fault = fault_of(outcome);
        views.push_back(std::move(view));
    }
    return views;
}

std::string listed(const std::vector<std::string> &words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return out;
}

} // namespace kith::erlang
