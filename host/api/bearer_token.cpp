// SPDX-License-Identifier: MIT
#include "bearer_token.hpp"

#include <array>
#include <cstring>

namespace kith::app {

namespace {

// Compares all bytes of both, filled up with zeros, whatever they are.
bool same_secret(std::string_view given, std::string_view secret) {
    if (given.size() > bearer_token_limit || secret.size() > bearer_token_limit) return false;
    std::array<unsigned char, bearer_token_limit> a{}, b{};
    if (!given.empty()) std::memcpy(a.data(), given.data(), given.size());
    if (!secret.empty()) std::memcpy(b.data(), secret.data(), secret.size());
    volatile unsigned difference = given.size() == secret.size() ? 0U : 1U;
    for (std::size_t i = 0; i < bearer_token_limit; ++i) difference = difference | static_cast<unsigned>(a[i] ^ b[i]);
    return difference == 0 && !secret.empty();
}

// What follows `Bearer `; empty when it is another scheme.
std::string_view token_of(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        const char c = authorization[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) return {};
    }
    return authorization.substr(scheme.size());
}

} // namespace

Right right_of_authorization(std::string_view authorization, const ApiAccess &access) {
    const std::string_view token = token_of(authorization);
    if (token.empty()) return Right::none;
    const bool control = same_secret(token, access.control_token), read = same_secret(token, access.read_token);
    return control ? Right::control : read ? Right::read : Right::none;
}

bool authorizes_messages(std::string_view authorization, const ApiAccess &access) {
    const std::string_view token = token_of(authorization);
    return !token.empty() && same_secret(token, access.messages_token);
}

} // namespace kith::app
