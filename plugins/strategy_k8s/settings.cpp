// SPDX-License-Identifier: MIT
#include "settings.hpp"

namespace k8s {

namespace {

[[noreturn]] void refuse(const std::string &option, const std::string &what) {
    throw kith::error(KITH_INVALID, "option " + option + ": " + what);
}

std::string text_or_empty(const kith::options &options, const char *path) {
    return options.has(path) ? std::string(options.text(path)) : std::string();
}

std::vector<std::string> namespaces(const kith::options &options) {
    std::vector<std::string> out;
    if (!options.has("/kubernetes_namespace")) return out;
    if (options.type("/kubernetes_namespace") == KITH_JSON_STRING) {
        out.emplace_back(options.text("/kubernetes_namespace"));
    } else {
        for (std::uint64_t i = 0; i < options.size("/kubernetes_namespace"); ++i)
            out.emplace_back(options.text("/kubernetes_namespace/" + std::to_string(i)));
    }
    for (const auto &one : out) {
        if (one.empty())
            refuse("kubernetes_namespace",
                   "expected the name of a namespace; omit the option to use the namespace of the service account");
    }
    return out;
}

std::string server(const kith::options &options, const kith::env &env) {
    std::string out = text_or_empty(options, "/kubernetes_master");
    if (out.empty()) {
        const auto host = env.get(host_variable);
        if (!host || host->empty()) return "https://kubernetes.default.svc";
        const bool bare_v6 = host->find(':') != std::string_view::npos && !host->starts_with('[');
        out = bare_v6 ? "[" + std::string(*host) + "]" : std::string(*host);
        out.append(":").append(env.get(port_variable).value_or("443"));
    }
    if (out.find("://") == std::string::npos) out.insert(0, "https://");
    while (out.ends_with('/')) out.pop_back();
    return out;
}

std::string domain(const kith::options &options, const kith::env &env) {
    std::string out(env.get(domain_variable).value_or("cluster.local"));
    if (options.has("/kubernetes_cluster_name")) out = std::string(options.text("/kubernetes_cluster_name")) + ".local";
    while (out.ends_with('.')) out.pop_back();
    return out;
}

} // namespace

Settings read_settings(const kith::options &options, const kith::env &env) {
    Settings out;
    const auto lookup = options.text("/kubernetes_ip_lookup_mode");
    out.lookup = lookup == "pods" ? Lookup::pods : lookup == "endpointslices" ? Lookup::endpointslices : Lookup::endpoints;
    const auto mode = options.text("/mode");
    out.naming.mode = mode == "dns" ? Mode::dns : mode == "hostname" ? Mode::hostname : Mode::ip;
    out.naming.base = options.text("/kubernetes_node_basename");
    out.naming.service = text_or_empty(options, "/kubernetes_service_name");
    out.naming.domain = domain(options, env);
    if (out.naming.mode == Mode::hostname && out.naming.service.empty())
        refuse("kubernetes_service_name", "required with mode hostname: the headless Service of the pods");
    out.selector = options.text("/kubernetes_selector");
    out.namespaces = namespaces(options);
    out.server = server(options, env);
    out.account = options.text("/kubernetes_service_account_path");
    while (out.account.size() > 1 && out.account.ends_with('/')) out.account.pop_back();
    out.kubeconfig = text_or_empty(options, "/kubeconfig");
    out.context = text_or_empty(options, "/context");
    if (!out.context.empty() && out.kubeconfig.empty()) refuse("context", "requires the option `kubeconfig`");
    if (!out.kubeconfig.empty() && options.has("/kubernetes_master"))
        refuse("kubernetes_master", "the kubeconfig contains the API server, too; remove one of the two options");
    out.insecure = options.flag("/insecure_skip_tls_verify");
    out.cached = options.flag("/kubernetes_use_cached_resources");
    out.interval = options.milliseconds("/polling_interval");
    return out;
}

} // namespace k8s
