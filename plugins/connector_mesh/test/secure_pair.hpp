// SPDX-License-Identifier: MIT
//
// Two members on simulated machines, with certificates or keys.
#pragma once

#include "mesh_plugin.hpp"

#include <kith/testkit/tls_identity.hpp>

#include <stdexcept>
#include <vector>

/// Two machines whose members have certificates or keys.
struct Secure {
    Secure() {
        for (std::size_t i = 0; i < 2; ++i) machines[i]->file("/ca.pem", ca.certificate());
    }
    void certify(std::size_t i, kith::testkit::TlsAuthority &by, const std::string &uri) { certify(i, by, std::vector{uri}); }
    void certify(std::size_t i, kith::testkit::TlsAuthority &by, const std::vector<std::string> &uris) {
        const auto identity = by.sign({.common_name = "member", .names = uris});
        machines[i]->file("/own.pem", identity.certificate);
        machines[i]->file("/own.key", identity.key);
    }
    void prepare(std::size_t i, const std::string &security) {
        const std::string node = "m@10.0.0." + std::to_string(i + 1);
        members[i] = std::make_unique<PluginHarness>(*machines[i], kith_plugin_entry_connector_mesh, "mesh",
                                                     R"({"cluster": "c", "node": ")" + node + "\", " + security + "}");
    }
    void start(std::size_t i, const std::string &security) {
        prepare(i, security);
        BOOST_REQUIRE(members[i]->start() == KITH_OK);
        members[i]->run_for(10ms);
    }
    std::size_t times_read_again() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            members[0]->log(), [](const auto &line) { return contains(line.message, "were read again"); }));
    }
    /// The end of a connect of the second member to the first.
    std::string connected() {
        const Report *out = members[1]->await_done(members[1]->connect(peer("m@10.0.0.1")));
        if (out == nullptr) throw std::runtime_error("it is never done");
        BOOST_TEST_MESSAGE(out->text);
        return out->status == KITH_OK ? "" : out->text;
    }
    ~Secure() {
        for (auto &each : members) {
            if (!each) continue;
            BOOST_TEST(each->stop());
            for (const auto &broken : each->violations()) BOOST_ERROR(broken);
        }
    }

    SimNet net;
    kith::testkit::SimulatedMachine *machines[2] = {&net.machine("one", {"10.0.0.1"}), &net.machine("two", {"10.0.0.2"})};
    kith::testkit::TlsAuthority ca{"ca"}, other{"other"};
    std::unique_ptr<PluginHarness> members[2];
};

inline const std::string by_certificate = R"("certificate": "/own.pem", "private_key": "/own.key", "authority": "/ca.pem")";
inline const std::string key_a(64, 'a'), key_b(64, 'b');
