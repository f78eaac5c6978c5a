// SPDX-License-Identifier: MIT
#include <tests/sim/scenario.hpp>

#include <core/config/json_schema_validator.hpp>
#include <core/config/json_source_map.hpp>
#include <core/config/name_suggestions.hpp>
#include <tests/sim/expectation_parser.hpp>
#include <tests/sim/fault_parser.hpp>
#include <tests/sim/host_selection_parser.hpp>
#include <tests/sim/json_cursor.hpp>
#include <tests/sim/scenario_schema.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace kith::sim {

namespace {

namespace json = boost::json;

constexpr std::size_t max_hosts = 100'000;

const core::JsonSchemaValidator &own_schema() {
    static const core::JsonSchemaValidator schema = [] {
        std::string error;
        auto parsed = core::JsonSchemaValidator::parse(scenario_schema, error);
        if (!parsed) throw std::logic_error("tests/sim/scenario.schema.json: " + error);
        return std::move(*parsed);
    }();
    return schema;
}

// The offset after the JSON value that begins at `at`. The text is well-formed.
std::size_t end_of_value(std::string_view text, std::size_t at) {
    int depth = 0;
    do {
        const char c = text[at];
        if (c == '"') {
            for (++at; text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
        } else if (c == '/' && text[at + 1] == '/') {
            at = text.find('\n', at);
        } else if (c == '/' && text[at + 1] == '*') {
            at = text.find("*/", at) + 1;
        } else {
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        }
        ++at;
    } while (depth > 0);
    return at;
}

class Reader {
  public:
    Reader(std::string_view text, const ReadFile &read_file, Scenario &out) : text_(text), read_file_(read_file), out_(out) {}

    void read(const JsonCursor &root) {
        out_.about = root.text("about");
        out_.seed = root["seed"].number();
        out_.duration = root.span("duration");
        const std::size_t config = read_config(root["config"]);
        root["hosts"].each_member([&](const std::string &name, const JsonCursor &group) { read_group(name, group, config); });
        read_network(root["network"]);
        const JsonCursor faults = root["faults"];
        for (std::size_t i = 0; i < faults.size(); ++i) out_.faults.push_back(parse_fault(faults[i], out_));
        const JsonCursor expect = root["expect"];
        for (std::size_t i = 0; i < expect.size(); ++i) out_.expectations.push_back(parse_expectation(expect[i], out_, text_));
        if (root.has("may_lose")) out_.may_lose = parse_host_selection(root["may_lose"], out_.hosts);
    }

  private:
    std::size_t read_config(const JsonCursor &at) {
        ConfigText config{out_.file, {}};
        if (at.value().is_string()) {
            const std::string named = at.text();
            const auto slash = out_.file.rfind('/');
            config.file = named.starts_with('/') || slash == std::string::npos ? named : out_.file.substr(0, slash + 1) + named;
            auto [text, error] = read_file_(config.file);
            if (!text) at.error("cannot read " + core::in_quotes(config.file) + ": " + error);
            config.text = std::move(text).value_or("{}");
        } else {
            config.text = text_;
            const auto end = end_of_value(text_, at.at());
            for (std::size_t i = 0; i < config.text.size(); ++i) {
                if ((i < at.at() || i >= end) && config.text[i] != '\n') config.text[i] = ' ';
            }
        }
        out_.configs.push_back(std::move(config));
        return out_.configs.size() - 1;
    }

    void read_group(const std::string &name, const JsonCursor &at, std::size_t config) {
        const std::size_t count = at.has("count") ? at["count"].number() : 1;
        if (out_.hosts.size() + count > max_hosts) return at.error("there are more than 100,000 hosts; that is the maximum");
        if (at.has("config")) config = read_config(at["config"]);
        auto first = testkit::Address::parse(at.has("address") ? at.text("address") : "10.0.0.1");
        if (!first)
            return at["address"].error("expected a numeric address such as 10.0.0.7, got " +
                                       core::in_quotes(at.text("address")));
        if (!at.has("address")) first = nth_address_after(*first, generated_);
        for (std::size_t i = 0; i < count; ++i) {
            HostSettings host;
            host.group = name;
            host.number = i + 1;
            host.name = at.has("count") ? name + std::to_string(i + 1) : name;
            host.address = nth_address_after(*first, i);
            host.config = config;
            read_span(at["start"], host.start_least, host.start_most);
            at["env"].each_member([&](const std::string &key, const JsonCursor &value) { host.env[key] = value.text(); });
            host.node = expand(at.text("node"), variables_of(host));
            const Texts names = variables_of(host);
            for (auto &[key, value] : host.env) value = expand(value, names);
            at["files"].each_member([&](const std::string &path, const JsonCursor &text) {
                if (!path.starts_with('/')) text.error("expected an absolute path, got " + core::in_quotes(path));
                host.files[path] = expand(text.text(), names);
            });
            host.epmd = read_epmd(at["epmd"], host);
            if (!addresses_.insert(host.address).second) {
                return at.error("the address " + host.address.text() + " of " + host.name + " is used by another host");
            }
            if (!nodes_.insert(host.node).second) {
                return at.error("the node " + core::in_quotes(host.node) + " of " + host.name +
                                " is used by another host; use `${ADDRESS}` or `${HOST}` in `node`");
            }
            out_.hosts.push_back(std::move(host));
        }
        if (!at.has("address")) generated_ += count;
    }

    static std::optional<std::vector<std::string>> read_epmd(const JsonCursor &at, const HostSettings &host) {
        if (at.value().is_bool() && !at.flag()) return std::nullopt;
        std::vector<std::string> names;
        if (at.value().is_bool()) names.push_back(host.node.substr(0, host.node.find('@')));
        for (std::size_t i = 0; i < at.size(); ++i) names.push_back(at[i].text());
        return names;
    }

    void read_network(const JsonCursor &at) {
        NetworkConditions &network = out_.network;
        if (at.has("delay")) read_span(at["delay"], network.delay.emplace().first, network.delay->second);
        network.loss = at["loss"].share();
        network.duplicate = at["duplicate"].share();
        network.reorder = at["reorder"].share();
        network.multicast = at["multicast"].flag();
        network.tick = at.span("tick");
    }

    static void read_span(const JsonCursor &at, Duration &least, Duration &most) {
        least = at.value().is_string() ? at.span() : at[0].span();
        most = at.value().is_string() ? least : at[1].span();
        if (most < least) at.error("expected the lower bound first: [" + to_text(most) + ", " + to_text(least) + "]");
    }

    std::string_view text_;
    const ReadFile &read_file_;
    Scenario &out_;
    std::size_t generated_ = 0;
    std::set<testkit::Address> addresses_;
    std::set<std::string> nodes_;
};

std::optional<json::value> parse(std::string_view text, core::DiagnosticCollector &findings) {
    json::parse_options dialect;
    dialect.allow_comments = true;
    dialect.allow_trailing_commas = true;
    dialect.max_depth = core::json_depth_limit;
    boost::system::error_code code;
    auto value = json::parse(text, code, {}, dialect);
    if (!code) return value;
    findings.error(0, {}, "this is not valid JSON: " + code.message());
    return std::nullopt;
}

bool read_text(std::string_view text, const ReadFile &read_file, Scenario &scenario, core::DiagnosticCollector &findings) {
    const core::Scan scan = core::scan_json(text);
    for (const auto &fault : scan.faults) findings.error(fault.at, fault.path, fault.message);
    if (!scan.well_formed) return false;
    auto root = parse(text, findings);
    if (!root) return false;
    if (!own_schema().apply(*root, &scan.root, scan.root.value_at, {}, findings)) return false;
    Reader(text, read_file, scenario).read({*root, &scan.root, {}, findings});
    return !findings.failed();
}

} // namespace

std::optional<Scenario> parse_scenario(std::string_view file_name, std::string_view text, const ReadFile &read_file,
                                       core::Diagnostics &diagnostics) {
    core::DiagnosticCollector findings;
    Scenario scenario;
    scenario.file = file_name;
    const bool good = read_text(text, read_file, scenario, findings);
    findings.report(file_name, text, diagnostics);
    if (!good) return std::nullopt;
    return scenario;
}

testkit::Address nth_address_after(testkit::Address address, std::size_t steps) {
    const std::size_t size = address.family == 4 ? 4 : 16;
    for (std::size_t i = 0; i < size; ++i) {
        std::uint8_t &byte = address.bytes.at(size - 1 - i);
        steps += byte;
        byte = static_cast<std::uint8_t>(steps & 0xff);
        steps >>= 8;
    }
    return address;
}

std::string expand(std::string_view text, const Texts &names) {
    std::string out;
    while (!text.empty()) {
        const auto open = text.find("${");
        const auto close = open == std::string_view::npos ? open : text.find('}', open);
        if (close == std::string_view::npos) break;
        out += text.substr(0, open);
        const auto known = names.find(std::string(text.substr(open + 2, close - open - 2)));
        out += known == names.end() ? text.substr(open, close + 1 - open) : std::string_view(known->second);
        text.remove_prefix(close + 1);
    }
    return out.append(text);
}

Texts variables_of(const HostSettings &host) {
    Texts names = host.env;
    names["HOST"] = host.name;
    names["GROUP"] = host.group;
    names["N"] = std::to_string(host.number);
    names["ADDRESS"] = host.address.text();
    if (!host.node.empty()) names["NODE"] = host.node;
    return names;
}

} // namespace kith::sim
