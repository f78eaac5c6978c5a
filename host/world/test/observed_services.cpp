// SPDX-License-Identifier: MIT
//
// The engine and the testkit put an OperationObserver between the world and a plugin. It must know the tables of all services of the
// world that call the plugin: others would be called with the observer in place of the plugin's own `self`.
#include <host/world/asio_world.hpp>
#include <kith/hosting/operation_observer.hpp>
#include <kith/service/env.h>
#include <kith/service/random.h>

#include <boost/test/unit_test.hpp>

#include <array>

BOOST_AUTO_TEST_CASE(the_observer_knows_each_service_that_calls_the_plugin) {
    alignas(16) const std::array<unsigned char, 512> table{}; // any table, without functions
    kith::OperationObserver observer;
    int observed = 0;
    for (const std::string_view id : kith::app::AsioWorld::services()) {
        if (id == KITH_ENV || id == KITH_RANDOM) continue; // they only answer
        BOOST_TEST((observer.observe(id, &table) != &table), id);
        ++observed;
    }
    BOOST_TEST(observed > 10);
}
