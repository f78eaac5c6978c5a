// SPDX-License-Identifier: MIT
#include "settings.hpp"

namespace consul {

namespace {

[[noreturn]] void refuse(const std::string &option, const std::string &what) {
    throw kith::error(KITH_INVALID, "option " + option + ": " + what);
}

std::string text_or_empty(const kith::options &options, const std::string &path) {
    return options.has(path) ? std::string(options.text(path)) : std::string();
}

std::vector<std::string> texts(const kith::options &options, const std::string &path) {
    std::vector<std::string> out;
    if (!options.has(path)) return out;
    for (const auto one : options.texts(path)) out.emplace_back(one);
    return out;
}

Endpoint endpoint_of(std::string_view name) {
    return name == "agent" ? Endpoint::agent : name == "catalog" ? Endpoint::catalog : Endpoint::health;
}

class Reader {
  public:
    Reader(const kith::options &options, Settings &out) : options_(options), out_(out) {}

    void entry(const std::string &path) {
        if (options_.type(path) == KITH_JSON_STRING) {
            const auto name = options_.text(path);
            if (name == "multisite") return multisite(path, {}, {"health"});
            return add(path, name, {});
        }
        Listing common;
        if (text_or_empty(options_, path + "/expected") == "host") common.expected = Expected::host;
        if (options_.has(path + "/passing")) common.passing = options_.flag(path + "/passing");
        if (options_.has(path + "/endpoint")) return add(path, options_.text(path + "/endpoint"), common);
        multisite(path, common, texts(options_, path + "/endpoints"));
    }

  private:
    void add(const std::string &path, std::string_view endpoint, Listing listing) {
        listing.endpoint = endpoint_of(endpoint);
        if (out_.by_id && listing.endpoint != Endpoint::agent)
            refuse("list_using" + path.substr(path.rfind('/')),
                   std::string(endpoint) + " requires service.name, but service.id is given");
        if (listing.endpoint == Endpoint::agent && listing.expected == Expected::host)
            refuse("list_using" + path.substr(path.rfind('/')),
                   "agent does not return the names of nodes; use `ip`, or another endpoint");
        if (listing.endpoint == Endpoint::agent && !out_.filter.empty())
            refuse("filter", "agent does not support filters; remove the option, or use health instead of agent");
        if (listing.endpoint != Endpoint::agent) listing.datacenter = text_or_empty(options_, "/dc");
        out_.listings.push_back(std::move(listing));
    }

    void multisite(const std::string &path, const Listing &common, const std::vector<std::string> &endpoints) {
        if (out_.by_id)
            refuse("list_using" + path.substr(path.rfind('/')), "multisite requires service.name, but service.id is given");
        std::vector<Listing> in_each;
        for (const auto &endpoint : endpoints) {
            in_each.push_back(common);
            in_each.back().endpoint = endpoint_of(endpoint);
        }
        const auto datacenters = texts(options_, path + "/datacenters");
        if (datacenters.empty()) return out_.multisites.push_back({std::move(in_each)});
        for (const auto &datacenter : datacenters) {
            for (Listing one : in_each) {
                one.datacenter = datacenter;
                out_.listings.push_back(std::move(one));
            }
        }
    }

    const kith::options &options_;
    Settings &out_;
};

std::optional<Registration> registration(const kith::options &options, const Settings &settings) {
    if (!options.has("/register")) return {};
    if (settings.by_id) refuse("register", "requires service.name, the name under which it is registered");
    Registration out;
    out.id = text_or_empty(options, "/register/id");
    out.address = text_or_empty(options, "/register/address");
    out.port = static_cast<std::uint16_t>(options.integer("/register/port"));
    out.tags = texts(options, "/register/tags");
    out.ttl = options.milliseconds("/register/ttl");
    out.deregister_after = options.milliseconds("/register/deregister_after");
    return out;
}

} // namespace

Settings read_settings(const kith::options &options) {
    Settings out;
    out.by_id = options.has("/service/id");
    out.service = options.text(out.by_id ? "/service/id" : "/service/name");
    out.url = options.text("/base_url");
    while (out.url.ends_with('/')) out.url.pop_back();
    out.token = text_or_empty(options, "/access_token");
    out.token_file = text_or_empty(options, "/token_file");
    if (!out.token.empty() && !out.token_file.empty()) refuse("token_file", "access_token is set, too; remove one of the two");
    out.filter = text_or_empty(options, "/filter");
    out.basename = text_or_empty(options, "/node_basename");
    out.authorities = text_or_empty(options, "/certificate_authority");
    out.insecure = options.flag("/disable_verify_ssl");
    out.interval = options.milliseconds("/polling_interval");
    out.wait = options.milliseconds("/wait");
    Reader reader(options, out);
    for (std::uint64_t i = 0; i < options.size("/list_using"); ++i) reader.entry("/list_using/" + std::to_string(i));
    out.registration = registration(options, out);
    return out;
}

} // namespace consul
