// SPDX-License-Identifier: MIT
//
// Property test: the result of the events of a watch equals that of a list at their end.
#include "../peer_set.hpp"

#include <kith/testkit/random.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace k8s;

namespace {

using World = std::map<std::string, Object>;
using Peers = std::map<std::string, std::string>; // name by key

Object some_object(Lookup lookup, const std::string &name, kith::testkit::Random &random) {
    Object out;
    out.name = name;
    out.name_space = "team";
    const bool pods = lookup == Lookup::pods;
    const std::size_t addresses = pods ? 1 : random.below(4);
    for (std::size_t i = 0; i < addresses; ++i) {
        Address address;
        const std::string number = std::to_string(random.below(8));
        if (random.below(5) != 0) address.ip = "10.0.0." + (pods ? name : number);
        address.uid = pods ? "u" + name : random.below(2) != 0 ? "u" + number : "91e4f736-1ed2-4c6d-a733-d4f25dadfe5" + number;
        address.ready = random.below(5) != 0;
        out.addresses.push_back(address);
    }
    if (pods && random.below(6) == 0) out.phase = "Failed";
    return out;
}

Peers all_of(const World &world, const Naming &naming) {
    Peers out;
    std::vector<kith::peer> found;
    Omissions omitted{};
    for (const auto &[name, object] : world)
        find_peers(object, naming, omitted, [&](const PeerView &one) { one.append_to(found); });
    for (const auto &peer : found) out.emplace(peer.key, peer.name);
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(random_watch_events_result_in_the_same_peers_as_a_list) {
    const Naming naming{Mode::ip, "app", "", ""};
    for (const Lookup lookup : {Lookup::pods, Lookup::endpoints}) {
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            kith::testkit::Random random(seed);
            World world;
            Peers known;
            PeerSet peer_set(lookup, naming);
            Changes changes;
            const auto tell = [&] {
                std::set<std::string> once;
                for (const auto &key : changes.missing) {
                    BOOST_TEST(once.insert(key).second);
                    BOOST_TEST(known.erase(key) == 1u, "seed " << seed << ": " << key << " is missing, and was never there");
                }
                for (const auto &key : changes.left) {
                    BOOST_TEST(once.insert(key).second);
                    BOOST_TEST(known.erase(key) == 1u);
                }
                for (const auto &peer : changes.upserted) {
                    BOOST_TEST(once.insert(peer.key).second);
                    known[peer.key] = peer.name;
                }
                changes = {};
            };
            for (int step = 0; step < 300; ++step) {
                Event event;
                const std::string name = std::to_string(random.below(6));
                event.kind = random.below(4) == 0 ? Event::Kind::deleted : Event::Kind::modified;
                if (event.kind == Event::Kind::deleted) {
                    if (!world.contains(name)) continue;
                    event.object = world[name];
                    world.erase(name);
                } else {
                    event.object = world[name] = some_object(lookup, name, random);
                }
                auto applied = peer_set.apply(event, changes);
                if (applied == PeerSet::Applied::not_yet) {
                    tell();
                    applied = peer_set.apply(event, changes);
                }
                BOOST_REQUIRE((applied == PeerSet::Applied::yes));
                if (random.below(3) == 0) tell();
                if (random.below(40) == 0) { // a list in between does not change the result
                    tell();
                    peer_set.begin();
                    for (const auto &[_, object] : world) peer_set.add(object);
                    const ListedPeers listed = peer_set.end();
                    BOOST_TEST(listed.missing.empty());
                    BOOST_TEST(listed.peers.size() == known.size());
                }
            }
            tell();
            const Peers expected = all_of(world, naming);
            BOOST_TEST((known == expected), "seed " << seed << ", " << resource(lookup));
        }
    }
}

BOOST_AUTO_TEST_CASE(peers_absent_from_a_list_are_missing) {
    const Naming naming{Mode::ip, "app", "", ""};
    PeerSet peer_set(Lookup::pods, naming);
    const auto list = [&](std::initializer_list<const char *> names) {
        peer_set.begin();
        for (const char *name : names) {
            Object object;
            object.name = name;
            object.addresses.emplace_back();
            object.addresses[0].ip = name;
            object.addresses[0].uid = name;
            peer_set.add(object);
        }
        return peer_set.end();
    };
    BOOST_TEST(list({"a", "b", "c"}).missing.empty());
    auto missing = list({"b"}).missing;
    std::ranges::sort(missing);
    BOOST_TEST((missing == std::vector<std::string>{"a", "c"}));
    BOOST_TEST(list({}).missing.size() == 1u);
}
