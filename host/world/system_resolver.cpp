// SPDX-License-Identifier: MIT
#include "system_resolver.hpp"

#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <utility>

namespace kith::app {

namespace {

boost::asio::ip::address address_of(const addrinfo &one) {
    if (one.ai_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, one.ai_addr, sizeof in);
        return boost::asio::ip::address_v4(ntohl(in.sin_addr.s_addr));
    }
    sockaddr_in6 in{};
    std::memcpy(&in, one.ai_addr, sizeof in);
    boost::asio::ip::address_v6::bytes_type bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return boost::asio::ip::address_v6(bytes, in.sin6_scope_id);
}

Resolved look_up(const std::string &name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *list = nullptr;
    const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
    const int system = errno;
    if (error != 0) {
        const bool full = error == EAI_SYSTEM && (system == EMFILE || system == ENFILE);
        const std::string why = error == EAI_SYSTEM ? std::strerror(system) : ::gai_strerror(error);
        return {{}, full ? KITH_LIMIT : KITH_UNRESOLVED, "the host name " + name + " does not resolve: " + why};
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owned(list, ::freeaddrinfo);
    Resolved result;
    for (const addrinfo *one = list; one != nullptr; one = one->ai_next) {
        if (one->ai_family == AF_INET || one->ai_family == AF_INET6) result.addresses.push_back(address_of(*one));
    }
    if (result.addresses.empty()) return {{}, KITH_UNRESOLVED, "the host name " + name + " has no address"};
    result.status = KITH_OK;
    return result;
}

} // namespace

void SystemResolver::resolve(const std::string &name, const void *asker, Done done) {
    const auto [question, first] = questions_.try_emplace(name);
    question->second.askers.emplace(asker, std::move(done));
    if (!first) return;
    try {
        question->second.ticket = workers_.run(
            name, [name] { return look_up(name); },
            [this, name](const Resolved &resolved) {
                const auto asked = questions_.extract(name);
                for (const auto &[one, report] : asked.mapped().askers) report(resolved);
            });
    } catch (...) {
        questions_.erase(question);
        throw;
    }
}

void SystemResolver::forget(const void *asker) noexcept {
    for (auto question = questions_.begin(); question != questions_.end(); ++question) {
        auto &[name, asked] = *question;
        if (asked.askers.erase(asker) == 0) continue;
        if (asked.askers.empty()) {
            workers_.forget(asked.ticket);
            questions_.erase(question);
        }
        return;
    }
}

} // namespace kith::app
