// SPDX-License-Identifier: MIT
//
// One member of the mesh: the whole protocol without sockets and clocks. It is fed with the wishes of the strategies, with what happens to
// connections, with bytes and with the time, and answers with actions. Call take_actions after each input.
#pragma once

#include "dialler.hpp"
#include "heartbeat.hpp"
#include "link.hpp"
#include "messages.hpp"
#include "observer.hpp"

#include <memory>
#include <optional>

namespace kith::mesh {

struct MemberSettings {
    std::string name;
    std::string cluster;
    Membership::Endpoint listening;
    unsigned degree = 16;
    Time heartbeat = std::chrono::milliseconds(500);
    Time silence = std::chrono::milliseconds(2700);
    Run run;
    std::uint64_t seed = 0;
    Membership::Limits limits{};
};

struct Action {
    enum class Kind : std::uint8_t {
        dial,     // open a connection to `endpoint` for the link, and report `connected` or `dial_failed`
        output,   // take_output returns bytes to write on the link
        close,    // take_output returns the last bytes: close the connection when they are written
        up,       // `name` is a member that is up
        down,     // it is not any more: text
        failed,   // no link to `name`, which is not up, can be had: text
        messages, // some have arrived on `channel`, from `name`: see text_of
        done,     // the messages `tickets` have arrived; or have not: text
        notice,   // for the operator: text
        isolated, // no link is left; text is empty when there is one again
    };
    Kind kind{};
    LinkId link = 0;
    std::string name;
    std::string text;
    Membership::Endpoint endpoint{};
    std::string channel{};
    bool to_all = false;         // of messages: they were broadcasts
    std::vector<Place> places{}; // of messages: that of each, in `text`
    std::vector<std::uint64_t> tickets{};

    /// Of messages: that one.
    [[nodiscard]] std::string_view text_of(Place place) const noexcept {
        return std::string_view(text).substr(place.at, place.size);
    }
};

class Member {
  public:
    struct Counters {
        std::uint64_t refused = 0, accusations = 0, announcements = 0;
    };

    /// names: possibly shared with other members.
    Member(NameTable &names, MemberSettings settings, Time now);
    ~Member();

    // ---- wishes ----

    void want(std::string_view name, Membership::Endpoint at, Time now);
    void part(std::string_view name, Time now);
    /// Reports to everybody that this member ends. Its links stay: the owner writes their output and ends.
    void end(bool for_good, Time now);

    // ---- connections ----

    /// Another member has connected; certified: the name that it has proved, empty where the transport proves none. Nothing: there are
    /// too many greetings already, close it.
    std::optional<LinkId> accepted(std::string_view certified, Time now);
    void connected(LinkId link, std::string_view certified, Time now);
    /// conclusive: the host has answered that nobody listens there.
    void dial_failed(LinkId link, std::string_view why, bool conclusive, Time now);
    void received(LinkId link, std::string_view bytes, Time now);
    void closed(LinkId link, std::string_view why, Time now);
    /// The link uses keys or certificates that are outdated: a new one takes its place, which the greater name dials.
    void renew(LinkId link, Time now);
    /// The next bytes to write, about `most`; empty when there are none.
    std::string take_output(LinkId link, std::size_t most);

    // ---- messages ----

    /// ticket: comes back in `done`.
    Messages::Sent send(std::string_view to, std::string_view channel, std::string_view text, std::uint64_t ticket, Time now);
    Messages::Sent broadcast(std::string_view channel, std::string_view text);

    // ---- time ----

    /// The wall clock now, in milliseconds since 1970: all members send heartbeats at the same moments, and a refusal contains by how much two
    /// clocks differ.
    void wall(std::uint64_t now) noexcept { wall_ = now; }
    void advance(Time now);
    /// When advance must be called at the latest.
    [[nodiscard]] Time deadline() const noexcept;

    std::vector<Action> take_actions();

    // ---- state ----

    [[nodiscard]] bool is_up(std::string_view name) const;
    struct LinkView {
        std::string name;
        bool direct = false;
        Time rtt{-1};
    };
    /// Everybody who is up.
    [[nodiscard]] std::vector<LinkView> up() const;
    [[nodiscard]] std::size_t direct_links() const noexcept;
    /// Those with whom there is a direct link, sorted.
    [[nodiscard]] std::vector<NodeId> linked() const;
    /// Connections of all phases.
    [[nodiscard]] std::size_t connections() const noexcept { return links_.size(); }
    [[nodiscard]] bool direct(std::string_view name) const;
    [[nodiscard]] const Membership &membership() const noexcept { return membership_; }
    [[nodiscard]] const Counters &counters() const noexcept { return counters_; }
    /// Why the member of that name is not up, as a sentence.
    [[nodiscard]] std::string explain(std::string_view name) const;

