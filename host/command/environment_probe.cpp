// SPDX-License-Identifier: MIT
#include "environment_probe.hpp"

#include "environment_probe_request.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace kith::app {

namespace {

constexpr std::uint16_t default_epmd_port = 4369;
constexpr std::uint16_t default_consul_port = 8500;
constexpr const char *service_account = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr const char *default_metadata = "http://169.254.169.254";

// Without the line end. Nothing, with errno, when it cannot be read.
std::optional<std::string> first_line(const std::string &path) {
    errno = 0;
    std::ifstream file(path);
    std::string line;
    if (!file || (!std::getline(file, line) && errno != 0)) return std::nullopt;
    return line;
}

template <class F>
F finding_with(F finding, std::string_view more) {
    finding.how += more;
    return finding;
}

std::string joined_by_comma(const std::vector<std::string> &words) {
    std::string out;
    for (const std::string &word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

BeamFinding probe_beam(const ProbeSettings &settings, Deadline deadline) {
    BeamFinding out;
    out.release_node = settings.environment("RELEASE_NODE").value_or("");
    out.found = !out.release_node.empty();
    out.epmd_port = default_epmd_port;
    std::string how = out.release_node.empty() ? "" : "RELEASE_NODE is " + out.release_node + "; ";
    if (const auto text = settings.environment("ERL_EPMD_PORT")) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out.epmd_port);
        if (error != std::errc() || end != text->data() + text->size() || out.epmd_port == 0)
            return finding_with(std::move(out), how + "ERL_EPMD_PORT is no port: " + *text);
    }
    ProbeReply reply;
    std::string place;
    for (const char *host : {"127.0.0.1", "::1"}) { // it listens on both, unless a machine lacks one
        ProbeReply answer = exchange(host, out.epmd_port, std::string_view("\0\1n", 3), deadline);
        if (!place.empty() && !answer.error.empty()) break; // the error at 127.0.0.1 is reported
        reply = std::move(answer);
        place = address_text(host, out.epmd_port);
        if (reply.error.empty()) break;
    }
    how += "EPMD at " + place;
    if (!reply.error.empty()) {
        how += ": " + reply.error;
    } else if (auto names = parse_epmd_names(reply.bytes); !names) {
        how += ": its reply is not that of an EPMD";
    } else {
        out.names = std::move(*names);
        how += out.names.empty() ? " lists no node" : " lists " + joined_by_comma(out.names);
    }
    out.found = out.found || !out.names.empty();
    out.how = std::move(how);
    return out;
}

KubernetesFinding probe_kubernetes(const ProbeSettings &settings) {
    KubernetesFinding out;
    const auto host = settings.environment("KUBERNETES_SERVICE_HOST");
    const std::string directory = settings.root + service_account;
    const auto token = first_line(directory + "/token");
    const std::string reason = errno == 0 ? "" : std::strerror(errno);
    out.how = host ? "KUBERNETES_SERVICE_HOST is " + *host : "KUBERNETES_SERVICE_HOST is not set";
    if (!token) {
        out.how += "; " + directory + "/token cannot be read: " + reason;
    } else if (token->empty()) {
        out.how += "; " + directory + "/token is empty";
    } else {
        out.pod_namespace = first_line(directory + "/namespace").value_or("");
        out.how += "; a service account is in " + directory;
        if (!out.pod_namespace.empty()) out.how += ", of the namespace " + out.pod_namespace;
        out.found = host.has_value();
    }
    return out;
}

// The DMI entry that shows it; empty: none does.
std::string ec2_hint(const std::string &root) {
    for (const char *file : {"/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/board_vendor"}) {
        if (first_line(root + file).value_or("") == "Amazon EC2") return root + file;
    }
    for (const char *file : {"/sys/class/dmi/id/bios_version", "/sys/hypervisor/uuid"}) { // instances on Xen
        const std::string line = first_line(root + file).value_or("");
        if (line.find("amazon") != std::string::npos || line.starts_with("ec2")) return root + file;
    }
    return {};
}

Ec2Finding probe_ec2(const ProbeSettings &settings, Deadline deadline) {
    Ec2Finding out;
    const std::string hint = ec2_hint(settings.root);
    const std::string url = settings.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(default_metadata);
    if (hint.empty() && !settings.ask_ec2) {
        out.how = settings.root + "/sys/class/dmi/id does not name Amazon EC2; nothing was sent to " + url + " (--ec2 asks it)";
        return out;
    }
    out.found = !hint.empty();
    out.how = hint.empty() ? "" : hint + " names Amazon EC2; ";
    const auto address = parse_http_address(url, 80);
    if (!address || address->tls)
        return finding_with(std::move(out), "the metadata service is not asked: " + url + " is no http:// URL");
    out.how += "the metadata service at " + address_text(address->host, address->port);
    const auto token = ask_http(*address, "PUT", "/latest/api/token",
                                "X-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 0\r\n", deadline);
    if (!token) return finding_with(std::move(out), ": " + token.error());
    const auto text = [](const std::string &body) { return body.find_first_of("\r\n") == std::string::npos; };
    if (token->status != 200 || !text(token->body))
        return finding_with(std::move(out), " gives no token: it replies with status " + std::to_string(token->status));
    const std::string header = "X-aws-ec2-metadata-token: " + token->body + "\r\n";
    const auto region = ask_http(*address, "GET", "/latest/meta-data/placement/region", header, deadline);
    if (!region) return finding_with(std::move(out), ": " + region.error());
    if (region->status != 200 || !text(region->body) || region->body.empty())
        return finding_with(std::move(out), " gives no region: it replies with status " + std::to_string(region->status));
    out.found = true;
    out.region = region->body;
    out.how += " names the region " + out.region;
    const auto tags = ask_http(*address, "GET", "/latest/meta-data/tags/instance", header, deadline);
    if (!tags || tags->status != 200) {
        out.how += "; it contains no tags of the instance";
        return out;
    }
    for (std::size_t from = 0; from < tags->body.size();) {
        const std::size_t end = std::min(tags->body.find('\n', from), tags->body.size());
        if (end != from) out.tags.push_back(tags->body.substr(from, end - from));
        from = end + 1;
    }
    out.how += "; tags of the instance: " + joined_by_comma(out.tags);
    return out;
}

void read_services(ConsulFinding &out, const boost::json::object &services) {
    for (const auto &[id, service] : services) {
        const auto *fields = service.if_object();
        const auto *name = fields == nullptr ? nullptr : fields->if_contains("Service");
        if (name == nullptr || !name->is_string()) continue;
        std::string text(name->get_string());
        if (std::find(out.services.begin(), out.services.end(), text) == out.services.end())
            out.services.push_back(std::move(text));
    }
    std::sort(out.services.begin(), out.services.end());
    if (!out.services.empty()) out.how += "; services registered there: " + joined_by_comma(out.services);
}

ConsulFinding probe_consul(const ProbeSettings &settings, Deadline deadline) {
    ConsulFinding out;
    const auto set = settings.environment("CONSUL_HTTP_ADDR");
    auto address = parse_http_address(set.value_or("127.0.0.1"), default_consul_port);
    if (!address) return finding_with(std::move(out), "CONSUL_HTTP_ADDR is " + *set + "; strategy consul uses http or https");
    if (settings.environment("CONSUL_HTTP_SSL").value_or("") == "true") address->tls = true;
    const std::string place = address_text(address->host, address->port);
    if (set) out.base_url = (address->tls ? "https://" : "http://") + place;
    if (address->host == "localhost") address->host = "127.0.0.1";
    in6_addr ignored{};
    const bool literal = ::inet_pton(AF_INET, address->host.c_str(), &ignored) == 1 ||
                         ::inet_pton(AF_INET6, address->host.c_str(), &ignored) == 1;
    if (address->tls || !literal) { // neither TLS nor the DNS is used here
        out.found = true;
        out.how = "CONSUL_HTTP_ADDR is " + *set + "; it was not asked, since " +
                  (address->tls ? "it uses TLS" : "it is no IP address");
        return out;
    }
    std::string header;
    if (const auto token = settings.environment("CONSUL_HTTP_TOKEN");
        token && token->find_first_of("\r\n") == std::string::npos)
        header = "X-Consul-Token: " + *token + "\r\n";
    out.how = (set ? "CONSUL_HTTP_ADDR, " : "") + place;
    const auto reply = ask_http(*address, "GET", "/v1/agent/services", header, deadline);
    if (!reply) return finding_with(std::move(out), ": " + reply.error());
    if (reply->status == 403) {
        out.found = out.needs_token = true;
        out.how += " refuses to list its services without a valid token (403)";
        return out;
    }
    boost::system::error_code error;
    const auto services = boost::json::parse(reply->body, error);
    if (reply->status != 200 || error || !services.is_object())
        return finding_with(std::move(out), " does not reply as an agent of Consul: status " + std::to_string(reply->status));
    out.found = true;
    out.how += " is an agent of Consul";
    read_services(out, services.get_object());
    return out;
}

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

} // namespace

