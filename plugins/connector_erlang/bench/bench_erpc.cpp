// SPDX-License-Identifier: MIT
//
// Calls of a function in a real node, 64 at a time: the protocol's code on a blocking socket against a plain C client on another, by
// turns against the same node. Prints a line for tests/bench/run.
#include "../test/real/beam.hpp"
#include "../test/real/client.hpp"
#include "plain_client.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace kith::erlang;
using namespace kith::erlang::test;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint32_t calls = 20000;
constexpr std::uint32_t window = 64;
constexpr int runs = 11;
constexpr const char *cookie = "a-cookie-for-benches";

double rate(Clock::duration took) { return calls / std::chrono::duration<double>(took).count(); }

double ours(Client &client) {
    std::string nil;
    etf::Writer(nil).nil();
    std::uint32_t sent = 0;
    std::uint32_t done = 0;
    client.on_answer = [&](const Calls::Answer &answer) {
        if (answer.outcome != Calls::Outcome::returned) throw std::runtime_error("a call failed");
        ++done;
    };
    const auto begun = Clock::now();
    while (done < calls) {
        for (; sent < calls && sent - done < window; ++sent) client.calls.begin(client.out, "erlang", "node", nil);
        client.turn();
    }
    return rate(Clock::now() - begun);
}

double plain(int socket, const char *name) {
    const auto begun = Clock::now();
    if (plain_calls(socket, name, calls, window) != 0) throw std::runtime_error("the plain client failed");
    return rate(Clock::now() - begun);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

int main() try {
    const Directory home;
    const Epmd epmd(home);
    const Beam beam(epmd, "bench", cookie);
    Client client(beam.port(), config_for(beam.name(), cookie));
    const char *name = "plain@127.0.0.1";
    const int socket = plain_connect(beam.port(), name, cookie);
    if (socket < 0) throw std::runtime_error("the plain client does not get in");
    ours(client);
    plain(socket, name);
    std::vector<double> of_ours;
    std::vector<double> of_plain;
    for (int i = 0; i < runs; ++i) {
        of_ours.push_back(ours(client));
        of_plain.push_back(plain(socket, name));
    }
    std::printf("erpc, window of 64, against a BEAM (beside it: a plain C client)\t%.0f\t1/s\t%d\t>= 0.9 x\t%.2f\n",
                median(of_ours), runs, median(of_ours) / median(of_plain));
    ::close(socket);
    return 0;
} catch (const std::exception &e) {
    std::fprintf(stderr, "bench_erpc: %s\n", e.what());
    return 1;
}