  private:
    static constexpr Time patience_with_unwanted = std::chrono::hours(1); // how long a member that no strategy finds is dialled
    static constexpr Time overlay_pause = std::chrono::milliseconds(20);  // between two computations of the neighbours
    /// After its own start a member expects that others are starting too: until then those that do not answer yet keep their places on its
    /// rings. Otherwise a cluster that starts makes the links of each of its sizes on the way, more than twice as many as it needs.
    static constexpr Time time_to_start = std::chrono::seconds(2);
    using Links = std::map<LinkId, std::unique_ptr<Link>>;
    Link *find(LinkId id);
    [[nodiscard]] Link *link_to(NodeId peer) const;
    void put(Action action) { actions_.push_back(std::move(action)); }
    void notice(std::string text) { put({.kind = Action::Kind::notice, .name = {}, .text = std::move(text)}); }
    void wrote(Link &link);
    void control(Link &link, FrameKind kind, std::string_view body);
    void spread(const Membership::Item &item);
    void pass_on(const Membership::Item &item, const Link &from);
    const Messages::Ways &ways();
    void failed_to_reach(NodeId peer, std::string_view why, bool conclusive, Time now);
    void end_link(LinkId id, std::string_view why, bool failed, bool conclusive, Time now);
    void drop(LinkId id);
    [[nodiscard]] bool needs(NodeId id) const;
    void forgotten(NodeId id);
    void hear(Time now);
    void check_gap(Time now);

    // frames
    void take(Link &link, const FrameReader::Frame &frame, Time now);
    void take_heartbeat(Link &link, std::string_view body, Time now);
    void take_verdict(Link &link, std::string_view body, Time now);
    void broken(Link &link, std::string_view what, Time now);

    // greeting
    void send_hello(Link &link);
    void take_hello(Link &link, std::string_view body, Time now);
    void take_refusal(Link &link, std::string_view body, Time now);
    void take_welcome(Link &link, std::string_view body, Time now);
    void refuse(Link &link, RefusalCode code, std::string_view reason, std::uint64_t start, Time now);
    void come_up(Link &link, Time now);
    void take_kept(Link &link, Time now);
    void take_renew(Link &link, Time now);

    // facts
    void take_facts(Link &link, std::string_view body, Time now);
    void take_documents(Link &link, std::string_view body, Time now);
    void learnt(Link &link, Membership::Applied applied, std::string_view origin);
    void send_digest(Link &link);
    void compare(Link &link, Time now);
    [[nodiscard]] bool compares(Time now) const noexcept;
    void take_digest(Link &link, std::string_view body, Time now);
    void send_lists(Link &link, std::uint64_t mask, bool reply);
    void take_list(Link &link, std::string_view body, Time now);

    // time
    void settle(Time now);
    void hand_up();
    void settle_overlay(Time now);
    void check_links(Time now);
    void check_self(Time now);
    void check_half(Time now);
    void check_suspects(Time now);
    void check_unanswered(Time now);
    [[nodiscard]] Time next_moment(Time now) const noexcept;
    void beat(Time now);
    [[nodiscard]] Time silence_due() const noexcept;
    void dial(Time now);
    void dial(NodeId id);

    NameTable &names_;
    MemberSettings settings_;
    Membership membership_;
    Observer observer_;
    Dialler dialler_;
    Messages messages_;
    Messages::Ways ways_;
    bool ways_outdated_ = true; // the links have changed since ways_ was computed
    Links links_;
    std::unordered_map<NodeId, std::vector<Link *>> by_peer_; // up ones
    std::map<LinkId, NodeId> dials_;                          // under way, without a connection yet
    std::map<LinkId, std::string> final_output_;              // of links that have ended
    std::map<NodeId, Time> missing_since_;
    std::vector<NodeId> unanswered_;     // wanted, never heard of, and nobody answers there: absent from expected_until_ on
    std::optional<Time> expected_until_; // none: no strategy has found anybody yet
    std::vector<NodeId> nearest_;        // sorted
    LinkId next_link_ = 1;
    std::vector<Action> actions_;
    Counters counters_;
    Time now_{}, overlay_due_{}, last_beat_{}, next_beat_{}, may_announce_{}, may_compare_{};
    Time heard_;                       // when something came on a link last
    Time gap_ended_ = Time::max();     // when something came last after nothing had come for patience_with_unwanted
    Time doubted_since_ = Time::max(); // when it learnt that others believe it down
    std::uint64_t interval_ = 0;       // number of the present interval between two heartbeats
    unsigned announced_ = 0;
    Time below_half_since_ = Time::max(); // fewer than half of those whom the strategies have found are up
    bool reported_below_half_ = false;
    bool isolated_ = false, ending_ = false, reported_abstaining_ = false, reported_own_name_ = false;
    std::uint64_t wall_ = 0;
};

} // namespace kith::mesh
