// SPDX-License-Identifier: MIT
//
// A tenant that uses kith.process/1.
#pragma once

#include "test_tenant.hpp"

#include <kith/service/process.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kith::test {

/// As kith_process_program.
struct Wanted {
    std::string path{};
    std::vector<std::string> arguments{};
    std::vector<std::pair<std::string, std::string>> environment{};
    std::string directory{};
    std::uint64_t timeout = 0, grace = 0, max_output = 0;
    std::uint32_t flags = KITH_PROCESS_INPUT | KITH_PROCESS_OUTPUT;
};

class ProcessTenant : public TestTenant {
  public:
    using TestTenant::TestTenant;

    struct End {
        std::uint32_t code = 0, signal = 0;
        std::string errors;
    };

    std::uint64_t start(const Wanted &wanted) {
        std::vector<kith_str> arguments;
        for (const auto &one : wanted.arguments) arguments.push_back(str(one));
        std::vector<kith_attribute> environment;
        for (const auto &[name, value] : wanted.environment) environment.push_back({str(name), str(value)});
        const kith_process_program raw{.struct_size = sizeof raw,
                                       .flags = wanted.flags,
                                       .path = str(wanted.path),
                                       .directory = str(wanted.directory),
                                       .arguments = arguments.data(),
                                       .environment = environment.data(),
                                       .argument_count = static_cast<std::uint32_t>(arguments.size()),
                                       .environment_count = static_cast<std::uint32_t>(environment.size()),
                                       .timeout = wanted.timeout,
                                       .grace = wanted.grace,
                                       .max_output = wanted.max_output};
        return begun([&](std::uint64_t *op) { return process()->start(&host, &raw, 40, op); });
    }
    std::uint64_t read_output(std::uint64_t id, std::uint32_t max = 65536, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return process()->read(&host, id, max, timeout, 41, op); });
    }
    std::uint64_t write_input(std::uint64_t id, std::string_view bytes, std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) {
            return process()->write(&host, id, bytes.data(), static_cast<std::uint32_t>(bytes.size()), timeout, 42, op);
        });
    }
    std::int32_t shut_input(std::uint64_t id) {
        return quietly([&] { return process()->shutdown(&host, id); });
    }
    std::uint64_t wait(std::uint64_t id) {
        return begun([&](std::uint64_t *op) { return process()->wait(&host, id, 43, op); });
    }
    std::int32_t end_program(std::uint64_t id) {
        return quietly([&] { return process()->end(&host, id); });
    }
    std::int32_t close_program(std::uint64_t id) {
        return quietly([&] { return process()->close(&host, id); });
    }

    const kith_process_host *process() const { return table<kith_process_host>(KITH_PROCESS); }
    std::map<std::uint64_t, End> ends; // by operation

    const void *service(std::string_view id) noexcept override {
        return id == KITH_PROCESS ? &process_side : TestTenant::service(id);
    }

  private:
    static void ended(void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text,
                      const kith_process_end *end) {
        note(self, "process.ended", user, op, status, text);
        BOOST_TEST((end == nullptr) == (status == KITH_CANCELLED));
        if (end == nullptr) return;
        BOOST_TEST((end->code == 0 || end->signal == 0));
        static_cast<ProcessTenant *>(static_cast<TestTenant *>(self))->ends[op] = {end->code, end->signal, from(end->errors)};
    }
    static constexpr kith_process_plugin process_side = {
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t id) {
            Completion &made = note(self, "process.started", user, op, status, text);
            BOOST_TEST((id != 0) == (status == KITH_OK));
            if (status == KITH_OK) BOOST_TEST(fresh(self, id));
            made.id = id;
        },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, const void *data,
           std::uint32_t size) {
            BOOST_TEST((size != 0) == (status == KITH_OK));
            bytes(note(self, "process.read", user, op, status, text), data, size);
        },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text) {
            note(self, "process.written", user, op, status, text);
        },
        ended};
};

} // namespace kith::test
