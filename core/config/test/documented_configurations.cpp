// SPDX-License-Identifier: MIT
//
// config/: the tables of the reference are those of the schemas, and the examples are good. The plugins are the built ones.
// With KITH_UPDATE set, the tables are written anew.
#define BOOST_TEST_MODULE config_documents
#include <boost/test/unit_test.hpp>

#include <core/cluster/events/event_bus.hpp>
#include <core/config/editor_schema.hpp>
#include <core/config/json_schema_validator.hpp>
#include <core/config/load_config.hpp>
#include <core/config/options_reference.hpp>
#include <kith/hosting/plugin_kind.hpp>

#include <boost/json/parse.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace kith::core;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(KITH_SOURCE_DIR) / "config";

std::string read(const fs::path &file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string text(const kith_str &s) { return {s.data, static_cast<std::size_t>(s.size)}; }

struct Described {
    PluginInfo info;
    std::string summary;
};

std::vector<Described> plugins() {
    std::vector<Described> out;
    for (const auto *file : {KITH_DOCUMENTED_PLUGINS}) {
        void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
        BOOST_TEST_REQUIRE(library, dlerror());
        const auto *entry = static_cast<const kith_entry *>(dlsym(library, "kith_plugin_entry"));
        BOOST_TEST_REQUIRE(entry, file);
        for (std::uint32_t i = 0; i < entry->descriptor_count; ++i) {
            const auto &d = *entry->descriptors[i];
            Described one;
            one.info = {d.kind, text(d.id), {}, text(d.options), d.flags, d.prune};
            for (std::uint32_t a = 0; a < d.alias_count; ++a) one.info.aliases.push_back(text(d.aliases[a]));
            one.summary = text(d.summary);
            out.push_back(std::move(one));
        }
    }
    std::sort(out.begin(), out.end(), [](const auto &a, const auto &b) {
        return std::pair(a.info.kind, a.info.id) < std::pair(b.info.kind, b.info.id);
    });
    return out;
}

std::string generated(const std::string &name) {
    if (name != "plugins") return configuration_markdown(name);
    std::string out;
    for (const auto &plugin : plugins()) {
        out += (out.empty() ? "### " : "\n### ") + std::string(kith::plugin_kind_name(plugin.info.kind)) + " `" +
               plugin.info.id + "`\n\n";
        out += plugin.summary;
        for (const auto &alias : plugin.info.aliases) out += " It answers to `" + alias + "` too.";
        out += '\n';
        const auto table = options_markdown(plugin.info.schema);
        out += table.empty() ? "It has no options.\n" : '\n' + table;
    }
    return out;
}

// The text with what stands between the markers replaced by what is generated now.
std::string renewed(const std::string &document) {
    const std::string open = "<!-- generated: ";
    const std::string close = "<!-- end -->";
    std::string out;
    std::size_t at = 0;
    for (;;) {
        const auto begin = document.find(open, at);
        if (begin == std::string::npos) return out + document.substr(at);
        const auto name_end = document.find(" -->\n", begin);
        const auto end = document.find(close, begin);
        BOOST_TEST_REQUIRE((name_end != std::string::npos && end != std::string::npos));
        const auto name = document.substr(begin + open.size(), name_end - begin - open.size());
        const auto table = generated(name);
        BOOST_TEST(!table.empty(), name);
        out += document.substr(at, name_end + 5 - at) + table;
        at = end;
    }
}

struct Loaded {
    std::optional<Config> config;
    Diagnostics diagnostics;
};

Loaded load_text(const std::string &name, const std::string &text) {
    ConfigInputs world;
    world.environment = [](const std::string &) { return std::nullopt; };
    world.read_file = [](const std::string &, std::size_t) { return FileText{"a secret", {}, false}; };
    world.plugins = [](const PluginSettings &) {
        PluginCatalogue catalogue;
        for (auto &plugin : plugins()) catalogue.installed.push_back(std::move(plugin.info));
        return catalogue;
    };
    Loaded out;
    out.config = load(name, text, world, out.diagnostics);
    // True of every configuration with such a strategy, however good.
    std::erase_if(out.diagnostics.warnings, [](const Diagnostic &warning) {
        return warning.message.find("does not authenticate what it observes") != std::string::npos;
    });
    return out;
}

Diagnostics diagnostics_of(const fs::path &file) { return load_text(file.filename().string(), read(file)).diagnostics; }

Loaded of_application(const std::string &application, const std::string &policy) {
    return load_text("kith.json",
                     R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["b@h"]}, "connector": "erlang",
        "connector_config": {"application": ")" +
                         application + R"("}, "policy": {)" + policy + "}}}}");
}

} // namespace

BOOST_AUTO_TEST_CASE(the_reference_is_up_to_date) {
    const auto document = read(folder / "README.md");
    const auto wanted = renewed(document);
    if (std::getenv("KITH_UPDATE"))
        std::ofstream(folder / "README.md", std::ios::binary) << wanted;
    else
        BOOST_TEST((document == wanted), "config/README.md is not what the schemas say; run this test with KITH_UPDATE=1");
}

BOOST_AUTO_TEST_CASE(the_bound_of_the_ring_in_bytes_is_in_the_reference) {
    const std::string bound = "never take more than " + std::to_string(EventBusLimits{}.bytes >> 20U) + " MiB";
    BOOST_TEST(read(folder / "README.md").find(bound) != std::string::npos, bound);
}

