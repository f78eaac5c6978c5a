// SPDX-License-Identifier: MIT
//
// A strategy whose tasks are those of the test, and a host that completes what the test tells it to.
#pragma once

#include "fake_host.hpp"

#include <kith/signal.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kith::test {

using namespace std::chrono_literals;

/// A strategy whose tasks are the test's.
class Probe : public kith::strategy {
  public:
    static constexpr kith::about about{.id = "probe", .version = "1.0.0", .licence = "MIT", .summary = "For tests."};
    using required = kith::services<kith::timer, kith::tcp>;
    using Script = std::function<kith::task<>(Probe &)>;

    static inline Script on_run, on_farewell;
    static inline std::function<void(Probe &)> on_refresh, on_create;

    explicit Probe(kith::host h) : strategy(h), host(h), timer(h), tcp(h), wake(h), numbers(h) {
        if (on_create) on_create(*this);
    }
    kith::task<> run() override { return on_run ? on_run(*this) : strategy::run(); }
    kith::task<> farewell() override { return on_farewell ? on_farewell(*this) : strategy::farewell(); }
    void refresh() override {
        if (on_refresh) on_refresh(*this);
    }
    using strategy::discovery;
    using strategy::spawn;

    kith::host host;
    kith::timer timer;
    kith::tcp tcp;
    kith::signal wake;
    kith::channel<int> numbers;
};

struct LayerFixture {
    ~LayerFixture() {
        host.destroy();
        Probe::on_run = Probe::on_farewell = nullptr;
        Probe::on_refresh = Probe::on_create = nullptr;
    }
    void begin(Probe::Script script) {
        Probe::on_run = std::move(script);
        BOOST_REQUIRE(host.create<Probe>() == KITH_OK);
        BOOST_REQUIRE(host.start() == KITH_OK);
    }
    void refresh() { host.side<kith_discovery_plugin>(KITH_DISCOVERY).refresh(host.instance->self); }
    FakeHost host;
};

/// Says when it goes.
struct Guard {
    FakeHost &host;
    std::string line;
    ~Guard() { host.record(line); }
};

inline kith::task<int> add(int a, int b) { co_return a + b; }
inline kith::task<int> broken() {
    throw std::runtime_error("broken on purpose");
    co_return 0;
}

} // namespace kith::test
