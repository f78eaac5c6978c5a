// SPDX-License-Identifier: MIT
#include "connections.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kith::mesh {

namespace {

using namespace std::chrono_literals;

constexpr Time dial_time = 1s;   // for the connection alone
constexpr Time write_time = 10s; // a peer that reads nothing for so long has failed
constexpr Time final_output_time = 500ms;
constexpr std::size_t most_accepted_in_turn = 16;
constexpr std::size_t most_handshakes = 64; // at once, of connections that were accepted; others are closed
constexpr std::size_t read_size = 65536;
constexpr std::size_t idle_read_size = 1024; // a link on which heartbeats come alone needs no more
constexpr int enough_small_reads = 16;       // after which it counts as idle

class CountedHandshake {
  public:
    explicit CountedHandshake(std::size_t &count) noexcept : count_(count) { ++count_; }
    ~CountedHandshake() { --count_; }
    CountedHandshake(const CountedHandshake &) = delete;
    CountedHandshake &operator=(const CountedHandshake &) = delete;

  private:
    std::size_t &count_;
};

} // namespace

Connections::Connections(host h, const Settings &settings, LinkSecurity &security, ConnectionsOwner &owner)
    : host_(h),
      settings_(settings),
      security_(security),
      owner_(owner),
      tcp_(h),
      timer_(h),
      log_(h),
      refused_(h, {"refused_connections_total", "Connections that proved no membership of the cluster."}) {}

task<> Connections::accept_all(listener &from) {
    for (std::size_t in_turn = 0;;) {
        auto accepted = co_await from.accept();
        if (!accepted) {
            log_.warning("a connection was not accepted", {{"reason", accepted.error().text}});
            co_await timer_.sleep(100ms);
            continue;
        }
        if (handshakes_ < most_handshakes) owner_.begin(admit(std::move(*accepted)));
        if (++in_turn % most_accepted_in_turn == 0) co_await timer_.sleep({});
    }
}

task<> Connections::dial(LinkId id, std::string name, Membership::Endpoint to) {
    Member &member = owner_.member();
    const std::string address = to.address.empty() ? std::string(host_part(name)) : to.address;
    const std::uint16_t port = to.port != 0 ? to.port : settings_.peer_port;
    if (settings_.plain && !is_loopback(address)) { // another member has reported this address
        member.dial_failed(id, address + " is not on loopback, and option plain is true", false, owner_.now());
        owner_.carry_out();
        co_return;
    }
    auto opened = co_await tcp_.connect(address, port, dial_time);
    if (!opened) {
        member.dial_failed(id, opened.error().text, opened.status() == KITH_REFUSED || opened.status() == KITH_RESET,
                           owner_.now());
        owner_.carry_out();
        co_return;
    }
    auto proof = co_await security_.secure_dialled(*opened, name);
    if (!proof) {
        member.dial_failed(id, proof.error().text, proof.status() != KITH_TIMED_OUT, owner_.now());
        owner_.carry_out();
        co_return;
    }
    // The streams first: the protocol has something to write at once.
    const std::string proved = proof->name;
    serve(id, std::move(*opened), std::move(*proof));
    member.connected(id, proved, owner_.now());
    owner_.carry_out();
}

/// A connection from another member, until it has proved who it is.
task<> Connections::admit(stream from) {
    const CountedHandshake one(handshakes_);
    const std::string remote = from.remote.address;
    auto proof = co_await security_.secure_accepted(from);
    if (!proof) {
        refused_.add();
        log_.warning("a connection was refused", {{"from", remote}, {"reason", proof.error().text}});
        co_return;
    }
    if (const auto id = owner_.member().accepted(proof->name, owner_.now())) serve(*id, std::move(from), std::move(*proof));
}

void Connections::serve(LinkId id, stream opened, Proof proof) {
    const auto link = std::make_shared<Stream>(host_, std::move(opened), std::move(proof));
    streams_[id] = link;
    owner_.begin(write(id, link));
    owner_.begin(read(id, link));
}

task<> Connections::read(LinkId id, std::shared_ptr<Stream> link) {
    std::vector<std::byte> buffer(idle_read_size);
    int small_reads = 0; // in a row
    while (link->to.open()) {
        const auto got = co_await link->to.read(buffer);
        if (!got) {
            over(id, got.status() == KITH_CLOSED ? "it ended the connection" : got.error().text);
            co_return;
        }
        owner_.member().received(id, {reinterpret_cast<const char *>(buffer.data()), *got}, owner_.now());
        owner_.carry_out();
        small_reads = *got <= idle_read_size ? small_reads + 1 : 0;
        if (*got == buffer.size() && buffer.size() < read_size) {
            buffer = std::vector<std::byte>(std::min(4 * buffer.size(), read_size)); // a burst of facts is some KiB
            small_reads = 0;
        } else if (small_reads == enough_small_reads && buffer.size() > idle_read_size) {
            buffer = std::vector<std::byte>(idle_read_size);
        }
    }
}

task<> Connections::write(LinkId id, std::shared_ptr<Stream> link) {
    for (;;) {
        const std::string bytes = owner_.member().take_output(id, read_size);
        if (!bytes.empty()) {
            link->writing = true;
            const auto wrote = co_await link->to.write(bytes, write_time);
            if (!wrote) {
                over(id, wrote.status() == KITH_TIMED_OUT ? "it does not read" : wrote.error().text);
                co_return;
            }
            link->writing = false;
            owner_.carry_out(); // there may be more
            continue;
        }
        if (link->closing) {
            over(id, "closed");
            co_return;
        }
        co_await link->wake.wait();
    }
}

void Connections::wake(LinkId id) {
    if (const auto at = streams_.find(id); at != streams_.end()) at->second->wake.notify();
}

void Connections::close(LinkId id) {
    const auto at = streams_.find(id);
    if (at == streams_.end()) return;
    at->second->closing = true;
    at->second->wake.notify();
}

void Connections::over(LinkId id, const std::string &why) {
    const auto at = streams_.find(id);
    if (at == streams_.end()) return;
    const auto link = at->second;
    streams_.erase(at);
    link->closing = true;
    link->to.close();
    link->wake.notify();
    owner_.member().closed(id, why, owner_.now());
    (void)owner_.member().take_output(id, SIZE_MAX); // it cannot be written any more
    owner_.carry_out();
}

void Connections::end_denied() {
    std::vector<std::pair<LinkId, std::string>> ended;
    for (const auto &[id, link] : streams_) {
        if (const std::string why = security_.why_denied(link->proof); !why.empty()) ended.emplace_back(id, why);
    }
    for (const auto &[id, why] : ended) over(id, why);
}

std::optional<LinkId> Connections::outdated(LinkId after) const {
    for (auto at = streams_.upper_bound(after); at != streams_.end(); ++at) {
        if (!at->second->closing && !security_.is_current(at->second->proof)) return at->first;
    }
    return std::nullopt;
}

task<> Connections::write_final_output() {
    const auto all = streams_;
    for (const auto &[id, link] : all) {
        if (link->writing) continue; // some of those bytes are under way
        const std::string rest = owner_.member().take_output(id, SIZE_MAX);
        (void)co_await link->to.write(rest, final_output_time);
    }
}

} // namespace kith::mesh
