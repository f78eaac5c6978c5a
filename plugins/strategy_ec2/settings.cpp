// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include <algorithm>

namespace ec2 {

namespace {

[[noreturn]] void refuse(const std::string &what, const std::string &why) {
    throw kith::error(KITH_INVALID, what + ": " + why);
}

std::string text_or_empty(const kith::options &options, const char *path) {
    return options.has(path) ? std::string(options.text(path)) : std::string();
}

// An empty variable counts as not set.
std::string variable(const kith::env &env, std::string_view name) { return std::string(env.get(name).value_or("")); }

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

AddressType type(std::string_view name) {
    for (const auto one : {AddressType::public_ip, AddressType::private_dns, AddressType::public_dns, AddressType::ipv6}) {
        if (name == name_of(one)) return one;
    }
    return AddressType::private_ip;
}

std::vector<std::string> values(const kith::options &options) {
    std::vector<std::string> out;
    if (options.type("/ec2_tagvalue") == KITH_JSON_STRING) out.emplace_back(options.text("/ec2_tagvalue"));
    if (options.type("/ec2_tagvalue") == KITH_JSON_ARRAY) {
        for (const auto one : options.texts("/ec2_tagvalue")) out.emplace_back(one);
    }
    return out;
}

std::optional<Credentials> fixed(const kith::env &env) {
    Credentials out{.id = variable(env, "AWS_ACCESS_KEY_ID"),
                    .secret = variable(env, "AWS_SECRET_ACCESS_KEY"),
                    .token = variable(env, "AWS_SESSION_TOKEN"),
                    .origin = "AWS_ACCESS_KEY_ID of the environment"};
    if (out.id.empty() && out.secret.empty()) return std::nullopt;
    if (out.secret.empty())
        refuse("environment", "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; set both or none");
    if (out.id.empty()) refuse("environment", "AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not; set both or none");
    for (const std::string *one : {&out.id, &out.secret, &out.token}) {
        if (!std::ranges::all_of(*one, [](char c) { return c > 0x20 && c < 0x7f; }))
            refuse("environment",
                   "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN contains a space or a line end");
    }
    return out;
}

// Credentials are requested only over TLS or from local addresses.
std::string container_url(const kith::env &env) {
    if (const auto path = variable(env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); !path.empty()) {
        if (!path.starts_with('/'))
            refuse("environment", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path that begins with /");
        return "http://169.254.170.2" + path;
    }
    std::string url = variable(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (url.empty() || url.starts_with("https://")) return url;
    for (const std::string_view host :
         {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "127.0.0.1", "[::1]", "localhost"}) {
        const std::string begin = "http://" + std::string(host);
        if (url.starts_with(begin) && (url.size() == begin.size() || url[begin.size()] == '/' || url[begin.size()] == ':'))
            return url;
    }
    refuse("environment",
           "AWS_CONTAINER_CREDENTIALS_FULL_URI is " + url.substr(0, 200) +
               "; expected https://, or http:// to 169.254.170.2, 169.254.170.23, [fd00:ec2::23] or this machine");
}

// Chosen as in the AWS tools; not case-sensitive.
std::string usual_metadata(const kith::env &env) {
    const std::string mode = variable(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    const auto is = [&](std::string_view word) {
        return std::ranges::equal(mode, word, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    };
    if (mode.empty() || is("ipv4")) return "http://169.254.169.254";
    if (is("ipv6")) return "http://[fd00:ec2::254]";
    refuse("environment", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is " + mode.substr(0, 64) + "; expected IPv4 or IPv6");
}

void read_container(const kith::env &env, Settings &out) {
    out.container_url = container_url(env);
    if (out.container_url.empty()) return;
    out.container_token_file = variable(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (out.container_token_file.empty()) out.container_token = variable(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
}

} // namespace

Settings read_settings(const kith::options &options, const kith::env &env) {
    Settings out;
    out.tag = options.text("/ec2_tagname");
    out.values = values(options);
    out.naming.type = type(options.text("/ip_type"));
    if (options.has("/interface")) out.naming.interface = static_cast<unsigned>(options.integer("/interface"));
    out.naming.prefix = options.text("/app_prefix");
    out.naming.form = options.text("/ip_to_nodename");
    if (const auto fault = format_error(out.naming.form))
        refuse("option ip_to_nodename",
               *fault + "; expected a text with {app_prefix}, {ip}, {instance_id} or {zone}, such as {app_prefix}@{ip}");
    out.interval = options.milliseconds("/polling_interval");

    out.region = text_or_empty(options, "/region");
    for (const std::string_view name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (out.region.empty()) out.region = variable(env, name);
    }
    if (out.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
        refuse("environment", "AWS_REGION is " + out.region.substr(0, 64) + "; expected a region, such as eu-central-1");
    out.endpoint = without_slash(text_or_empty(options, "/endpoint"));
    out.metadata = text_or_empty(options, "/metadata");
    if (out.metadata.empty()) out.metadata = variable(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (out.metadata.empty()) out.metadata = usual_metadata(env);
    out.metadata = without_slash(out.metadata);

    out.fixed = fixed(env);
    if (!out.fixed) read_container(env, out);
    return out;
}

Endpoint endpoint_of(const Settings &settings, std::string_view region) {
    Endpoint out;
    out.url = settings.endpoint;
    if (out.url.empty())
        out.url = "https://ec2." + std::string(region) + (region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
    const auto host = out.url.find("://") + 3;
    const auto path = std::min(out.url.find('/', host), out.url.size());
    out.host = out.url.substr(host, path - host);
    std::ranges::transform(out.host, out.host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    // As in the header field Host.
    const std::string_view usual = out.url.starts_with("https:") ? ":443" : ":80";
    if (out.host.ends_with(usual)) out.host.resize(out.host.size() - usual.size());
    out.path = path < out.url.size() ? out.url.substr(path) : "/";
    if (path == out.url.size()) out.url += '/';
    return out;
}

std::string missing_settings(const Settings &settings) {
    std::string out;
    const auto add = [&](const char *what) { out.append(out.empty() ? "" : " and ").append(what); };
    if (settings.region.empty()) add("`region`");
    if (settings.values.empty()) add("`ec2_tagvalue`");
    if (!settings.fixed && settings.container_url.empty())
        add("AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY in the environment");
    return out;
}

} // namespace ec2
