// SPDX-License-Identifier: MIT
#include "connection.hpp"

#include "response_head.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <exception>
#include <sys/socket.h>
#include <utility>

namespace kith::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_read_at_once = 65'536; // before others have their turn
constexpr std::size_t stream_room = 65'536;       // bytes of events that are rendered at once
constexpr auto ending_bound = std::chrono::seconds(2);

bool would_block(const boost::system::error_code &error) {
    return error == asio::error::would_block || error == asio::error::try_again;
}

} // namespace

ApiConnection::ApiConnection(Socket socket, Right right, std::shared_ptr<const ApiAccess> access, ConnectionShare &share)
    : socket_(std::move(socket)),
      right_(right),
      access_(std::move(access)),
      share_(&share),
      reader_(share.limits.head, share.limits.body) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
}

ApiConnection::~ApiConnection() { close(); }

void ApiConnection::start() { await_input(); }

void ApiConnection::refuse(ApiFault fault) {
    if (open()) answer(share_->handler.refusal(fault), false, false);
}

void ApiConnection::close() {
    if (share_ == nullptr) return;
    release_large();
    if (stream_) --share_->streams;
    stream_.reset();
    share_ = nullptr;
    out_ = {};
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void ApiConnection::retire() {
    if (phase_ == Phase::reading || (phase_ == Phase::streaming && stream_->endless())) return close();
    keep_alive_ = false;
}

void ApiConnection::enter(Phase phase) {
    phase_ = phase;
    since_ = progress_ = Clock::now();
}

void ApiConnection::await_input() {
    if (!open() || std::exchange(awaits_input_, true)) return;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const boost::system::error_code &error) {
        self->awaits_input_ = false;
        if (error || !self->open()) return;
        self->on_input();
    });
}

void ApiConnection::on_input() {
    char bytes[8192];
    std::size_t total = 0;
    while (open() && total < most_read_at_once) {
        // It is read again when what it asked for so far is answered.
        const bool asked = reader_.state() == RequestReader::State::complete || reader_.state() == RequestReader::State::failed;
        if (phase_ == Phase::answering || (phase_ == Phase::reading && asked)) return;
        boost::system::error_code error;
        const std::size_t got = socket_.read_some(asio::buffer(bytes), error);
        if (would_block(error)) break;
        if (error || got == 0) return close();
        total += got;
        if (phase_ != Phase::reading) continue; // requests of a stream's client, and of a refused client, are not read
        if (reader_.state() == RequestReader::State::idle) since_ = Clock::now();
        reader_.feed({bytes, got});
        handle();
    }
    await_input();
}

void ApiConnection::handle() {
    if (phase_ != Phase::reading) return;
    switch (reader_.state()) {
    case RequestReader::State::idle:
    case RequestReader::State::partial: return;
    case RequestReader::State::failed: return answer(share_->handler.refusal(reader_.fault()), false, false);
    case RequestReader::State::complete: break;
    }
    ApiRequest request = reader_.request();
    request.right = right_;
    request.access = access_.get();
    try {
        ApiAnswer answered = share_->handler.answer(request);
        const bool keep = reader_.keep_alive(), head_only = reader_.head_only();
        if (answered.stream && !head_only) return begin_stream(std::move(answered));
        answer(std::move(answered), keep, head_only);
    } catch (const std::exception &) { // such as no memory; nothing of the answer was sent
        close();
    }
}

void ApiConnection::answer(ApiAnswer answered, bool keep_alive, bool head_only) {
    const std::size_t limit = share_->limits.buffer;
    if (answered.body.size() > limit) {
        if (share_->large_bytes != 0 && share_->large_bytes + answered.body.size() > share_->limits.large) {
            answered = share_->handler.refusal(ApiFault::too_many_bytes);
        } else {
            large_ = answered.body.size();
            share_->large_bytes += large_;
        }
    }
    keep_alive_ = keep_alive;
    out_ = response_head(answered, answered.body.size(), keep_alive);
    if (!head_only) out_ += answered.body;
    written_ = 0;
    enter(Phase::answering);
    flush();
}

void ApiConnection::begin_stream(ApiAnswer answered) {
    if (share_->streams >= share_->limits.streams)
        return answer(share_->handler.refusal(ApiFault::too_many_streams), false, false);
    ++share_->streams;
    keep_alive_ = false;
    out_ = response_head(answered, std::nullopt, false) + answered.body;
    written_ = 0;
    stream_ = std::move(answered.stream);
    stream_->on_ready([weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && self->open()) self->pump();
    });
    enter(Phase::streaming);
    pump();
}

// Only what was taken from the stream waits here: what follows waits in the bus, which counts what it must drop.
void ApiConnection::pump() {
    if (phase_ != Phase::streaming || stream_ended_ || written_ != 0 || awaits_output_) return;
    stream_ended_ = !stream_->fill(out_, stream_room);
    flush();
}

void ApiConnection::flush() {
    while (open() && written_ < out_.size()) {
        // Not write_some: a client that is gone is an error here, and no signal.
        const ssize_t wrote =
            ::send(socket_.native_handle(), out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (wrote > 0) {
            written_ += static_cast<std::size_t>(wrote);
            progress_ = Clock::now();
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return close();
        if (std::exchange(awaits_output_, true)) return;
        socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code &failed) {
            self->awaits_output_ = false;
            if (!failed && self->open()) self->flush();
        });
        return;
    }
    if (open()) flushed();
}

void ApiConnection::flushed() {
    const bool wrote = written_ != 0;
    written_ = 0;
    out_.clear();
    if (out_.capacity() > stream_room / 4) out_ = {};
    if (phase_ == Phase::streaming) {
        if (stream_ended_) return close();
        // What has come meanwhile is taken from the loop, after others have had their turn.
        if (wrote)
            asio::post(socket_.get_executor(), [self = shared_from_this()] {
                if (self->open()) self->pump();
            });
        await_input();
        return;
    }
    release_large();
    if (phase_ != Phase::answering) return;
    if (!keep_alive_) {
        ::shutdown(socket_.native_handle(), SHUT_WR);
        enter(Phase::ending);
        await_input();
        return;
    }
    enter(Phase::reading);
    reader_.next();
    // A request that was sent behind the last one; from the loop, so that one client does not hold it.
    if (reader_.state() != RequestReader::State::idle && reader_.state() != RequestReader::State::partial) {
        asio::post(socket_.get_executor(), [self = shared_from_this()] {
            if (self->open()) self->handle();
        });
        return;
    }
    await_input();
}

void ApiConnection::release_large() {
    if (large_ != 0) share_->large_bytes -= std::exchange(large_, 0);
}

void ApiConnection::tick(Clock::time_point now) {
    if (!open()) return;
    const ApiLimits &limits = share_->limits;
    switch (phase_) {
    case Phase::reading: {
        const bool begun = reader_.state() == RequestReader::State::partial;
        if (now - since_ > (begun ? limits.request : limits.idle)) close();
        return;
    }
    case Phase::ending:
        if (now - since_ > ending_bound) close();
        return;
    case Phase::streaming:
        if (written_ == out_.size() && now - progress_ >= limits.heartbeat) {
            progress_ = now;
            out_ += stream_->heartbeat();
            return flush();
        }
        break;
    case Phase::answering: break;
    }
    if (written_ < out_.size() && now - progress_ > limits.stuck) close();
}

} // namespace kith::app
