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

} // namespace

Right right_of_authorization(std::string_view authorization, const ApiAccess &access) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return Right::none;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        const char c = authorization[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) return Right::none;
    }
    authorization.remove_prefix(scheme.size());
    const bool control = same_secret(authorization, access.control_token), read = same_secret(authorization, access.read_token);
    return control ? Right::control : read ? Right::read : Right::none;
}

} // namespace kith::app
