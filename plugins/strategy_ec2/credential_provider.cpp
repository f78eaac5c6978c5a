// SPDX-License-Identifier: MIT
#include "credential_provider.hpp"

#include "credentials_parser.hpp"

namespace ec2 {

namespace {

using namespace std::chrono_literals;

constexpr Moment renew_before = 5min;            // AWS provides new credentials at least this long before the old ones expire
constexpr std::chrono::nanoseconds again = 1min; // delay after an early renewal failed
constexpr auto credentials_timeout = 5s;
constexpr std::uint64_t credentials_max_body = 65'536;

} // namespace

bool CredentialProvider::good() const {
    if (!have_) return false;
    if (!last_.expires || now() < *last_.expires - renew_before) return true;
    return now() < *last_.expires && clock_.monotonic() - asked_ < again;
}

bool CredentialProvider::invalidate() {
    have_ = false;
    return !settings_.fixed;
}

kith::task<kith::result<Credentials>> CredentialProvider::get() {
    if (settings_.fixed) co_return *settings_.fixed;
    if (good()) co_return last_;
    asked_ = clock_.monotonic();
    auto fresh = co_await fetch();
    if (!fresh) {
        if (!have_ || now() >= *last_.expires) co_return std::move(fresh).error();
        log_.warning("the credentials could not be renewed; the old ones are used until they expire: " + fresh.error().text);
        co_return last_;
    }
    // Used even if they seem expired: the local clock can be wrong, and AWS decides.
    last_ = *std::move(fresh);
    have_ = true;
    co_return last_;
}

kith::task<kith::result<Credentials>> CredentialProvider::fetch() {
    if (!settings_.container_url.empty()) co_return co_await from_container();
    co_return co_await from_role();
}

kith::task<kith::result<std::string>> CredentialProvider::container_token() {
    const std::string &path = settings_.container_token_file;
    std::string token = settings_.container_token;
    if (!path.empty()) {
        auto read = co_await file_.read(path, credentials_max_body);
        if (!read)
            co_return kith::error(read.status(), "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE " + path + ": " + read.error().text);
        token = std::move(read->bytes);
        while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
    }
    co_return token;
}

kith::task<kith::result<Credentials>> CredentialProvider::from_container() {
    const std::string &url = settings_.container_url;
    if (!client_.open()) {
        kith::http_settings with;
        with.flags = KITH_HTTP_PLAIN_AUTHORIZATION; // settings.cpp permits this only for local addresses
        auto opened = co_await http_.open(with);
        if (!opened) co_return std::move(opened).error();
        client_ = *std::move(opened);
    }
    auto token = co_await container_token();
    if (!token) co_return std::move(token).error();
    const kith::attribute field{"Authorization", *token};
    kith::http_request request;
    request.url = url;
    if (!token->empty()) request.fields = {&field, 1};
    request.timeout = credentials_timeout;
    request.max_body = credentials_max_body;
    auto answer = co_await client_.fetch(request);
    const std::string where = "credentials of the container: ";
    if (!answer) co_return kith::error(answer.status(), where + answer.error().text);
    if (answer->code != 200) {
        kith::error why = answer->refusal();
        why.text = where + why.text;
        if (answer->code == 404) why.text += ": the task or pod has no role";
        co_return why;
    }
    auto out = parse_credentials(answer->body);
    if (!out) co_return kith::error(out.status(), where + url + ": " + out.error().text);
    out->origin = "those of the container's role";
    co_return out;
}

kith::task<kith::result<Credentials>> CredentialProvider::from_role() {
    const std::string path = "iam/security-credentials/";
    auto role = co_await metadata_.get(path);
    if (!role && role.status() == KITH_NOT_FOUND)
        co_return kith::error(KITH_NOT_FOUND,
                              "no credentials: this instance has no role; attach an instance profile whose role allows "
                              "ec2:DescribeInstances, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    if (!role) co_return std::move(role).error();
    const std::string name = role->substr(0, role->find('\n'));
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@_-";
    if (name.empty() || name.size() > 128 || name.find_first_not_of(letters) != std::string::npos)
        co_return kith::error(KITH_PROTOCOL,
                              settings_.metadata + "/latest/meta-data/" + path + ": expected the name of a role");
    auto told = co_await metadata_.get(path + name);
    if (!told) co_return std::move(told).error();
    auto out = parse_credentials(*told);
    if (!out) co_return kith::error(out.status(), "credentials of role " + name + " of this instance: " + out.error().text);
    out->origin = "role " + name + " of this instance";
    co_return out;
}

} // namespace ec2
