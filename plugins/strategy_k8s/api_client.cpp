// SPDX-License-Identifier: MIT
#include "api_client.hpp"

#include "kubeconfig.hpp"

namespace k8s {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t largest_file = 1 << 20;

void trim(std::string &text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
}

} // namespace

kith::task<kith::result<void>> ApiClient::read_into(std::string path, std::string &out) {
    auto got = co_await file_.read(path, largest_file);
    if (!got) {
        const bool named = got.error().text.find(path) != std::string::npos;
        co_return kith::error(got.status(), named ? got.error().text : path + ": " + got.error().text);
    }
    out = std::move(got->bytes);
    co_return kith::result<void>();
}

kith::task<kith::result<ApiServerAccess>> ApiClient::read_service_account() {
    ApiServerAccess out;
    out.server = settings_.server;
    out.insecure = settings_.insecure;
    auto token = co_await read_into(settings_.account + "/token", out.token);
    if (!token && (token.status() != KITH_NOT_FOUND || out.server.starts_with("https:"))) {
        if (token.status() == KITH_NOT_FOUND)
            token.error().text += "; expected the token of a service account: check that kith runs in a pod and that "
                                  "automountServiceAccountToken is true. Outside of a cluster configure `kubeconfig`";
        co_return std::move(token).error();
    }
    trim(out.token);
    if (auto authorities = co_await read_into(settings_.account + "/ca.crt", out.authorities);
        !authorities && authorities.status() != KITH_NOT_FOUND)
        co_return std::move(authorities).error();
    if (settings_.namespaces.empty()) {
        if (auto name = co_await read_into(settings_.account + "/namespace", out.name_space); !name) {
            name.error().text += "; configure `kubernetes_namespace`";
            co_return std::move(name).error();
        }
        trim(out.name_space);
    }
    co_return out;
}

kith::task<kith::result<ApiServerAccess>> ApiClient::read_kubeconfig() {
    std::string text;
    if (auto got = co_await read_into(settings_.kubeconfig, text); !got) co_return std::move(got).error();
    auto config = parse_kubeconfig(text, settings_.context);
    if (!config) co_return kith::error(config.status(), settings_.kubeconfig + ": " + config.error().text);

    ApiServerAccess &out = config->access;
    const std::string folder = settings_.kubeconfig.substr(0, settings_.kubeconfig.rfind('/') + 1);
    const std::pair<std::string *, std::string *> files[] = {{&config->authorities_file, &out.authorities},
                                                             {&config->certificate_file, &out.certificate},
                                                             {&config->key_file, &out.key},
                                                             {&config->token_file, &out.token}};
    for (const auto &[name, to] : files) {
        if (name->empty()) continue;
        // A separate statement, because GCC 12 destroys the temporary of ?: within a co_await twice.
        const std::string path = name->front() == '/' ? *name : folder + *name;
        if (auto got = co_await read_into(path, *to); !got) co_return std::move(got).error();
    }
    trim(out.token);
    if (out.insecure && !settings_.insecure)
        co_return kith::error(KITH_DENIED, settings_.kubeconfig +
                                               ": it sets insecure-skip-tls-verify; use certificate-authority instead, "
                                               "or also set the option insecure_skip_tls_verify");
    out.insecure = settings_.insecure;
    co_return std::move(out);
}

kith::task<kith::result<ApiServerAccess>> ApiClient::read() {
    if (settings_.kubeconfig.empty()) co_return co_await read_service_account();
    co_return co_await read_kubeconfig();
}

kith::task<kith::result<std::string>> ApiClient::default_namespace() {
    auto with = co_await read();
    if (!with) co_return std::move(with).error();
    co_return std::move(with->name_space);
}

kith::task<kith::result<std::shared_ptr<kith::http_client>>> ApiClient::open_client(const ApiServerAccess &with) {
    if (http_client_ != nullptr && last_.same_connection(with)) co_return http_client_;
    kith::http_settings settings;
    settings.authorities = with.authorities;
    settings.certificate = with.certificate;
    settings.key = with.key;
    settings.server_name = with.server_name;
    settings.proxy = with.proxy;
    settings.flags = with.insecure ? KITH_HTTP_INSECURE : 0;
    settings.connect_timeout = 10s;
    settings.response_timeout = 30s;
    settings.idle_timeout = 30s;
    auto opened = co_await http_.open(settings);
    if (!opened) co_return kith::error(opened.status(), with.server + ": " + opened.error().text);
    http_client_ = std::make_shared<kith::http_client>(*std::move(opened));
    last_ = with;
    co_return http_client_;
}

kith::task<kith::result<ApiResponse>> ApiClient::get(std::string path, RequestLimits patience) {
    auto with = co_await read();
    if (!with) co_return std::move(with).error();
    auto by = co_await open_client(*with);
    if (!by) co_return std::move(by).error();

    const std::string url = with->server + path;
    std::vector<kith::attribute> fields{{"Accept", "application/json"}, {"User-Agent", "kith"}};
    if (!with->token.empty()) fields.push_back({"Authorization", "Bearer " + with->token});
    kith::http_request request;
    request.url = url;
    request.fields = fields;
    request.idle_timeout = patience.idle;
    request.timeout = patience.whole;
    request.max_body = patience.most;
    auto response = co_await (*by)->request(request);
    if (!response) co_return std::move(response).error();
    co_return ApiResponse{*by, *std::move(response), url.substr(0, url.find('?'))};
}

} // namespace k8s
