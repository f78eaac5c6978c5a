// SPDX-License-Identifier: MIT
#include "consul_http.hpp"

#include <algorithm>

namespace consul {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t largest_file = 1 << 20;    // bytes
constexpr std::uint64_t largest_answer = 32 << 20; // bytes

// The body of the response, if it is readable text.
std::string words(std::string_view body) {
    constexpr std::size_t longest = 300;
    std::string out(body.substr(0, longest));
    while (!out.empty() && (out.back() == '\n' || out.back() == '\r' || out.back() == ' ')) out.pop_back();
    const bool printable = std::ranges::all_of(out, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
    return out.empty() || !printable || out.front() == '<' ? std::string() : ": " + out;
}

} // namespace

kith::task<kith::result<void>> ConsulClient::read_into(const std::string &path, std::string &out) {
    auto got = co_await file_.read(path, largest_file);
    if (!got) {
        const bool named = got.error().text.find(path) != std::string::npos;
        co_return kith::error(got.status(), named ? got.error().text : path + ": " + got.error().text);
    }
    out = std::move(got->bytes);
    co_return kith::result<void>();
}

kith::task<kith::result<std::shared_ptr<kith::http_client>>> ConsulClient::open_client() {
    std::string authorities;
    if (!settings_.authorities.empty()) {
        if (auto got = co_await read_into(settings_.authorities, authorities); !got) co_return std::move(got).error();
    }
    if (http_client_ != nullptr && authorities == authorities_) co_return http_client_;
    kith::http_settings settings;
    settings.authorities = authorities;
    settings.flags = settings_.insecure ? KITH_HTTP_INSECURE : 0;
    settings.connect_timeout = 10s;
    auto opened = co_await http_.open(settings);
    if (!opened) co_return kith::error(opened.status(), settings_.url + ": " + opened.error().text);
    http_client_ = std::make_shared<kith::http_client>(*std::move(opened));
    authorities_ = std::move(authorities);
    co_return http_client_;
}

kith::task<kith::result<kith::http_answer>> ConsulClient::ask(const char *method, std::string path, std::string body,
                                                              Duration timeout) {
    std::string token = settings_.token;
    if (!settings_.token_file.empty()) {
        if (auto got = co_await read_into(settings_.token_file, token); !got) co_return std::move(got).error();
        while (!token.empty() && static_cast<unsigned char>(token.back()) <= 0x20) token.pop_back();
        if (token.empty())
            co_return kith::error(KITH_INVALID, settings_.token_file + ": the file is empty; expected an ACL token");
    }
    auto by = co_await open_client();
    if (!by) co_return std::move(by).error();
    const std::string url = settings_.url + path;
    std::vector<kith::attribute> fields{{"Accept", "application/json"}, {"User-Agent", "kith"}};
    if (!body.empty()) fields.push_back({"Content-Type", "application/json"});
    if (!token.empty()) fields.push_back({"X-Consul-Token", token});
    kith::http_request request;
    request.method = method;
    request.url = url;
    request.fields = fields;
    request.body = body;
    request.response_timeout = timeout;
    request.idle_timeout = 10s;
    request.timeout = timeout;
    request.max_body = largest_answer;
    co_return co_await (*by)->fetch(request);
}

std::string ConsulClient::required_token(Permission right) const {
    const std::string service = settings_.by_id ? R"(service_prefix "")" : "service \"" + settings_.service + "\"";
    return std::string(has_token() ? "a token" : "the option token_file, with a token") + " whose policy has " + service +
           (right == Permission::write ? R"( { policy = "write" })"
                                       : R"( { policy = "read" } and node_prefix "" { policy = "read" })");
}

kith::error ConsulClient::refused(const kith::http_answer &answer, Permission right) const {
    kith::error why = answer.refusal();
    why.text += words(answer.body);
    if (answer.code == 401 || answer.code == 403) why.text += "; expected " + required_token(right);
    if (answer.body.find("boolean expression") != std::string::npos) why.text += "; check the option filter";
    if (answer.code == 404) why.text += "; possibly this is not Consul's API";
    if (answer.code / 100 == 3) why.text += "; redirects are not followed; configure the target as base_url";
    return why;
}

kith::task<kith::result<kith::http_answer>> ConsulClient::get(std::string path, Duration timeout,
                                                              std::span<const std::uint32_t> also, Duration &retry_after) {
    auto answer = co_await ask("GET", std::move(path), {}, timeout);
    if (!answer) co_return std::move(answer).error();
    if (answer->code == 200 || std::ranges::find(also, answer->code) != also.end()) co_return answer;
    retry_after = answer->retry_after();
    co_return refused(*answer, Permission::read);
}

kith::task<kith::result<void>> ConsulClient::put(std::string path, std::string body, Duration timeout) {
    auto answer = co_await ask("PUT", std::move(path), std::move(body), timeout);
    if (!answer) co_return std::move(answer).error();
    if (answer->code != 200) co_return refused(*answer, Permission::write);
    co_return kith::result<void>();
}

} // namespace consul
