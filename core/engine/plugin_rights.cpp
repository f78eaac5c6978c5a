// SPDX-License-Identifier: MIT
#include <core/engine/plugin_rights.hpp>

#include <core/config/api_address.hpp>
#include <core/engine/address_class.hpp>
#include <kith/address.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace kith::core {

namespace {

namespace json = boost::json;

json::value parse(std::string_view text) {
    json::parse_options deep;
    deep.max_depth = 64;
    boost::system::error_code error;
    json::value out = json::parse(json::string_view(text), error, {}, deep);
    return error ? json::value() : out;
}

// Calls `function` with each string that is a value in it.
template <class F>
void each_string(const json::value &value, F &&function) {
    if (const auto *text = value.if_string()) function(std::string(text->data(), text->size()));
    if (const auto *array = value.if_array())
        for (const auto &one : *array) each_string(one, function);
    if (const auto *object = value.if_object())
        for (const auto &member : *object) each_string(member.value(), function);
}

std::string_view text_of(TenantRights::Transport transport) {
    return transport == TenantRights::Transport::tcp ? "tcp" : "udp";
}

} // namespace

void PluginRightsPolicy::update(const Config &config) {
    grants = config.plugins.grants;
    listeners.clear();
    ++revision;
    for (const ApiListener &one : config.api.listen)
        if (const auto address = parse_api_address(one.address)) listeners.push_back(plain_address(address->raw()));
}

std::vector<std::string> grants_of_file(const std::vector<FileGrants> &all, std::string_view file) {
    const auto found = std::ranges::find(all, file, &FileGrants::file);
    return found == all.end() ? std::vector<std::string>() : found->grants;
}

std::vector<std::string> configured_paths(std::string_view options, std::string_view schema) {
    std::set<std::string> author, operators;
    each_string(parse(schema), [&](std::string text) { author.insert(std::move(text)); });
    each_string(parse(options), [&](std::string text) {
        if (text.starts_with('/') && !author.contains(text)) operators.insert(std::move(text));
    });
    return {operators.begin(), operators.end()};
}

PluginRights::PluginRights(const PluginRightsPolicy &policy, std::string_view file, std::string_view options,
                           std::string_view schema, FirstRefusal first_refusal)
    : policy_(policy), file_(file), paths_(configured_paths(options, schema)), first_refusal_(std::move(first_refusal)) {
    read_grants();
}

void PluginRights::read_grants() {
    revision_ = policy_.revision;
    grants_.clear();
    std::string ignored; // the configuration was checked
    for (const std::string &text : grants_of_file(policy_.grants, file_))
        if (auto grant = parse_grant(text, ignored)) grants_.push_back(std::move(*grant));
}

template <class Covers>
bool PluginRights::is_granted(Covers &&covers) {
    if (revision_ != policy_.revision) read_grants();
    return std::ranges::any_of(grants_, covers);
}

// grant: what would permit it; empty: nothing does.
std::string PluginRights::refuse(Right right, std::string text, const std::string &grant) {
    text += grant.empty() ? ", which no grant can permit"
                          : "; to permit it, add \"" + grant + "\" to the list of \"" + file_ + "\" in plugins.grants";
    const unsigned bit = 1U << static_cast<unsigned>(right);
    if ((refused_ & bit) == 0 && first_refusal_) first_refusal_(text);
    refused_ |= bit;
    return text;
}

bool PluginRights::is_own_listener(const kith_address &plain) const {
    return std::ranges::any_of(policy_.listeners, [&](const kith_address &own) {
        if (own.port != plain.port) return false;
        return is_unspecified(own) || kith::address(own).host() == kith::address(plain).host();
    });
}

std::string PluginRights::judge_address(Right right, Transport transport, const kith_address &address, bool unspecified_too) {
    const kith_address plain = plain_address(address);
    const auto kind = transport == Transport::tcp ? PluginGrant::Kind::tcp : PluginGrant::Kind::udp;
    if (is_granted([&](const PluginGrant &grant) { return grant.kind == kind && grant.covers_address(plain); })) return {};
    std::string_view what = protected_class(plain);
    if (unspecified_too && is_unspecified(plain)) what = {};
    if (right == Right::reach && transport == Transport::tcp && what.empty() && is_own_listener(plain))
        what = "an address of kith's own API";
    if (what.empty()) return {};
    const std::string text = kith::address(plain).text();
    const std::string port = plain.port == 0 ? text.substr(0, text.size() - 1) + "*" : text; // to be granted: all ports
    return refuse(right, text + " is " + std::string(what) + ", which an isolated plugin may not use",
                  std::string(text_of(transport)) + ":" + port);
}

std::string PluginRights::why_not_reach(Transport transport, const kith_address &to) {
    return judge_address(Right::reach, transport, to, false);
}

std::string PluginRights::why_not_bind(Transport transport, const kith_address &local) {
    return judge_address(Right::bind, transport, local, true);
}

std::string PluginRights::why_not_open(std::string_view path) {
    if (std::ranges::find(paths_, path) != paths_.end()) return {};
    if (is_granted([&](const PluginGrant &grant) { return grant.covers_path(path); })) return {};
    std::string why;
    std::string grant = "file:" + std::string(path);
    if (!parse_grant(grant, why)) grant.clear();
    return refuse(Right::open, "the file " + std::string(path) + " is not the value of an option", grant);
}

std::string PluginRights::why_not_run(std::string_view path) {
    if (is_granted([](const PluginGrant &grant) { return grant.kind == PluginGrant::Kind::process; })) return {};
    return refuse(Right::run, "an isolated plugin may not run programs such as " + std::string(path), "process");
}

std::string PluginRights::why_not_read(std::string_view variable) {
    if (is_granted([&](const PluginGrant &grant) { return grant.kind == PluginGrant::Kind::env && grant.text == variable; }))
        return {};
    return refuse(Right::read, "an isolated plugin may not read the environment variable " + std::string(variable),
                  "env:" + std::string(variable));
}

} // namespace kith::core
