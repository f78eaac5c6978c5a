// SPDX-License-Identifier: MIT
//
// What is sent when many documents are news at once, or a member with many compares what it has with others.
#include "member.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::mesh;
using namespace std::chrono_literals;

namespace {

std::string nth_name(std::size_t i) { return "m" + std::to_string(i) + "@h"; }

Document document_of(const std::string &origin) {
    Document out;
    out.joined.kind = FactKind::joined;
    out.joined.origin = origin;
    out.joined.run = {10, 1};
    out.joined.number = out.complete = 1;
    return out;
}

using Kinds = std::vector<FrameKind>;

/// The kinds of the frames, and the origins of the documents in them.
Kinds kinds_in(std::string_view bytes, std::vector<std::string> &origins) {
    Kinds out;
    FrameReader frames;
    frames.append(bytes);
    while (const auto frame = frames.next()) {
        out.push_back(frame->kind);
        if (frame->kind != FrameKind::documents) continue;
        Reader in(frame->body);
        while (!in.at_end()) origins.emplace_back(read_document(in).value().joined.origin);
    }
    return out;
}

struct Waiting {
    Waiting() {
        for (std::size_t i = 0; i < 100; ++i) {
            const std::string origin = nth_name(i);
            BOOST_REQUIRE((here.apply(document_of(origin)) == Membership::Applied::news));
            ids.push_back(here.origin());
        }
    }
    Kinds sent() {
        origins.clear();
        return kinds_in(link.take_output(here, SIZE_MAX), origins);
    }

    NameTable names{8};
    Membership here{names, 16, "me@h", {10, 1}, {"", 4747}, {}};
    Link link{1, true, nobody, 1s, 1s, 3s};
    std::vector<NodeId> ids;
    std::vector<std::string> origins;
};

/// A member among more names than those with which it compares at once.
struct Comparing {
    Comparing() {
        for (std::size_t i = 0; i < 600; ++i) names.intern(nth_name(i));
        settings.name = "me@h";
        settings.cluster = "c";
        settings.run = {1, 1};
        member = std::make_unique<Member>(names, settings, now);
        for (std::size_t i = 0; i < 3; ++i) links.push_back(link(i));
        sent();
    }
    LinkId link(std::size_t i) {
        const LinkId id = *member->accepted({}, now);
        const std::string peer = nth_name(i);
        Hello hello;
        hello.cluster = "c";
        hello.name = peer;
        hello.run = {10, 1};
        std::string bytes;
        append_frame(bytes, FrameKind::hello, encode(hello));
        append_frame(bytes, FrameKind::welcome, std::string(4, '\0'));
        member->received(id, bytes, now);
        return id;
    }
    void receive(LinkId id, FrameKind kind, std::string_view body) {
        std::string bytes;
        append_frame(bytes, kind, body);
        member->received(id, bytes, now);
    }
    /// How many frames of the kind each link got since the last call.
    std::vector<std::size_t> sent(FrameKind kind = FrameKind::hello) {
        std::vector<std::size_t> out;
        for (const LinkId id : links) {
            std::vector<std::string> origins;
            const Kinds kinds = kinds_in(member->take_output(id, SIZE_MAX), origins);
            out.push_back(static_cast<std::size_t>(std::ranges::count(kinds, kind)));
        }
        return out;
    }

    NameTable names{8};
    MemberSettings settings;
    Time now = 1s;
    std::unique_ptr<Member> member;
    std::vector<LinkId> links;
    const std::string other_digest = std::string(8 * Membership::buckets, '\1');
};

} // namespace

BOOST_AUTO_TEST_SUITE(many_documents)

BOOST_FIXTURE_TEST_CASE(a_set_of_members_forgets_nothing_and_keeps_no_memory, Waiting) {
    NodeSet set;
    for (const NodeId id : {700U, 3U, 64U, 63U}) BOOST_TEST(set.insert(id));
    BOOST_TEST(!set.insert(64));
    BOOST_TEST(set.erase(63));
    BOOST_TEST(!set.erase(63));
    BOOST_TEST(!set.contains(10'000));
    NodeSet same;
    for (const NodeId id : {3U, 64U, 700U, 2000U}) same.insert(id);
    BOOST_TEST(!(set == same));
    same.erase(2000);
    BOOST_TEST((set == same));
    BOOST_TEST(set.pop() == 3u);
    BOOST_TEST(set.insert(1)); // before the place of the last one
    BOOST_TEST(set.pop() == 1u);
    BOOST_TEST(set.pop() == 64u);
    BOOST_TEST(set.pop() == 700u);
    BOOST_TEST(set.empty());
}

BOOST_FIXTURE_TEST_CASE(documents_that_are_passed_on_are_sent_once_however_many, Waiting) {
    for (const NodeId id : ids) link.pass_on({id});
    for (const NodeId id : ids) link.pass_on({id});
    link.has({ids[7]});
    BOOST_TEST((sent() == Kinds{FrameKind::documents}));
    BOOST_TEST(origins.size() == 99u);
    BOOST_TEST(std::ranges::count(origins, nth_name(7)) == 0);
    BOOST_TEST(!link.has_output());
}

BOOST_FIXTURE_TEST_CASE(a_few_offers_are_sent_and_for_many_a_digest, Waiting) {
    for (std::size_t i = 0; i < 5; ++i) link.offer({ids[i]});
    link.has({ids[0]});
    BOOST_TEST((sent() == Kinds{FrameKind::documents}));
    BOOST_TEST(origins.size() == 4u);
    for (const NodeId id : ids) link.offer({id});
    BOOST_TEST(link.has_output());
    BOOST_TEST((sent() == Kinds{FrameKind::digest}));
    BOOST_TEST(!link.has_output());
    for (const NodeId id : ids) link.offer({id});
    link.compared(); // the other side was first
    BOOST_TEST(!link.has_output());
}

BOOST_FIXTURE_TEST_CASE(a_member_of_many_compares_with_one_after_the_other, Comparing) {
    for (const LinkId id : links) receive(id, FrameKind::digest, other_digest);
    BOOST_TEST((sent(FrameKind::list) == std::vector<std::size_t>{1, 0, 0}));
    now = member->deadline();
    member->advance(now); // the heartbeat
    BOOST_TEST((sent(FrameKind::digest) == std::vector<std::size_t>{0, 1, 1}));
    now += 1s;
    member->advance(now);
    BOOST_TEST((sent(FrameKind::digest) == std::vector<std::size_t>{0, 0, 0})); // those who dialled send the next ones
    receive(links[2], FrameKind::digest, other_digest);
    BOOST_TEST((sent(FrameKind::list) == std::vector<std::size_t>{0, 0, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
