// SPDX-License-Identifier: MIT
//
// Warnings of certificates that are about to end.
#include "tls_fixture.hpp"

#include <host/world/tls/certificate_end_warnings.hpp>

using namespace kith::test;
using kith::app::CertificateEndWarnings;
using kith::app::TlsCredentials;

namespace {

constexpr std::int64_t day = 86'400, end = 1'800'000'000;

TlsCredentials ending(std::int64_t certificate, std::int64_t authority = 0) {
    TlsCredentials out;
    out.chain.push_back(
        {.der = {}, .subject = "CN=a", .issuer = {}, .fingerprint = "1", .not_before = 0, .not_after = certificate});
    if (authority != 0)
        out.authorities.push_back(
            {.der = {}, .subject = "CN=ca", .issuer = {}, .fingerprint = "2", .not_before = 0, .not_after = authority});
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(certificate_ends)

BOOST_AUTO_TEST_CASE(each_time_is_warned_of_once) {
    CertificateEndWarnings warnings;
    const auto at = [&](std::int64_t before) { return warnings.due(ending(end), end - before).size(); };
    BOOST_TEST(at(31 * day) == 0u);
    BOOST_TEST(at(30 * day) == 1u);
    BOOST_TEST(at(29 * day) == 0u);
    BOOST_TEST(at(7 * day + 1) == 0u);
    BOOST_TEST(at(7 * day) == 1u);
    BOOST_TEST(at(day) == 1u);
    BOOST_TEST(at(day - 3'600) == 0u);
    BOOST_TEST(at(0) == 1u);
    BOOST_TEST(at(-day) == 0u);
}

BOOST_AUTO_TEST_CASE(a_certificate_of_a_short_life_is_warned_of_in_the_second_half_of_it_alone) {
    const auto warned_before = [](std::int64_t life) { // at which times before its end
        CertificateEndWarnings warnings;
        TlsCredentials of = ending(end);
        of.chain[0].not_before = end - life;
        std::vector<std::int64_t> out;
        for (std::int64_t before = life; before >= 0; before -= day / 24) {
            if (!warnings.due(of, end - before).empty()) out.push_back(before);
        }
        return out;
    };
    using Times = std::vector<std::int64_t>;
    BOOST_TEST((warned_before(day / 24) == Times{0})); // as SPIRE issues them
    BOOST_TEST((warned_before(2 * day) == Times{day, 0}));
    BOOST_TEST((warned_before(47 * day) == Times{7 * day, day, 0}));
    BOOST_TEST((warned_before(60 * day) == Times{30 * day, 7 * day, day, 0}));
}

BOOST_AUTO_TEST_CASE(the_text_names_the_certificate_its_end_and_what_to_do) {
    CertificateEndWarnings warnings;
    auto texts = warnings.due(ending(end + 400 * day, end), end - 3 * day);
    BOOST_REQUIRE(texts.size() == 1u);
    BOOST_TEST(texts[0] == "the authority CN=ca ends at 2027-01-15T08:00:00Z, in 3 days; renew it before");
    texts = warnings.due(ending(end), end + 5);
    BOOST_REQUIRE(texts.size() == 1u);
    BOOST_TEST(texts[0] == "the certificate CN=a has ended at 2027-01-15T08:00:00Z; renew it");
}

BOOST_AUTO_TEST_CASE(an_opened_context_warns_once_for_all_contexts_of_the_instance) {
    RealWorld net;
    std::vector<std::string> warned;
    net.with_warnings(
        [&](std::string_view instance, const std::string &text) { warned.push_back(std::string(instance) + ": " + text); });
    const Authority authority("kith test authority");
    const Identity soon = authority.sign("soon", {}, 5, 60);
    net.put("soon.pem", soon.certificate + soon.key);
    net.put("ca.pem", authority.certificate());
    const std::string file = net.path("soon.pem"), ca = net.path("ca.pem");
    TlsTenant tenant(net.world(), "connectors.mesh");
    for (const std::uint32_t flags : {0U, KITH_TLS_SERVER}) {
        const auto op = tenant.open({.authorities_file = ca, .certificate_file = file, .flags = flags});
        BOOST_TEST(net.await(tenant, op).status == KITH_OK);
    }
    BOOST_REQUIRE(!warned.empty());
    BOOST_TEST(warned[0].starts_with("connectors.mesh: the certificate CN=soon ends at "));
    BOOST_TEST(std::count_if(warned.begin(), warned.end(),
                             [](const std::string &one) { return one.find("CN=soon") != std::string::npos; }) == 1);
    tenant.leave_world();
}

BOOST_AUTO_TEST_SUITE_END()
