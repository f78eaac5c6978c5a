// SPDX-License-Identifier: MIT
#include <kith/testkit/fail_each.hpp>

#include <stdexcept>
#include <string>

namespace kith::testkit {

std::uint64_t fail_each(const std::function<void(SimNet &)> &scenario, FailEach how) {
    for (std::uint64_t n = 1; n <= how.most; ++n) {
        SimNet net(how.seed);
        net.fail_call(n, how.status);
        try {
            scenario(net);
        } catch (const std::exception &error) {
            throw std::runtime_error((net.fault().empty() ? "no call failing" : net.fault()) + ": " + error.what());
        }
        if (net.fault().empty()) return n - 1;
    }
    throw std::runtime_error("fail_each: the scenario makes more than " + std::to_string(how.most) + " calls");
}

} // namespace kith::testkit
