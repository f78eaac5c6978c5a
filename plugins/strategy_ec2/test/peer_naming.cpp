// SPDX-License-Identifier: MIT
#include "../peer_naming.hpp"

#include <boost/test/unit_test.hpp>

using namespace ec2;

namespace {

const Naming usual{AddressType::private_ip, {}, "app", "{app_prefix}@{ip}"};

Instance instance(const char *id, const char *ip, const char *launched = "2015") {
    Instance out;
    out.id = id;
    out.state = "running";
    out.zone = "eu-west-1a";
    out.launched = launched;
    out.has.private_ip = ip;
    return out;
}

std::string names(const std::vector<Instance> &of, const Naming &naming = usual) {
    const NamedPeers named = name_peers(of, naming);
    std::string out;
    for (const kith_peer &peer : named.peers.all())
        out.append(out.empty() ? "" : " ").append(kith::view(peer.key)).append("=").append(kith::view(peer.name));
    for (const auto count : named.left_out) out.append(" ").append(std::to_string(count));
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_naming)

BOOST_AUTO_TEST_CASE(each_address_type_gives_its_own_name) {
    Instance one = instance("i-1", "10.0.0.1");
    one.has = {"10.0.0.1", "198.51.100.1", "ip-1.internal", "ec2-1.example", "fd00::1"};
    Naming naming = usual;
    for (const auto &[type, name] :
         {std::pair(AddressType::private_ip, "10.0.0.1"), std::pair(AddressType::public_ip, "198.51.100.1"),
          std::pair(AddressType::private_dns, "ip-1.internal"), std::pair(AddressType::public_dns, "ec2-1.example"),
          std::pair(AddressType::ipv6, "fd00::1")}) {
        naming.type = type;
        BOOST_TEST(names({one}, naming) == "i-1=app@" + std::string(name) + " 0 0 0 0");
    }
    naming.type = AddressType::ipv6;
    BOOST_TEST(names({instance("i-2", "10.0.0.2")}, naming) == " 1 0 0 0");
    BOOST_TEST(reason(Omission::no_address, naming) == "the instance is running but has no address of ip_type ipv6");
}

BOOST_AUTO_TEST_CASE(the_address_of_the_configured_interface_is_used) {
    Instance one = instance("i-1", "10.0.0.1");
    one.interfaces = {{0, 0, {"10.0.0.1", "", "", "", ""}}, {1, 0, {"10.0.1.1", "198.51.100.1", "", "", "fd00::1"}}};
    Naming naming = usual;
    BOOST_TEST(address_of(one, naming) == "10.0.0.1");
    naming.type = AddressType::public_ip; // the primary one has none
    BOOST_TEST(address_of(one, naming) == "198.51.100.1");
    naming.interface = 0;
    BOOST_TEST(address_of(one, naming) == "");
    BOOST_TEST(reason(Omission::no_address, naming) ==
               "the instance is running but has no address of ip_type public on interface 0");
    naming.type = AddressType::private_ip;
    naming.interface = 1;
    BOOST_TEST(address_of(one, naming) == "10.0.1.1");
}

BOOST_AUTO_TEST_CASE(of_two_instances_with_one_address_the_newer_is_used) {
    const auto older = instance("i-1", "10.0.0.1", "2015-01"), newer = instance("i-0", "10.0.0.1", "2015-02");
    BOOST_TEST(names({older, newer}) == "i-0=app@10.0.0.1 0 0 1 0");
    BOOST_TEST(names({newer, older}) == "i-0=app@10.0.0.1 0 0 1 0");
    BOOST_TEST(names({older, older}) == "i-1=app@10.0.0.1 0 0 0 0"); // an instance that moved to the next page
}

BOOST_AUTO_TEST_CASE(a_running_instance_without_its_former_address_keeps_it) {
    const KnownAddresses known{{"i-2", "10.0.0.2"}, {"i-3", "10.0.0.3"}, {"i-9", "10.0.0.9"}};
    Instance stopping = instance("i-3", "");
    stopping.state = "stopping";
    const std::vector<Instance> all{instance("i-1", "10.0.0.1"), instance("i-2", ""), stopping, instance("i-4", "")};
    const NamedPeers named = name_peers(all, usual, known);
    BOOST_REQUIRE(named.peers.size() == 2u);
    BOOST_TEST(kith::view(named.peers.all()[1].key) == "i-2");
    BOOST_TEST(kith::view(named.peers.all()[1].name) == "app@10.0.0.2");
    BOOST_TEST(named.kept == 1u);
    BOOST_TEST(named.left_out[0] == 1u);      // i-4, which never had one
    BOOST_TEST(named.left_out[1] == 1u);      // i-3
    BOOST_TEST(named.addresses.size() == 2u); // addresses that are not in the answer are dropped
}

BOOST_AUTO_TEST_CASE(a_former_address_used_by_another_instance_is_not_kept) {
    const KnownAddresses known{{"i-2", "10.0.0.2"}};
    const std::vector<Instance> all{instance("i-2", "", "2020"), instance("i-1", "10.0.0.2", "2015")};
    const NamedPeers named = name_peers(all, usual, known);
    BOOST_REQUIRE(named.peers.size() == 1u);
    BOOST_TEST(kith::view(named.peers.all()[0].key) == "i-1");
}

BOOST_AUTO_TEST_CASE(an_unusable_address_is_left_out) {
    const std::vector<Instance> all{instance("i-1", "0.0.0.0"), instance("i-2", "10.0.0.2:22"), instance("i-3", "10.0.0.3")};
    const NamedPeers named = name_peers(all, usual);
    BOOST_TEST(named.peers.size() == 1u);
    BOOST_TEST(named.unusable.total() == 2u);
}

BOOST_AUTO_TEST_CASE(left_out_instances_are_counted_by_reason) {
    Instance stopping = instance("i-1", "10.0.0.1");
    stopping.state = "stopping";
    BOOST_TEST(names({stopping, instance("i-2", "")}) == " 1 1 0 0");
    Naming naming = usual;
    naming.prefix = std::string(2'000, 'x');
    BOOST_TEST(names({instance("i-3", "10.0.0.3")}, naming) == " 0 0 0 1");
}

BOOST_AUTO_TEST_CASE(name_forms_are_filled_and_checked) {
    Naming naming = usual;
    naming.form = "{app_prefix}-{instance_id}@{zone}.{ip}";
    BOOST_TEST(names({instance("i-1", "10.0.0.1")}, naming) == "i-1=app-i-1@eu-west-1a.10.0.0.1 0 0 0 0");
    for (const char *good : {"{ip}", "a@{ip}", "{instance_id}@h"}) BOOST_TEST(!format_error(good));
    for (const char *bad : {"", "app", "{app_prefix}@{zone}", "{ip", "ip}", "{{ip}}", "{ip}{", "{ip}@{host}", "{}@{ip}"})
        BOOST_TEST(format_error(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(peers_have_the_instance_attributes) {
    Instance one = instance("i-1", "10.0.0.1");
    one.tags = {{"cluster", "shop"}};
    const NamedPeers named = name_peers({&one, 1}, usual);
    std::string out;
    const kith_peer &peer = named.peers.all()[0];
    for (std::uint32_t i = 0; i < peer.attribute_count; ++i)
        out.append(kith::view(peer.attributes[i].name)).append("=").append(kith::view(peer.attributes[i].value)).append(" ");
    BOOST_TEST(out == "ip=10.0.0.1 instance_id=i-1 zone=eu-west-1a private_ip=10.0.0.1 tag=shop ");
}

BOOST_AUTO_TEST_SUITE_END()
