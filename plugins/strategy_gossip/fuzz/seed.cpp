// SPDX-License-Identifier: MIT
//
// Writes the corpora anew: gossip_seed FOLDER. The seeds are what libcluster has sent, and what we send.
#include "../test/bytes.hpp"

#include "envelope.hpp"
#include "sealed_packet.hpp"

#include <filesystem>
#include <iostream>

using namespace gossip;
using test::heartbeat;

namespace {

std::filesystem::path root;

void seed(const std::string &target, const std::string &name, const std::string &content) {
    std::filesystem::create_directories(root / ("gossip_" + target));
    std::ofstream(root / ("gossip_" + target) / name, std::ios::binary) << content;
}

std::string raw(const std::string &packet) { return std::string(1, '\0') + packet; }
std::string inside(const std::string &plain) { return "\x01" + plain; }

std::string body(int kind, const std::string &name) {
    return test::bytes(
               {kind, 0, 0, static_cast<int>(name.size()), 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0}) +
           name;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::cerr << "usage: gossip_seed FOLDER\n";
        return 2;
    }
    root = argv[1];
    for (const int tag : {100, 115, 118, 119}) seed("plain", "tag" + std::to_string(tag), heartbeat("app@10.0.0.7", tag));
    seed("plain", "utf8", heartbeat("gr\xc3\xbc\xc3\x9f@host", 118));
    seed("plain", "longest", heartbeat("n@" + std::string(253, 'h')));
    seed("secret", "inside", inside(heartbeat("app@10.0.0.7")));
    seed("secret", "captured", raw(test::captured()[2].packet));
    const auto sealed = fuzz::as_secret(fuzz::bytes_of(heartbeat("app@10.0.0.7")));
    seed("secret", "sealed", raw(test::text_of(sealed)));
    seed("authenticated", "heartbeat", inside(body(1, "app@10.0.0.7")));
    seed("authenticated", "goodbye", inside(body(2, "app@10.0.0.7")));
    const auto proven = fuzz::as_authenticated(fuzz::bytes_of(body(1, "app@10.0.0.7")));
    seed("authenticated", "sealed", raw(test::text_of(proven)));
}
