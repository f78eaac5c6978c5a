// SPDX-License-Identifier: MIT
#include "../peer_naming.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>

using namespace k8s;

namespace {

Object one(const Address &address) {
    Object out;
    out.name = "app";
    out.name_space = "team";
    out.addresses = {address};
    return out;
}

std::string name_of(const Object &object, const Naming &naming) {
    std::vector<kith::peer> out;
    Omissions omitted{};
    find_peers(object, naming, omitted, [&](const PeerView &one) { one.append_to(out); });
    if (!out.empty()) return out[0].key + " " + out[0].name;
    for (std::size_t i = 0; i < omissions; ++i) {
        if (omitted[i] != 0) return std::string(reason(static_cast<Omission>(i)).substr(0, 12));
    }
    return "";
}

} // namespace

BOOST_AUTO_TEST_CASE(each_mode_makes_its_own_node_name) {
    Address address;
    address.ip = "10.1.2.3";
    address.hostname = "app-0";
    address.uid = "u";
    const Object object = one(address);
    BOOST_TEST(name_of(object, {Mode::ip, "app", "", "cluster.local"}) == "u app@10.1.2.3");
    BOOST_TEST(name_of(object, {Mode::dns, "app", "", "cluster.local"}) == "u app@10-1-2-3.team.pod.cluster.local");
    BOOST_TEST(name_of(object, {Mode::hostname, "app", "svc", "cluster.local"}) == "u app@app-0.svc.team.svc.cluster.local");
}

BOOST_AUTO_TEST_CASE(the_name_contains_the_namespace_of_the_target_object) {
    Address address;
    address.ip = "10.1.2.3";
    address.name_space = "elsewhere";
    BOOST_TEST(name_of(one(address), {Mode::dns, "app", "", "x"}) == "elsewhere/10.1.2.3 app@10-1-2-3.elsewhere.pod.x");
}

BOOST_AUTO_TEST_CASE(an_address_that_gives_no_valid_peer_is_refused_with_a_reason) {
    Address address;
    BOOST_TEST(name_of(one(address), {}) == "it has no ad");
    for (const char *nobodys : {"0.0.0.0", "::", "10.0.0.1:80"}) {
        address.ip = nobodys;
        BOOST_TEST(name_of(one(address), {Mode::ip, "a", "", ""}) == "its address ");
    }
    address.ip = "host.example";
    BOOST_TEST(name_of(one(address), {Mode::hostname, "a", "s", "d"}) == "it has no ho");
    Object fqdn = one(address);
    fqdn.family = "FQDN";
    BOOST_TEST(name_of(fqdn, {Mode::dns, "a", "", "d"}) == "its slice ha");
    BOOST_TEST(name_of(fqdn, {Mode::ip, "a", "", ""}) == "team/host.example a@host.example");
    address.uid = std::string(2000, 'u');
    BOOST_TEST(name_of(one(address), {Mode::ip, "a", "", ""}) == "its name, it");
    address.uid.clear();
    address.node = std::string(2000, 'n');
    BOOST_TEST(name_of(one(address), {Mode::ip, "a", "", ""}) == "its name, it");
}
