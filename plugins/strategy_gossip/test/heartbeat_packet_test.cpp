// SPDX-License-Identifier: MIT
#include "bytes.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace gossip;
using namespace gossip::test;

namespace {

std::string written(std::string_view name) {
    std::vector<std::byte> out;
    write_heartbeat(name, out);
    return test::text_of(out);
}

Heartbeat read(const std::string &packet) { return read_heartbeat(test::bytes_of(packet)); }

Fault fault(const std::string &packet) {
    const Heartbeat heartbeat = read(packet);
    BOOST_TEST((heartbeat.fault == Fault::none) == !heartbeat.name.empty());
    return heartbeat.fault;
}

std::string pair(const std::string &key, const std::string &value) {
    return "heartbeat::" + bytes({131, 116, 0, 0, 0, 1}) + key + value;
}

} // namespace

BOOST_AUTO_TEST_SUITE(packet)

BOOST_AUTO_TEST_CASE(packets_of_libcluster_are_read_and_written_byte_for_byte) {
    std::size_t plain = 0, identical = 0;
    for (const Captured &one : captured()) {
        if (!one.secret.empty()) continue;
        ++plain;
        BOOST_TEST(read(one.packet).name == one.name);
        identical += one.packet == written(one.name) ? 1 : 0;
    }
    BOOST_TEST(plain == 9u);
    BOOST_TEST(identical == 5u); // the other four have other tags
}

BOOST_DATA_TEST_CASE(every_tag_of_an_atom_is_read, boost::unit_test::data::make({100, 115, 118, 119}), tag) {
    BOOST_TEST(read(heartbeat("app@10.0.0.7", tag)).name == "app@10.0.0.7");
    BOOST_TEST(read(pair(atom(100, "node"), atom(tag, "app@10.0.0.7"))).name == "app@10.0.0.7");
}

BOOST_AUTO_TEST_CASE(a_name_with_non_ascii_characters_is_sent_as_utf8) {
    const std::string name = "gr\xc3\xbc\xc3\x9f@host";
    BOOST_TEST(read(written(name)).name == name);
    BOOST_TEST(written(name) == pair(atom(100, "node"), atom(118, name)));
    BOOST_TEST((fault(heartbeat("gr\xfc\xdf@host")) == Fault::no_name)); // Latin-1
}

BOOST_AUTO_TEST_CASE(names_up_to_the_maximum_length_are_accepted) {
    const std::string name = "n@" + std::string(max_name - 2, 'h');
    BOOST_TEST(read(written(name)).name == name);
    BOOST_TEST(written(name).size() == max_plain);
    BOOST_TEST((fault(heartbeat(name + "h")) == Fault::no_name));
    BOOST_TEST((fault(heartbeat("n@" + std::string(40'000, 'h'))) == Fault::no_name));
}

BOOST_AUTO_TEST_CASE(a_truncated_packet_is_not_a_heartbeat) {
    for (const int tag : {100, 115, 118, 119}) {
        const std::string whole = heartbeat("app@10.0.0.7", tag);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto found = fault(whole.substr(0, size));
            BOOST_TEST((found == (size < 11 ? Fault::no_heartbeat : Fault::cut)), "cut after " << size << " bytes");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_is_noticed_or_makes_another_valid_name) {
    const std::string whole = heartbeat("app@10.0.0.7");
    for (std::size_t i = 0; i < whole.size() * 8; ++i) {
        std::string packet = whole;
        packet[i / 8] = static_cast<char>(packet[i / 8] ^ (1 << (i % 8)));
        const Heartbeat heartbeat = read(packet);
        if (heartbeat.fault != Fault::none) continue;
        BOOST_TEST(is_node_name(heartbeat.name));
        const bool in_tag = i / 8 == 17 || i / 8 == 24;
        BOOST_TEST((in_tag || i / 8 > 26), "bit " << i);
    }
}

BOOST_AUTO_TEST_CASE(each_malformed_term_has_its_own_fault) {
    const std::string name = atom(100, "a@h"), key = atom(100, "node");
    BOOST_TEST((fault("") == Fault::no_heartbeat));
    BOOST_TEST((fault("heartbeat:;" + heartbeat("a@h").substr(11)) == Fault::no_heartbeat));
    BOOST_TEST((fault("heartbeat::" + bytes({130, 116, 0, 0, 0, 1}) + key + name) == Fault::no_term));
    BOOST_TEST((fault("heartbeat::" + bytes({131, 116, 0, 0, 0, 0}) + key + name) == Fault::no_map));
    BOOST_TEST((fault("heartbeat::" + bytes({131, 116, 0, 0, 0, 2}) + key + name + key + name) == Fault::no_map));
    BOOST_TEST((fault("heartbeat::" + bytes({131, 80, 0, 0, 0, 9}) + "compressed") == Fault::no_map));
    BOOST_TEST((fault(pair(atom(100, "nod"), name)) == Fault::no_node));
    BOOST_TEST((fault(pair(bytes({109, 0, 0, 0, 4}) + "node", name)) == Fault::no_node)); // a binary
    BOOST_TEST((fault(pair(bytes({97, 1}), name)) == Fault::no_node));
    BOOST_TEST((fault(pair(key, bytes({109, 0, 0, 0, 3}) + "a@h")) == Fault::no_name));
    BOOST_TEST((fault(pair(key, bytes({107, 0, 3}) + "a@h")) == Fault::no_name)); // a list of characters
    BOOST_TEST((fault(pair(key, name + "x")) == Fault::trailing));
    BOOST_TEST((fault(pair(key, name + name)) == Fault::trailing));
}

BOOST_AUTO_TEST_CASE(valid_and_invalid_node_names) {
    for (const char *good : {"a@b", "app@10.0.0.7", "app@::1", "my-app_1@app-0.app.svc.cluster.local",
                             "gr\xc3\xbc\xc3\x9f@host", "\xf0\x9f\x98\x80@h"})
        BOOST_TEST(is_node_name(good), good);
    for (const char *bad :
         {"", "@", "a@", "@b", "ab", "a@b@c", "a b@c", "a@b\n", "a@\tb", "a\x7f@b", "a\x01@b", "a@b ", "nonode"})
        BOOST_TEST(!is_node_name(bad), bad);
    BOOST_TEST(!is_node_name(std::string_view("a@b\0c", 5)));
}

BOOST_AUTO_TEST_CASE(text_that_is_not_valid_utf8_is_not_a_node_name) {
    for (const char *bad : {"\x80", "\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xc3\x28"}) {
        BOOST_TEST(!is_node_name(std::string("a@h") + bad), to_hex(bad));
        BOOST_TEST(!is_node_name(bad + std::string("a@h")), to_hex(bad));
    }
    for (const char *good :
         {"\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        BOOST_TEST(is_node_name(std::string("a@h") + good), to_hex(good));
}

BOOST_AUTO_TEST_CASE(every_fault_has_a_text) {
    for (int i = 0; i <= static_cast<int>(Fault::no_name); ++i) BOOST_TEST(gossip::text_of(static_cast<Fault>(i)) != "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
