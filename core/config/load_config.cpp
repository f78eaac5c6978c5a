// SPDX-License-Identifier: MIT
#include <core/config/api_settings_reader.hpp>
#include <core/config/config_file_from_json.hpp>
#include <core/config/config_resolver.hpp>
#include <core/config/embedded_schema_json.hpp>
#include <core/config/interpolate.hpp>
#include <core/config/json_schema_validator.hpp>
#include <core/config/json_source_map.hpp>
#include <core/config/load_config.hpp>
#include <core/config/plugin_grants_reader.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include <stdexcept>

namespace kith::core {
namespace {

namespace json = boost::json;

json::parse_options dialect() {
    json::parse_options options;
    options.allow_comments = true;
    options.allow_trailing_commas = true;
    options.max_depth = json_depth_limit;
    return options;
}

// Reads the values of a text that scan_json has found to be well-formed. If Boost.JSON disagrees, its error is reported.
std::optional<json::value> parse(std::string_view text, DiagnosticCollector &collector) {
    json::stream_parser parser({}, dialect());
    boost::system::error_code code;
    std::size_t used = parser.write_some(text.data(), text.size(), code);
    if (!code && used < text.size()) code = json::error::extra_data;
    if (!code) parser.finish(code);
    if (code) {
        collector.error(static_cast<std::uint32_t>(used), {}, "this is not valid JSON here: " + code.message());
        return std::nullopt;
    }
    return parser.release();
}

// The first directory of systemd's $STATE_DIRECTORY.
std::string state_dir_of_service(const ConfigInputs &world) {
    if (!world.environment) return {};
    const std::string dirs = world.environment("STATE_DIRECTORY").value_or("");
    return dirs.substr(0, dirs.find(':'));
}

bool load_text(std::string_view text, const ConfigInputs &world, Config &config, DiagnosticCollector &collector) {
    Scan scan = scan_json(text);
    for (const auto &fault : scan.faults) collector.error(fault.at, fault.path, fault.message);
    if (!scan.well_formed) return false;
    auto root = parse(text, collector);
    if (!root) return false;
    if (!root->is_object()) {
        collector.error(scan.root.value_at, {}, "expected an object { ... } with the configuration");
        return false;
    }
    interpolate(*root, scan.root, world, collector);
    config_schema()->apply(*root, &scan.root, scan.root.value_at, {}, collector);
    ConfigFileContent file = config_file_from_json(*root, scan.root);
    if (file.state_dir.empty()) file.state_dir = state_dir_of_service(world);
    file.plugins.state_dir = file.state_dir;
    const PluginCatalogue catalogue = world.plugins ? world.plugins(file.plugins) : PluginCatalogue{};
    config.name = file.name;
    config.plugins = file.plugins;
    config.plugins.grants = read_plugin_grants(*root, scan.root, catalogue, collector);
    config.state_dir = file.state_dir;
    config.log = file.log;
    config.events = file.events;
    if (!collector.failed()) config.api = read_api_settings(*root, scan.root, collector);
    resolve_config(file, catalogue, world.file_fault, config, collector);
    return !collector.failed();
}

} // namespace

std::shared_ptr<const JsonSchemaValidator> config_schema() {
    static std::weak_ptr<const JsonSchemaValidator> held;
    if (auto known = held.lock()) return known;
    std::string error;
    auto parsed = JsonSchemaValidator::parse(config_schema_text, error);
    if (!parsed) throw std::logic_error("core/config/schema.json: " + error);
    auto made = std::make_shared<const JsonSchemaValidator>(std::move(*parsed));
    held = made;
    return made;
}

std::optional<Config> load(std::string_view file_name, std::string_view text, const ConfigInputs &world,
                           Diagnostics &diagnostics) {
    if (text.size() > config_size_limit) {
        diagnostics.errors.push_back(
            {std::string(file_name), 0, 0, "", "the file has " + std::to_string(text.size()) + " bytes; the limit is 16 MiB"});
        return std::nullopt;
    }
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3); // byte order mark
    DiagnosticCollector collector;
    Config config;
    config.file = file_name;
    const bool good = load_text(text, world, config, collector);
    collector.report(file_name, text, diagnostics);
    if (!good) return std::nullopt;
    return config;
}

} // namespace kith::core
