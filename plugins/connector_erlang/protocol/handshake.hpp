// SPDX-License-Identifier: MIT
//
// The distribution handshake, version 6, as the side that dials. Fed bytes, it leaves bytes to write; it knows no sockets and no time:
// who drives it allows 7 s for each step, as a node does.
//
//   we   'N' flags creation name
//   they 's' status                 ok | ok_simultaneous | nok | not_allowed | alive
//   they 'N' flags challenge creation name
//   we   'r' challenge digest       MD5(cookie, their challenge)
//   they 'a' digest                 MD5(cookie, our challenge)
#pragma once

#include "cookie_and_digest.hpp"
#include "distribution_flags.hpp"
#include "frame.hpp"
#include "issued_challenges.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang {

class Dialler {
  public:
    struct Config {
        std::string name; // ours, in full
        std::string peer; // the node we connect to; without a host part only the part before the @ is checked
        Cookie cookie;
        std::uint32_t creation = 0;
        std::uint32_t challenge = 0; // ours, from a CSPRNG
        /// What they must be able to do, of `flag`.
        std::uint64_t needed = flag::needed;
        Frames::Width width = Frames::Width::two; // four in TLS
        /// End at their challenge, without an answer: it shows how far a peer comes, and proves to nobody that we know a cookie.
        bool stop_at_challenge = false;
    };

    enum class State : std::uint8_t {
        going,  // write what `take_output` brings, then feed what comes
        done,   // connected; or their challenge has come, where we stop there
        failed, // see `fault`
    };

    enum class Fault : std::uint8_t {
        none,
        malformed,     // not the bytes of a node
        tls,           // a record of TLS, where the bytes of a node were expected
        not_allowed,   // they keep a list of names, and ours is not on it
        nok,           // the node connects to us at the same time, and its connection is kept
        wrong_name,    // another node is there
        lacks_flags,   // they cannot do all that is needed; see `missing`
        reflected,     // they handed us a challenge of our own
        wrong_digest,  // they do not know the cookie
        closed_name,   // closed before a status was sent
        closed_status, // closed between status and challenge
        closed_cookie, // closed instead of the last step: they do not accept our cookie
        mute,          // a step took too long
    };

    struct Peer {
        std::string name;
        std::uint64_t flags = 0;
        std::uint32_t creation = 0;
    };

    /// `challenges` is shared by all handshakes of an instance and outlives this.
    Dialler(Config config, Challenges &challenges);

    /// Bytes to write, once.
    std::string take_output();

    State feed(std::string_view bytes);
    /// The other side ended the stream.
    State closed();
    /// The time of a step is over.
    State expired();

    State state() const noexcept { return state_; }
    Fault fault() const noexcept { return fault_; }
    /// Known from their challenge on, also when what follows fails.
    const Peer &peer() const noexcept { return peer_; }
    /// Of what is needed, what they cannot do.
    std::uint64_t missing() const noexcept { return config_.needed & ~flag::expanded(peer_.flags); }
    /// What came behind the handshake.
    std::string_view rest() const noexcept { return frames_.rest(); }

  private:
    enum class Step : std::uint8_t { status, challenge, acknowledge };

    State fail(Fault fault);
    State on_frame(std::string_view frame);
    State on_status(std::string_view frame);
    State on_challenge(std::string_view frame);
    State on_acknowledge(std::string_view frame);

    Config config_;
    Challenges &challenges_;
    Frames frames_;
    std::string output_;
    Peer peer_;
    Step step_ = Step::status;
    State state_ = State::going;
    Fault fault_ = Fault::none;
};

/// One sentence for people.
std::string_view to_string(Dialler::Fault fault) noexcept;

/// The part before the @.
std::string_view alive_part(std::string_view node) noexcept;
/// The part after the @; empty if there is none.
std::string_view host_part(std::string_view node) noexcept;

} // namespace kith::erlang
