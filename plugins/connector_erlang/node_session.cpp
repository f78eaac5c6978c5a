// SPDX-License-Identifier: MIT
#include "node_session.hpp"

#include "etf/term_printer.hpp"

#include <utility>

namespace kith::erlang {
namespace {

constexpr std::size_t window = 64;
constexpr std::size_t most_read = 65536;
constexpr std::chrono::seconds write_bound{8};

std::string in_words(const Calls::Answer &answer) {
    std::string value = etf::to_text(answer.value);
    switch (answer.outcome) {
    case Calls::Outcome::returned: return value;
    case Calls::Outcome::thrown: return "threw " + value;
    case Calls::Outcome::exited: return "exited with " + value;
    case Calls::Outcome::raised: return "failed with " + value;
    case Calls::Outcome::not_spawned: return "was not started: " + value;
    case Calls::Outcome::killed: return "ended with " + value;
    }
    return value;
}

} // namespace

Session::Session(host h, Connection connection, etf::Pid self, std::size_t max_frame)
    : host_(h),
      stream_(std::move(connection.stream)),
      peer_(std::move(connection.peer)),
      self_(std::move(self)),
      frames_(Frames::Width::four, max_frame),
      calls_(self_, window),
      relay_(self_),
      to_write_(h) {
    limits_.bytes = max_frame;
    frames_.append(connection.rest);
}

void Session::flush() {
    if (!output_.empty()) to_write_.notify();
}

void Session::listen() {
    relay_.start(output_);
    flush();
}

void Session::close(error why) {
    if (closed_) return;
    closed_ = true;
    reason_ = std::move(why);
    stream_.close();
    to_write_.notify();
    for (const auto &[id, call] : calls_under_way_) call->done_.notify();
}

task<void> Session::write() {
    while (!closed_) {
        while (!output_.empty() && !closed_) {
            std::string bytes = std::exchange(output_, {});
            std::string_view rest = bytes;
            while (!rest.empty() && !closed_) {
                const std::string_view part = rest.substr(0, KITH_TCP_MAX_WRITE);
                auto sent = co_await stream_.write(part, write_bound);
                if (!sent) {
                    const bool stuck = sent.status() == KITH_TIMED_OUT;
                    close(error(sent.status(), stuck ? "the node " + peer_.name + " does not read any more"
                                                     : "the connection to " + peer_.name + " broke: " + sent.error().text));
                }
                rest.remove_prefix(part.size());
            }
        }
        if (!closed_) co_await to_write_.wait();
    }
}

task<error> Session::read(std::function<void(Relay::Event)> hear) {
    std::vector<std::byte> buffer(most_read);
    while (!closed_) {
        while (auto frame = frames_.next())
            if (!take_frame(*frame, hear)) break;
        if (frames_.too_large())
            close(error(KITH_LIMIT, "the node " + peer_.name + " sent a message larger than option max_frame allows"));
        flush();
        if (closed_) break;
        auto got = co_await stream_.read(buffer);
        if (closed_) break;
        if (!got) {
            const bool ended = got.status() == KITH_CLOSED || got.status() == KITH_RESET;
            const std::string_view what =
                answered_ ? "the node went down, restarts, or dropped us"
                          : "the node accepted us and closed the connection before its first answer: it went down, or is "
                            "no BEAM node and cannot be driven";
            close(error(ended ? KITH_RESET : got.status(),
                        "the connection to " + peer_.name + " is lost: " + (ended ? std::string(what) : got.error().text)));
            break;
        }
        ++heard_;
        frames_.append({reinterpret_cast<const char *>(buffer.data()), *got});
    }
    co_return reason_;
}

bool Session::take_frame(std::string_view frame, const std::function<void(Relay::Event)> &hear) {
    if (frame.empty()) {
        control::append_tick(output_);
        return true;
    }
    const control::Parsed parsed = control::parse(frame, limits_);
    if (!parsed) {
        std::string text = "the node " + peer_.name + " sent an unreadable message: ";
        text +=
            parsed.fault == control::Fault::term ? etf::to_string(parsed.term) : std::string_view("no message of the protocol");
        close(error(KITH_PROTOCOL, std::move(text)));
        return false;
    }
    answered_ = true;
    const control::Message &message = parsed.message;
    if (message.op == control::Op::unlink_id && message.size >= 3) {
        control::append_unlink_ack(output_, self_, message.fields[1].encoded(), message.fields[0].encoded());
        return true;
    }
    if (auto done = calls_.take(message, output_)) {
        answer(*done);
    } else if (auto event = relay_.take(message, output_)) {
        hear(std::move(*event));
    }
    return !closed_;
}

void Session::answer(const Calls::Answer &answer) {
    const auto found = calls_under_way_.find(answer.id);
    if (found == calls_under_way_.end()) return;
    Call &call = *found->second;
    call.answered_ = true;
    call.reply_.returned = answer.outcome == Calls::Outcome::returned;
    call.reply_.text = in_words(answer);
    if (call.reply_.returned) call.reply_.value = answer.value.encoded();
    calls_under_way_.erase(found);
    call.done_.notify();
}

task<result<Session::Reply>> Session::call(std::string module, std::string function, std::string arguments,
                                           std::chrono::nanoseconds timeout) {
    if (closed_) co_return reason_;
    Call call(*this, std::move(module), std::move(function), arguments);
    (void)co_await call.wait(timeout);
    co_return call.take(timeout);
}

Session::Call::Call(Session &session, std::string module, std::string function, std::string_view arguments)
    : session_(session),
      function_(module + ':' + function),
      id_(session.closed_ ? 0 : session.calls_.begin(session.output_, module, function, arguments)),
      done_(session.host_) {
    if (id_ == 0) return;
    session_.calls_under_way_[id_] = this;
    session_.flush();
}

Session::Call::~Call() {
    if (id_ != 0 && session_.calls_under_way_.erase(id_) != 0 && session_.calls_.give_up(id_, session_.output_))
        session_.flush();
}

task<bool> Session::Call::wait(std::chrono::nanoseconds time) {
    if (!over()) (void)co_await done_.wait_for(time);
    co_return over();
}

result<Session::Reply> Session::Call::take(std::chrono::nanoseconds waited) {
    if (answered_) return std::move(reply_);
    if (session_.closed_) return session_.reason_;
    if (id_ == 0) return error(KITH_LIMIT, "too many calls wait for the node " + session_.peer_.name);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
    return error(KITH_TIMED_OUT,
                 function_ + " in " + session_.peer_.name + " did not return within " + std::to_string(ms) + " ms");
}

} // namespace kith::erlang
