// SPDX-License-Identifier: MIT
#include "mesh_keys.hpp"

#include "mesh.hpp"
#include "table.hpp"

#include <kith/base64.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <set>

namespace kith::app {

namespace {

constexpr const char *channel = "kith.keys"; // plugins/connector_mesh/key_report.hpp
constexpr auto quiet = std::chrono::milliseconds(1500);
constexpr std::size_t shown = 12; // digits of an identity or a fingerprint

std::string beginning(const std::string &of) { return of.substr(0, shown); }

std::string day_of(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    char text[16];
    return ::gmtime_r(&time, &parts) != nullptr && std::strftime(text, sizeof text, "%Y-%m-%d", &parts) != 0 ? text : "-";
}

std::string listed(const std::vector<std::string> &names) {
    constexpr std::size_t most = 5;
    std::string out;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i) out += (out.empty() ? "" : ", ") + names[i];
    return names.size() <= most ? out : out + " and " + std::to_string(names.size() - most) + " more";
}

std::string steps_text(const std::map<std::string, MemberKeys> &members, bool all_answered) {
    std::set<std::string> keys;
    for (const auto &[name, each] : members) keys.insert(each.keys.begin(), each.keys.end());
    std::string out;
    for (const std::string &key : keys) {
        std::vector<std::string> without;
        std::size_t users = 0;
        for (const auto &[name, each] : members) {
            if (std::ranges::find(each.keys, key) == each.keys.end()) without.push_back(name);
            users += !each.keys.empty() && each.keys.front() == key ? 1U : 0U;
        }
        out += "key " + beginning(key) + ": used by " + std::to_string(users) + " of " + std::to_string(members.size());
        if (!without.empty()) {
            out += ", not accepted by " + listed(without) + ": add it there before it is the first anywhere\n";
        } else if (users == members.size()) {
            out += ", accepted by all";
            out += all_answered && keys.size() > 1 ? ": the others may be removed\n" : "\n";
        } else {
            out += ", accepted by all";
            out += all_answered ? ": it may be the first everywhere\n" : "\n";
        }
    }
    return out;
}

// The peers of the connector's topologies that it reports as linked.
std::optional<std::set<std::string>> linked_with(Ask &ask, const std::string &connector) {
    std::set<std::string> out;
    const auto topologies = ask.get_json("/v1/topologies");
    if (!topologies) return std::nullopt;
    for (const auto &topology : list_at(*topologies, "topologies")) {
        if (text_at(topology, "connector") != connector) continue;
        const std::string target = "/v1/peers?limit=1000&topology=" + url_encoded(text_at(topology, "name"));
        for (std::string after;;) {
            const auto page = ask.get_json(target + (after.empty() ? "" : "&after=" + url_encoded(after)));
            if (!page) return std::nullopt;
            for (const auto &peer : list_at(*page, "peers")) {
                if (text_at(peer, "link") == "up") out.insert(text_at(peer, "name"));
            }
            after = text_at(*page, "next");
            if (after.empty()) break;
        }
    }
    return out;
}

} // namespace

std::string mesh_keys_text(const std::map<std::string, MemberKeys> &members, const std::vector<std::string> &silent) {
    std::vector<std::vector<std::string>> rows{{"MEMBER", "USES", "ACCEPTS", "UNTIL"}};
    for (const auto &[name, each] : members) {
        std::string others;
        for (std::size_t i = 1; i < each.keys.size(); ++i) others += (others.empty() ? "" : " ") + beginning(each.keys[i]);
        const std::string uses = each.keys.empty() ? "" : beginning(each.keys.front());
        if (!each.certificate.empty()) {
            rows.push_back({name, "certificate " + beginning(each.certificate), "-", day_of(each.until)});
        } else {
            rows.push_back({name, uses.empty() ? "plain" : uses, others.empty() ? "-" : others, "-"});
        }
    }
    for (const std::string &name : silent) rows.push_back({name, "no answer", "-", "-"});
    return table_text(rows) + steps_text(members, silent.empty());
}

int mesh_keys(Ask &ask, const std::string &connector, const std::vector<std::string> &words) {
    if (!words.empty()) return usage_error("mesh keys", "it has no arguments");
    const auto linked = linked_with(ask, connector);
    if (!linked) return ask.status();
    std::set<std::string> missing = *linked;
    const std::string target = "/v1/messages/" + url_encoded(connector) + "?channel=" + channel;
    std::map<std::string, MemberKeys> members;
    boost::json::object all;
    Ask question = ask;
    question.wait_for(answer_bound);
    bool asked = false;
    ask.while_followed(quiet, [&] { asked = question.post(target, {}).has_value(); });
    const int ended = ask.follow(target, [&](std::string_view line) {
        boost::system::error_code error;
        const auto message = boost::json::parse(boost::json::string_view(line.data(), line.size()), error);
        if (error || text_at(message, "kind") != "message") return true;
        const auto report = boost::json::parse(base64_decode(text_at(message, "data")).value_or(""), error);
        const std::string from = text_at(message, "from");
        if (error || !report.is_object() || !is_printable(from)) return true;
        MemberKeys of{.keys = {}, .certificate = text_at(report, "certificate"), .until = number_at(report, "until")};
        for (const auto &key : list_at(report, "keys")) of.keys.emplace_back(key.is_string() ? key.get_string().c_str() : "");
        const auto odd = [](const std::string &text) { return !is_printable(text); };
        if (odd(of.certificate) || std::ranges::any_of(of.keys, odd)) return true;
        members[from] = std::move(of);
        all[from] = report;
        missing.erase(from);
        return members.size() < 2 || !missing.empty();
    });
    if (ended != exit_ok) return ended;
    if (!asked) return question.status();
    if (ask.json()) {
        std::cout << boost::json::serialize(boost::json::object{{"members", all}}) << '\n';
    } else {
        std::cout << mesh_keys_text(members, {missing.begin(), missing.end()});
    }
    return missing.empty() && !members.empty() ? exit_ok : exit_negative;
}

} // namespace kith::app
