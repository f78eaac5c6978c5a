#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# boost::asio::ip::make_address takes an IPv6 address with the name of an interface that does not exist ("ff02::77%nope0") without an error, and drops
# the name: the scope is 0, and a group is then joined on whichever interface the kernel chooses. inet_pton with if_nametoindex, getaddrinfo
# and Python's ipaddress keep the name or report it. A misspelt interface in a configuration is noticed only when nobody is found. The scope has to be
# looked at after the call, or the name be resolved by if_nametoindex before it.
#
# Seen with libboost1.81-dev 1.81.0-5+deb12u1, g++ 12.2 (Debian 12):
#   fe80::1%lo: address fe80::1%lo, as scope the index of lo
#   fe80::1%nope0: address fe80::1, scope 0
#   join of ff02::77%nope0: Success
#   getaddrinfo of fe80::1%nope0: Name or service not known
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . && apt-get download -q libboost1.81-dev=1.81.0-5+deb12u1 >/dev/null 2>&1 && dpkg -x libboost1.81-dev_*.deb root)
cat >"$work/addresses.cpp" <<'CPP'
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>

#include <iostream>
#include <net/if.h>
#include <netdb.h>

namespace ip = boost::asio::ip;

int main() {
    for (const char *text : {"fe80::1%lo", "fe80::1%nope0"}) {
        const ip::address address = ip::make_address(text);
        const auto scope = address.to_v6().scope_id();
        std::cout << text << ": address " << address << ", "
                  << (scope != 0 && scope == if_nametoindex("lo") ? "as scope the index of lo" : "scope " + std::to_string(scope)) << '\n';
    }
    boost::asio::io_context io;
    ip::udp::socket socket(io, ip::udp::v6());
    boost::system::error_code error;
    socket.set_option(ip::multicast::join_group(ip::make_address_v6("ff02::77%nope0")), error);
    std::cout << "join of ff02::77%nope0: " << error.message() << '\n';
    addrinfo hints{}, *found = nullptr;
    hints.ai_flags = AI_NUMERICHOST;
    std::cout << "getaddrinfo of fe80::1%nope0: " << gai_strerror(getaddrinfo("fe80::1%nope0", nullptr, &hints, &found)) << '\n';
}
CPP
g++ -std=c++17 -I"$work/root/usr/include" -o "$work/addresses" "$work/addresses.cpp"
"$work/addresses" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