std::optional<std::vector<std::string>> parse_epmd_names(std::string_view bytes) {
    if (bytes.size() < 4) return std::nullopt; // the port of the EPMD
    bytes.remove_prefix(4);
    std::vector<std::string> names;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view line = bytes.substr(0, end);
        const std::size_t at = line.rfind(" at port ");
        if (end == std::string_view::npos || !line.starts_with("name ") || at == std::string_view::npos || at < 6)
            return std::nullopt;
        const std::string_view name = line.substr(5, at - 5);
        const bool tool = name.starts_with("rem-") || name.starts_with("remsh") || name.starts_with("rabbitmqcli-");
        if (!tool) names.emplace_back(name);
        bytes.remove_prefix(end + 1);
    }
    std::sort(names.begin(), names.end());
    return names;
}

EnvironmentFindings probe_environment(const ProbeSettings &settings) {
    EnvironmentFindings out;
    const Deadline deadline = std::chrono::steady_clock::now() + settings.limit;
    out.host = host_name();
    {
        const std::jthread beam([&] { out.beam = probe_beam(settings, deadline); });
        const std::jthread ec2([&] { out.ec2 = probe_ec2(settings, deadline); });
        const std::jthread consul([&] { out.consul = probe_consul(settings, deadline); });
        out.kubernetes = probe_kubernetes(settings);
    }
    return out;
}

} // namespace kith::app
