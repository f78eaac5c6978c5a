// SPDX-License-Identifier: MIT
#include "signature_v4.hpp"

#include "sha256.hpp"

#include <algorithm>
#include <vector>

namespace ec2 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

Digest hmac(const Digest &key, std::string_view text) {
    return hmac_sha256(std::string_view(reinterpret_cast<const char *>(key.data()), key.size()), text);
}

std::string hex(const Digest &digest) {
    constexpr std::string_view letters = "0123456789abcdef";
    std::string out;
    for (const unsigned char c : digest) (out += letters[c >> 4U]) += letters[c & 15U];
    return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Trims the value and replaces consecutive spaces by one.
std::string trimmed(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
        out += c;
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

std::string canonical_path(std::string_view path) {
    std::string out;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        out += encode(path.substr(at, end - at));
        if (end < path.size()) out += '/';
        at = end + 1;
    }
    return out;
}

std::string canonical_query(std::span<const kith::attribute> query) {
    std::vector<std::pair<std::string, std::string>> sorted;
    for (const auto &[name, value] : query) sorted.emplace_back(encode(name), encode(value));
    std::ranges::sort(sorted);
    std::string out;
    for (const auto &[name, value] : sorted) out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
    return out;
}

} // namespace

std::string encode(std::string_view text) {
    constexpr std::string_view letters = "0123456789ABCDEF";
    constexpr std::string_view marks = "-._~";
    std::string out;
    for (const char c : text) {
        const bool plain =
            (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || marks.find(c) != std::string_view::npos;
        const auto byte = static_cast<unsigned char>(c);
        if (plain) {
            out += c;
        } else {
            ((out += '%') += letters[byte >> 4U]) += letters[byte & 15U];
        }
    }
    return out;
}

std::string authorization(const CanonicalRequest &request, const CredentialScope &scope, const Credentials &with) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto &[name, value] : request.fields) {
        std::string small(name);
        std::ranges::transform(small, small.begin(), lower);
        fields.emplace_back(std::move(small), trimmed(value));
    }
    std::ranges::sort(fields);

    std::string canonical, names;
    canonical.append(request.method).append("\n").append(canonical_path(request.path)).append("\n");
    canonical.append(canonical_query(request.query)).append("\n");
    for (const auto &[name, value] : fields) {
        canonical.append(name).append(":").append(value).append("\n");
        names.append(names.empty() ? "" : ";").append(name);
    }
    canonical.append("\n").append(names).append("\n").append(hex(sha256(request.body)));

    const std::string_view day = scope.time.substr(0, 8);
    std::string place;
    for (const std::string_view part : {day, scope.region, scope.service}) place.append(part).append("/");
    place += "aws4_request";
    std::string signable(algorithm);
    signable.append("\n").append(scope.time).append("\n").append(place).append("\n").append(hex(sha256(canonical)));

    Digest key = hmac_sha256("AWS4" + with.secret, day);
    for (const std::string_view part : {scope.region, scope.service, std::string_view("aws4_request")}) key = hmac(key, part);

    std::string out(algorithm);
    out.append(" Credential=").append(with.id).append("/").append(place).append(", SignedHeaders=").append(names);
    return out.append(", Signature=").append(hex(hmac(key, signable)));
}

} // namespace ec2