BOOST_AUTO_TEST_CASE(the_examples_are_valid) {
    std::size_t count = 0;
    for (const auto &entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        ++count;
        BOOST_TEST(to_text(diagnostics_of(entry.path())) == "");
        BOOST_TEST(read(folder / "README.md").find("(" + entry.path().filename().string() + ")") != std::string::npos,
                   entry.path().filename().string() + " is not in config/README.md");
    }
    BOOST_TEST(count >= 5u);
}

// A disconnected member of an application's cluster is removed from all of it, for good.
BOOST_AUTO_TEST_CASE(an_application_warns_of_what_disconnect_means_to_its_cluster) {
    const std::pair<const char *, const char *> meanings[] = {
        {"rabbitmq", "a peer that is gone is removed from the whole cluster of RabbitMQ"},
        {"ejabberd", "a peer that is gone is removed from the whole cluster of ejabberd"},
        {"partisan", "a peer that is gone is removed from the membership of all nodes of Partisan"},
        {"partisan_hyparview", "HyParView has no function that removes a peer"}};
    for (const auto &[application, meaning] : meanings) {
        const auto warned = to_text(of_application(application, R"("prune": "disconnect")").diagnostics);
        BOOST_TEST(warned.starts_with("kith.json:2:"), application << ": " << warned);
        BOOST_TEST(warned.find("warning: topologies.t.policy.prune: " + std::string(meaning)) != std::string::npos, warned);
        for (const auto *harmless : {"", R"("prune": "keep")", R"("prune": "report")"})
            BOOST_TEST(to_text(of_application(application, harmless).diagnostics) == "");
    }
    BOOST_TEST(to_text(of_application("none", R"("prune": "disconnect")").diagnostics) == "");
}

BOOST_AUTO_TEST_CASE(an_application_gives_the_policy_other_defaults) {
    const auto policy_of = [](const char *application, const std::string &policy = {}) {
        const auto loaded = of_application(application, policy);
        BOOST_TEST_REQUIRE(loaded.config.has_value(), to_text(loaded.diagnostics));
        return loaded.config->topologies[0].policy;
    };
    for (const auto *application : {"rabbitmq", "ejabberd"}) {
        BOOST_TEST(policy_of(application).first_looks == 2u);
        BOOST_TEST((policy_of(application).connect_timeout == std::chrono::minutes(2)));
        BOOST_TEST(policy_of(application, R"("first_looks": 1)").first_looks == 1u);
    }
    BOOST_TEST(policy_of("partisan").links == 0u);
    BOOST_TEST(!policy_of("partisan").bridge);
    BOOST_TEST(policy_of("partisan_hyparview").links == 1u);
    BOOST_TEST(policy_of("partisan_hyparview").bridge);
    BOOST_TEST(!policy_of("partisan_hyparview", R"("bridge": false)").bridge);
    Policy links_alone;
    links_alone.prune = Prune::keep;
    BOOST_TEST((policy_of("none") == links_alone));
}

BOOST_AUTO_TEST_CASE(the_mesh_gets_all_its_peers_at_once_unless_the_policy_has_a_limit) {
    for (const auto &[policy, expected] : {std::pair{"", 256u}, std::pair{R"("connect_parallel": 16)", 16u}}) {
        const auto loaded = load_text("kith.json", R"({"topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["b@h"]},
            "connector": "mesh", "connector_config": {"node": "a@h", "cluster": "c", "plain": true}, "policy": {)" +
                                                       std::string(policy) + "}}}}");
        BOOST_TEST_REQUIRE(loaded.config.has_value(), to_text(loaded.diagnostics));
        BOOST_TEST(loaded.config->topologies[0].policy.connect_parallel == expected);
    }
}

BOOST_AUTO_TEST_CASE(the_editor_schema_accepts_the_examples) {
    PluginCatalogue catalogue;
    for (auto &plugin : plugins()) catalogue.installed.push_back(std::move(plugin.info));
    const auto schema = boost::json::parse(editor_schema(catalogue));
    boost::json::parse_options options;
    options.allow_comments = options.allow_trailing_commas = true;
    for (const auto &entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        const auto complaints = valijson_complaints(schema, boost::json::parse(read(entry.path()), {}, options), KeyPath());
        BOOST_TEST(complaints.empty(), entry.path().string() << ": " << (complaints.empty() ? "" : complaints.front().text));
    }
}

BOOST_AUTO_TEST_CASE(the_configurations_in_the_readmes_are_valid) {
    const std::string open = "```json";
    for (const auto &entry : fs::recursive_directory_iterator(fs::path(KITH_SOURCE_DIR) / "plugins")) {
        if (entry.path().filename() != "README.md") continue;
        const auto document = read(entry.path());
        for (auto at = document.find(open); at != std::string::npos; at = document.find(open, at + 1)) {
            const auto begin = document.find('\n', at) + 1;
            const auto block = document.substr(begin, document.find("```", begin) - begin);
            if (block.find("\"topologies\"") == std::string::npos) continue;
            const auto copy =
                fs::temp_directory_path() / ("kith_readme_" + std::to_string(std::hash<std::string>()(block)) + ".json");
            std::ofstream(copy) << block;
            auto diagnostics = diagnostics_of(copy);
            fs::remove(copy);
            std::erase_if(diagnostics.errors,
                          [](const auto &e) { return e.message.find("environment variable") != std::string::npos; });
            diagnostics.warnings.clear();
            BOOST_TEST(to_text(diagnostics) == "", entry.path().string() << ": " << to_text(diagnostics));
        }
    }
}
