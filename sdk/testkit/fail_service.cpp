// SPDX-License-Identifier: MIT
#include <kith/testkit/fail_service.hpp>

#include "simulated_machine_body.hpp"

namespace kith::testkit {

void fail_service(SimulatedMachine &machine, std::string_view what, std::int32_t status) {
    auto &failing = machine.body().failing_services;
    if (status == KITH_OK) {
        failing.erase(std::string(what));
    } else {
        failing.insert_or_assign(std::string(what), status);
    }
}

// The status set for the function itself, otherwise that of its service.
std::int32_t SimulatedMachine::Body::failure_of(std::string_view what) const {
    for (const auto name : {what, what.substr(0, what.find('.'))}) {
        if (const auto found = failing_services.find(name); found != failing_services.end()) return found->second;
    }
    return KITH_OK;
}

} // namespace kith::testkit
