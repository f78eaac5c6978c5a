// SPDX-License-Identifier: MIT
//
// Which names one member forgets, and what does not bring them back.
#include "membership_by_hand.hpp"

#include <cstdlib>
#include <memory>
#include <random>

using namespace kith::mesh;
using namespace kith::mesh::test;

namespace {

struct Forgetting : MembershipFixture {
    /// Lets the time pass in which names are forgotten.
    void wait(Time time = 7h) { here.advance(now += time); }
    bool knows(std::string_view name) const { return here.find(name).has_value(); }
    std::vector<Membership::Entry> list_of(std::string_view name, std::uint32_t complete = 1, std::uint64_t start = 10) {
        return {{name, {start, 1}, complete, names.hash(names.intern(name)) % Membership::buckets}};
    }
    /// What another member that believes the member up gets to know.
    std::vector<NodeId> told(const std::vector<Membership::Entry> &theirs) {
        std::vector<NodeId> out;
        BOOST_TEST(!here.compare(std::uint64_t{1} << theirs[0].bucket, theirs, out));
        return out;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(forgetting, Forgetting)

BOOST_AUTO_TEST_CASE(a_name_that_is_not_up_for_six_hours_is_forgotten_and_its_place_is_free) {
    join({"a@h", "b@h", "c@h", "d@h"});
    take(of("b@h", 2, FactKind::left));
    take(of("c@h", 2, FactKind::restarting));
    take(about("a@h", 2, FactKind::accused, "d@h"));
    BOOST_TEST(settled() == "-b@h -c@h");
    here.accuse(*here.find("d@h"), "refused", true);
    BOOST_TEST(settled() == "-d@h");
    wait(5h + 50min);
    BOOST_TEST(here.known_count() == 5u);
    wait(20min);
    BOOST_TEST(here.known_count() == 2u);
    BOOST_TEST(knows("a@h"));
    BOOST_TEST(names.count() == 2u);
    BOOST_TEST(names.size() == 2u);
    BOOST_TEST(settled() == "");
    std::string bytes;
    for (NodeId id = 2; id < 5; ++id) { // as a link can ask for whose turn comes late
        BOOST_TEST(!here.encode_document(id, bytes));
        BOOST_TEST(!here.encode_fact({id}, bytes));
        BOOST_TEST(!here.encode_fact({1, id}, bytes));
    }
    join({"e@h"});
    BOOST_TEST(*here.find("e@h") == 2u); // the number of b before
    BOOST_TEST((here.run(2) == Run{10, 1}));
    BOOST_TEST(here.former_count() == 3u);
}

BOOST_AUTO_TEST_CASE(old_facts_and_documents_do_not_bring_a_forgotten_name_back) {
    join({"a@h", "b@h"});
    take(of("a@h", 2, FactKind::left));
    settled();
    wait();
    for (const std::uint64_t start : {9, 10}) {
        BOOST_TEST((take(of("a@h", 1, FactKind::joined, start)) == (start == 10 ? Applied::known : Applied::old_run)));
        BOOST_TEST((here.apply(Document{of("a@h", 1, FactKind::joined, start), 2, {}}) ==
                    (start == 10 ? Applied::known : Applied::old_run)));
        BOOST_TEST((here.origin() == nobody));
    }
    BOOST_TEST(!knows("a@h"));
    BOOST_TEST(names.count() == 2u);
    BOOST_TEST(settled() == "");
}

BOOST_AUTO_TEST_CASE(a_forgotten_member_comes_back_with_a_later_run_or_a_later_fact_of_the_same) {
    join({"a@h", "b@h", "c@h"});
    take(of("a@h", 2, FactKind::left));
    take(about("c@h", 2, FactKind::accused, "b@h"));
    here.accuse(*here.find("b@h"), "refused", true);
    BOOST_TEST(settled() == "-a@h -b@h");
    wait();
    BOOST_TEST((take(of("a@h", 1, FactKind::joined, 11)) == Applied::news));
    BOOST_TEST((take(of("b@h", 2)) == Applied::news)); // it was cut off, and states that it is alive
    BOOST_TEST(settled() == "+a@h +b@h");
    BOOST_TEST(here.former_count() == 0u);
}

BOOST_AUTO_TEST_CASE(accusations_that_others_have_not_forgotten_bring_nothing_back) {
    join({"a@h", "b@h", "c@h"});
    for (const char *each : {"a@h", "b@h"}) take(about(each, 2, FactKind::accused, "c@h"));
    BOOST_TEST(settled() == "-c@h");
    wait();
    Document document{of("a@h", 1), 3, {about("a@h", 2, FactKind::accused, "c@h")}};
    BOOST_TEST((here.apply(document) == Applied::news)); // a has stated something else
    BOOST_TEST((take(about("b@h", 3, FactKind::cleared, "c@h")) == Applied::known));
    BOOST_TEST(!knows("c@h"));
    BOOST_TEST(here.complete(*here.find("b@h")) == 3u);
    BOOST_TEST(settled() == "");
    std::string bytes;
    BOOST_REQUIRE(here.encode_document(*here.find("a@h"), bytes));
    Reader in(bytes);
    BOOST_TEST(read_document(in)->accusations.empty());
}

BOOST_AUTO_TEST_CASE(who_believes_a_forgotten_member_up_learns_that_it_has_left) {
    join({"a@h", "b@h"});
    take(of("a@h", 2, FactKind::left));
    settled();
    wait();
    const auto answer = told(list_of("a@h"));
    BOOST_REQUIRE(answer.size() == 1u);
    std::string bytes;
    BOOST_REQUIRE(here.encode_fact({answer[0]}, bytes));
    Reader in(bytes);
    const auto fact = read_fact(in);
    BOOST_TEST((fact->kind == FactKind::left));
    BOOST_TEST(fact->origin == "a@h");
    BOOST_TEST(fact->number == 2u);
    BOOST_TEST(settled() == "");
    wait();
    BOOST_TEST(!knows("a@h")); // and is forgotten again
}

BOOST_AUTO_TEST_CASE(a_forgotten_member_that_another_one_believes_up_is_dialled_and_accused_again) {
    join({"a@h", "b@h", "c@h"});
    for (const char *each : {"b@h", "c@h"}) take(about(each, 2, FactKind::accused, "a@h"));
    BOOST_TEST(settled() == "-a@h");
    wait();
    std::vector<NodeId> missing;
    here.missing(missing);
    BOOST_TEST(missing.empty());
    BOOST_TEST(told(list_of("a@h")).empty());
    BOOST_TEST(here.overlay_changed());
    here.missing(missing);
    BOOST_TEST(missing == std::vector<NodeId>{*here.find("a@h")});
    here.give_up(missing[0]);
    missing.clear();
    here.missing(missing);
    BOOST_TEST(missing.empty());
    told(list_of("a@h")); // it believes it up still
    here.missing(missing);
    BOOST_REQUIRE(missing.size() == 1u);
    BOOST_TEST(here.accuse(missing[0], "refused", true).has_value());
    BOOST_TEST(settled() == "");
    wait();
    BOOST_TEST(!knows("a@h"));
}

BOOST_AUTO_TEST_CASE(an_accusation_of_a_forgotten_member_is_passed_on_to_those_who_believe_it_up) {
    join({"a@h", "b@h", "c@h"});
    for (const char *each : {"b@h", "c@h"}) take(about(each, 2, FactKind::accused, "a@h"));
    settled();
    wait();
    BOOST_TEST((take(about("b@h", 3, FactKind::accused, "a@h")) == Applied::news));
    BOOST_REQUIRE(here.news().size() == 1u);
    std::string bytes;
    BOOST_TEST(here.encode_fact(here.news()[0], bytes));
    BOOST_TEST(settled() == "");
    BOOST_TEST((here.state(*here.find("a@h")) == State::down));
}

BOOST_AUTO_TEST_CASE(what_strategies_and_the_policy_want_is_remembered) {
    join({"a@h", "b@h", "c@h"});
    for (const char *each : {"a@h", "b@h", "c@h"}) take(of(each, 2, FactKind::restarting));
    here.part(*here.find("a@h"));
    here.want(*here.find("b@h"), {"10.0.0.9", 99});
    here.want(*here.find("c@h"), {"10.0.0.9", 99});
    settled();
    for (int hours = 0; hours < 7; ++hours) {
        here.want(*here.find("b@h"), {"10.0.0.9", 99}); // as a connect that is tried again and again
        wait(1h);
    }
    BOOST_TEST(knows("b@h"));
    BOOST_TEST(!knows("a@h"));
    BOOST_TEST(!knows("c@h")); // nobody has asked for it since
    BOOST_TEST(here.wanted_count() == 1u);
    take(of("a@h", 1, FactKind::joined, 11));
    BOOST_TEST(settled() == "");
    BOOST_TEST(here.parted(*here.find("a@h")));
    BOOST_TEST((take(of("c@h", 3, FactKind::restarting)) == Applied::news));
    BOOST_TEST(here.endpoint(*here.find("c@h")).port == 99);
    BOOST_TEST(here.endpoint(*here.find("b@h")).port == 99);
}

BOOST_AUTO_TEST_CASE(in_a_full_table_the_oldest_that_are_not_up_make_room_and_those_that_are_do_not) {
    NameTable own(8);
    Membership small(own, 16, "me@h", {10, 1}, {}, {.members = 5});
    const auto took = [&](const Fact &fact) { return small.apply(fact, now += 1s); };
    for (const char *each : {"a@h", "b@h", "c@h", "d@h"}) BOOST_TEST((took(of(each, 1)) == Applied::news));
    BOOST_TEST((took(of("e@h", 1)) == Applied::too_many));
    BOOST_TEST(!small.make_room("e@h"));
    took(of("b@h", 2, FactKind::left));
    took(of("a@h", 2, FactKind::left));
    BOOST_TEST((took(of("e@h", 1)) == Applied::too_many)); // nobody was told yet that these two are down
    small.settle();
    BOOST_TEST((took(of("e@h", 1)) == Applied::news));
    BOOST_TEST(!small.find("b@h"));
    BOOST_TEST((took(of("b@h", 1)) == Applied::known));
    BOOST_TEST(small.find("a@h").has_value());
    BOOST_TEST((took(about("a@h", 3, FactKind::accused, "f@h")) == Applied::too_many)); // its own origin is in use
    small.want(small.learn("a@h"), {});
    BOOST_TEST((took(of("f@h", 1)) == Applied::too_many)); // a strategy has asked for it
    small.advance(now += 11min);
    BOOST_TEST((took(of("f@h", 1)) == Applied::news));
    BOOST_TEST(small.known_count() == 5u);
    BOOST_TEST(own.count() == 5u);
}

BOOST_AUTO_TEST_CASE(what_its_owner_needs_is_not_forgotten_and_it_learns_of_the_others) {
    join({"a@h", "b@h"});
    for (const char *each : {"a@h", "b@h"}) take(of(each, 2, FactKind::left));
    settled();
    std::vector<std::string> gone;
    here.set_owner({[this](NodeId id) { return names.name(id) == "a@h"; }, [&](NodeId id) { gone.push_back(names.name(id)); }});
    wait();
    BOOST_TEST(gone == std::vector<std::string>{"b@h"});
    here.set_owner({});
    wait();
    BOOST_TEST(here.known_count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_name_that_another_member_of_the_table_knows_stays_in_it) {
    {
        Membership other(names, 16, "other@h", {10, 2}, {}, {});
        for (Membership *each : {&here, &other}) each->apply(of("a@h", 1), now);
        take(of("a@h", 2, FactKind::left));
        settled();
        wait();
        BOOST_TEST(!knows("a@h"));
        BOOST_TEST((other.state(*other.find("a@h")) == State::up));
        BOOST_TEST((here.state(*other.find("a@h")) == State::unknown));
    }
    BOOST_TEST(names.count() == 1u);
}

BOOST_AUTO_TEST_CASE(who_was_cut_off_for_long_believes_nothing_until_another_member_reports_it) {
    join({"a@h", "b@h", "c@h"});
    take(of("c@h", 2));
    settled();
    here.doubt_all("cut off");
    BOOST_TEST(settled() == "-a@h -b@h -c@h");
    BOOST_TEST(!here.disputed(*here.find("a@h"))); // it knows nothing of which it could accuse it
    BOOST_TEST((here.apply(Document{of("c@h", 2), 2, {}}) == Applied::news));
    BOOST_TEST(settled() == "+c@h");
    BOOST_TEST((take(of("a@h", 1)) == Applied::news));
    BOOST_TEST(settled() == "+a@h");
}

BOOST_AUTO_TEST_CASE(more_deaths_than_accusations_of_one_observer_fit_are_known_and_documents_stay_valid) {
    join({"a@h", "b@h"});
    std::uint32_t number = 1;
    for (int i = 0; i < 200; ++i) {
        const std::string name = "m" + std::to_string(i) + "@h";
        join({name});
        BOOST_TEST((take(about("a@h", ++number, FactKind::accused, name)) == Applied::news));
        BOOST_TEST(here.accuse(*here.find(name), "refused", true).has_value());
        BOOST_TEST(settled() == "-" + name);
    }
    for (const char *each : {"a@h", "me@h"}) {
        std::string bytes;
        BOOST_REQUIRE(here.encode_document(*here.find(each), bytes));
        Reader in(bytes);
        const auto document = read_document(in);
        BOOST_REQUIRE(document.has_value());
        BOOST_TEST(document->accusations.size() == 64u);
    }
    BOOST_TEST(!here.accuse(*here.find("m0@h"), "refused", true).has_value()); // no turn after turn for those that are down
}

BOOST_AUTO_TEST_CASE(the_last_runs_are_kept_for_three_days_and_their_number_is_bounded) {
    join({"a@h"});
    take(of("a@h", 2, FactKind::left));
    settled();
    wait();
    wait(72h);
    BOOST_TEST(here.former_count() == 1u);
    wait(1h);
    BOOST_TEST(here.former_count() == 0u);
    FormerMembers former;
    for (std::uint64_t i = 1; i <= FormerMembers::most + 10; ++i) former.put(i, {.run = {i, i}, .at = nullptr}, 1);
    BOOST_TEST(former.size() == FormerMembers::most);
    BOOST_TEST(former.find(10) == nullptr);
    BOOST_REQUIRE(former.find(11) != nullptr);
    former.put(11, {.run = {1, 99}, .at = nullptr}, 2);
    BOOST_TEST(former.size() == FormerMembers::most);
    BOOST_TEST(former.take(11)->run.nonce == 99u);
    former.expire(2);
    BOOST_TEST(former.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// Twenty members without connections, each of which gets each fact once, and names that come and go around them.
struct Crowd {
    explicit Crowd(std::uint64_t seed) : random(seed) {
        for (int i = 0; i < 20; ++i) add();
    }
    void add() {
        const std::string name = "pod-" + std::to_string(next++) + "@10.0.0.1";
        const Run run{static_cast<std::uint64_t>(now / 1ms), random() | 1};
        members.push_back(
            std::make_unique<Membership>(names, 16, name, run, Membership::Endpoint{{}, 4747}, Membership::Limits{}));
        members.back()->advance(now);
        everybody(document(*members.back()));
        for (const auto &each : members) apply(*members.back(), document(*each));
    }
    static std::string document(const Membership &of) {
        std::string out;
        of.encode_document(of.self(), out);
        return out;
    }
    static void apply(Membership &to, const std::string &bytes) {
        Reader in(bytes);
        to.apply(*read_document(in));
    }
    void everybody(const std::string &document_bytes) {
        for (const auto &each : members) apply(*each, document_bytes);
    }
    void tell(Membership &from, const Membership::Item &item) {
        std::string bytes;
        from.encode_fact(item, bytes);
        for (const auto &each : members) {
            Reader in(bytes);
            if (each.get() != &from) accepted = accepted && each->apply(*read_fact(in), now) != Applied::too_many;
        }
    }
    /// One leaves or dies, and another one joins.
    void step(Time time) {
        now += time;
        const std::size_t who = stay + random() % (members.size() - stay);
        const auto going = std::move(members[who]);
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(who));
        if (random() % 2 == 0) {
            tell(*going, going->end(random() % 2 == 0));
        } else {
            for (const auto &each : members) {
                if (each->observes(going->self()) && each->find(names.name(going->self())))
                    tell(*each, *each->accuse(going->self(), "refused", true));
            }
        }
        for (const auto &each : members) {
            each->advance(now);
            const auto changes = each->settle();
            accepted = accepted && std::ranges::count_if(changes, [](const auto &change) { return !change.up; }) == 1;
        }
        add();
        for (const auto &each : members) {
            if (each != members.back()) ups += each->settle().size();
        }
        members.back()->settle();
        most_known = std::max(most_known, members[0]->known_count());
        most_slots = std::max(most_slots, names.size());
    }

    static constexpr std::size_t stay = 5; // the first ones
    NameTable names{8};
    std::mt19937_64 random;
    Time now = 1000s;
    std::size_t next = 0, ups = 0, most_known = 0, most_slots = 0;
    bool accepted = true;
    std::vector<std::unique_ptr<Membership>> members;
};

} // namespace

// 30000 in the third list.
BOOST_AUTO_TEST_CASE(names_that_come_and_go_are_all_accepted_and_the_table_stays_small) {
    const char *given = std::getenv("KITH_NAMES");
    const std::size_t count = given != nullptr ? std::strtoul(given, nullptr, 10) : 300;
    Crowd crowd(1);
    for (std::size_t i = 0; i < count; ++i) crowd.step(5min);
    BOOST_TEST(crowd.accepted);
    BOOST_TEST(crowd.ups == count * 19); // each new name is up at each of the others, once, and nobody else ever is
    constexpr std::size_t in_six_hours = 72, in_three_days = 864, until_next_sweep = 3;
    BOOST_TEST(crowd.most_known <= 20 + in_six_hours + until_next_sweep);
    BOOST_TEST(crowd.most_slots <= 20 + 2 * in_six_hours + until_next_sweep); // from accusations a new one learns old names
    const std::size_t former = crowd.members[0]->former_count();
    BOOST_TEST(former <= in_three_days + until_next_sweep);
    BOOST_TEST(former + in_six_hours + until_next_sweep >= std::min(count, in_three_days + in_six_hours));
    for (const auto &each : crowd.members) {
        BOOST_TEST(each->up_count() == 19u);
        BOOST_TEST((each->digest() == crowd.members[0]->digest()));
    }
    BOOST_TEST_MESSAGE(count << " names: at most " << crowd.most_known << " in a table; " << crowd.members[0]->former_count()
                             << " last runs are kept");
}
