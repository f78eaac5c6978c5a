// SPDX-License-Identifier: MIT
#include "handshake.hpp"

#include "big_endian.hpp"
#include "distribution_flags.hpp"
#include "latin1.hpp"

#include <utility>

namespace kith::erlang {
namespace {

constexpr std::size_t max_frame = 1024; // before they have proved anything
constexpr std::size_t max_name = 1020;  // 255 characters

// An alert or a handshake of TLS 1.x. As a frame of ours it would be longer than any is allowed to be.
bool begins_as_tls(std::string_view bytes) noexcept {
    return bytes.size() >= 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 3;
}

// Names are printed, compared and made atoms of: nothing below a space, one @ with something on both sides.
bool is_node_name(std::string_view name) noexcept {
    for (const char c : name)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
    return !alive_part(name).empty() && !host_part(name).empty() && name.size() <= max_name;
}

} // namespace

Dialler::Dialler(Config config, Challenges &challenges)
    : config_(std::move(config)), challenges_(challenges), frames_(config_.width, max_frame) {
    std::string body;
    append_u8(body, 'N');
    append_u64(body, flag::ours);
    append_u32(body, config_.creation);
    const std::string name = latin1_of(config_.name);
    append_u16(body, static_cast<std::uint16_t>(name.size()));
    body += name;
    append_frame(output_, config_.width, body);
}

std::string Dialler::take_output() { return std::exchange(output_, {}); }

Dialler::State Dialler::fail(Fault fault) {
    fault_ = fault;
    state_ = State::failed;
    output_.clear();
    return state_;
}

Dialler::State Dialler::feed(std::string_view bytes) {
    if (state_ != State::going) return state_;
    frames_.append(bytes);
    while (state_ == State::going) {
        const bool tls = step_ == Step::status && begins_as_tls(frames_.rest());
        const auto frame = frames_.next();
        if (!frame && frames_.too_large()) return fail(tls ? Fault::tls : Fault::malformed);
        if (!frame) return state_;
        on_frame(*frame);
    }
    return state_;
}

Dialler::State Dialler::closed() {
    if (state_ != State::going) return state_;
    switch (step_) {
    case Step::status: return fail(Fault::closed_name);
    case Step::challenge: return fail(Fault::closed_status);
    case Step::acknowledge: break;
    }
    return fail(Fault::closed_cookie);
}

Dialler::State Dialler::expired() { return state_ == State::going ? fail(Fault::mute) : state_; }

Dialler::State Dialler::on_frame(std::string_view frame) {
    switch (step_) {
    case Step::status: return on_status(frame);
    case Step::challenge: return on_challenge(frame);
    case Step::acknowledge: break;
    }
    return on_acknowledge(frame);
}

Dialler::State Dialler::on_status(std::string_view frame) {
    if (!frame.starts_with('s')) return fail(Fault::malformed);
    const std::string_view status = frame.substr(1);
    if (status == "nok") return fail(Fault::nok);
    if (status == "not_allowed") return fail(Fault::not_allowed);
    if (status == "alive") {
        // Only this kith has our name, so the connection that the node still has is a former one of ours whose end it has not noticed: replace it.
        append_frame(output_, config_.width, "strue");
    } else if (status != "ok" && status != "ok_simultaneous") {
        return fail(Fault::malformed);
    }
    step_ = Step::challenge;
    return state_;
}

Dialler::State Dialler::on_challenge(std::string_view frame) {
    constexpr std::size_t fixed = 1 + 8 + 4 + 4 + 2;
    if (!frame.starts_with('N') || frame.size() < fixed) return fail(Fault::malformed);
    const std::size_t size = read_u16(frame, fixed - 2);
    if (frame.size() - fixed < size) return fail(Fault::malformed); // more behind the name is for a later version
    const std::string_view sent = frame.substr(fixed, size);
    if (!is_node_name(sent)) return fail(Fault::malformed);
    peer_.flags = read_u64(frame, 1);
    peer_.creation = read_u32(frame, 13);
    // Erlang sends Latin-1; who sends UTF-8 is known by the name that is expected.
    peer_.name = sent == config_.peer ? std::string(sent) : utf8_of_latin1(sent);

    const bool full = !host_part(config_.peer).empty();
    if (full ? peer_.name != config_.peer : alive_part(peer_.name) != config_.peer) return fail(Fault::wrong_name);
    if (missing() != 0) return fail(Fault::lacks_flags);
    if (config_.stop_at_challenge) return state_ = State::done;

    const std::uint32_t challenge = read_u32(frame, 9);
    if (challenge == config_.challenge || challenges_.ours(challenge)) return fail(Fault::reflected);
    challenges_.issued(config_.challenge);
    const Digest digest = digest_of(config_.cookie.text(), challenge);
    std::string body;
    append_u8(body, 'r');
    append_u32(body, config_.challenge);
    body.append(digest.data(), digest.size());
    append_frame(output_, config_.width, body);
    step_ = Step::acknowledge;
    return state_;
}

Dialler::State Dialler::on_acknowledge(std::string_view frame) {
    if (frame.size() != 1 + Digest{}.size() || frame[0] != 'a') return fail(Fault::malformed);
    if (!equal(digest_of(config_.cookie.text(), config_.challenge), frame.substr(1))) return fail(Fault::wrong_digest);
    return state_ = State::done;
}

std::string_view to_string(Dialler::Fault fault) noexcept {
    switch (fault) {
    case Dialler::Fault::none: return "no fault";
    case Dialler::Fault::malformed: return "the server there is not an Erlang node";
    case Dialler::Fault::tls: return "the server there speaks TLS, as a node with -proto_dist inet_tls does";
    case Dialler::Fault::not_allowed: return "the node accepts only names that net_kernel:allow/1 lists";
    case Dialler::Fault::nok: return "the node is connecting to kith at the same time";
    case Dialler::Fault::wrong_name: return "another node answers there";
    case Dialler::Fault::lacks_flags: return "the node lacks required capabilities";
    case Dialler::Fault::reflected: return "the node sent our own challenge back to us, which is an attack";
    case Dialler::Fault::wrong_digest: return "the node does not know our cookie";
    case Dialler::Fault::closed_name: return "the node closed the connection after our name";
    case Dialler::Fault::closed_status: return "the node closed the connection before its challenge";
    case Dialler::Fault::closed_cookie: return "the node does not accept our cookie";
    case Dialler::Fault::mute: return "the node accepted the connection and sends nothing";
    }
    return "unknown fault";
}

std::string_view alive_part(std::string_view node) noexcept { return node.substr(0, node.find('@')); }

std::string_view host_part(std::string_view node) noexcept {
    const std::size_t at = node.find('@');
    return at == std::string_view::npos ? std::string_view{} : node.substr(at + 1);
}

} // namespace kith::erlang
