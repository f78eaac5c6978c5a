// SPDX-License-Identifier: MIT
//
// The programs that both worlds are tested with: as shell scripts in the real one, as steps in the simulated one.
#pragma once

#include <host/world/test/real_and_simulated_worlds.hpp>
#include <kith/testkit/program.hpp>
#include <sdk/testkit/test/process_test_tenant.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace kith::test {

/// A program of each world, under the same name.
struct TestProgram {
    std::string_view name;
    std::string_view script;
    testkit::Program steps;
};

inline std::string install(RealWorld &fixture, const TestProgram &made) {
    fixture.put(made.name, "#!/bin/sh\n" + std::string(made.script) + "\n");
    std::filesystem::permissions(fixture.path(made.name), std::filesystem::perms::owner_all);
    return fixture.path(made.name);
}
inline std::string install(SimulatedWorld &fixture, const TestProgram &made) {
    fixture.machine.program(fixture.path(made.name), made.steps);
    return fixture.path(made.name);
}

/// One program of a tenant, and how it is talked with.
template <class Fixture>
class RunningProgram {
  public:
    explicit RunningProgram(const TestProgram &made) : path(install(fixture, made)) {}

    RunningProgram &run(Wanted wanted = {}) {
        wanted.path = path;
        const Completion begun = fixture.await(tenant, tenant.start(wanted));
        BOOST_REQUIRE_MESSAGE(begun.status == KITH_OK, begun.text);
        id = begun.id;
        return *this;
    }
    Completion read(std::uint32_t max = 65536, std::uint64_t timeout = 0) {
        return fixture.await(tenant, tenant.read_output(id, max, timeout));
    }
    Completion write(std::string_view text, std::uint64_t timeout = 0) {
        return fixture.await(tenant, tenant.write_input(id, text, timeout));
    }
    std::string read_to_end() {
        std::string out;
        for (;;) {
            const Completion got = read();
            if (got.status != KITH_OK) {
                BOOST_TEST(got.status == KITH_CLOSED, got.text);
                return out;
            }
            out += got.data;
        }
    }
    ProcessTenant::End wait(std::int32_t expected = KITH_OK, std::string_view part = {}) {
        const auto op = tenant.wait(id);
        const Completion done = fixture.await(tenant, op);
        BOOST_TEST(done.status == expected, done.text);
        BOOST_TEST(done.text.find(part) != std::string::npos, done.text);
        return tenant.ends[op];
    }

    Fixture fixture;
    ProcessTenant tenant{fixture.world()};
    std::string path;
    std::uint64_t id = 0;
};

} // namespace kith::test
