// SPDX-License-Identifier: MIT
#include "connection.hpp"

#include "response_head.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <string_view>
#include <utility>

namespace kith::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_read_at_once = 65'536; // before others have their turn
constexpr std::size_t stream_room = 65'536;       // bytes of events that are rendered at once
constexpr auto ending_bound = std::chrono::seconds(2);

} // namespace

ApiConnection::ApiConnection(Socket socket, ClientRights rights, std::shared_ptr<const ApiAccess> access, ApiTls tls,
                             ConnectionShare &share)
    : socket_(std::move(socket)),
      bytes_(socket_.native_handle(), std::move(tls.session)),
      peer_(std::move(tls.peer)),
      right_(rights.right),
      may_message_(rights.messages),
      access_(std::move(access)),
      share_(&share),
      reader_(share.limits.head, share.limits.body,
              [this](const ApiRequest &head, std::size_t length) { return body_limit(head, length); }),
      patience_(socket_.get_executor()) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    if (bytes_.has_tls()) phase_ = Phase::securing;
}

ApiConnection::~ApiConnection() { close(); }

void ApiConnection::start() { await_input(); }

void ApiConnection::refuse(ApiFault fault) {
    if (!open()) return;
    if (phase_ == Phase::securing) {
        refused_ = fault;
        return await_input();
    }
    answer(share_->handler.refusal(fault), false, false);
}

void ApiConnection::close() {
    if (share_ == nullptr) return;
    if (bytes_.has_tls() && phase_ != Phase::securing)
        bytes_.finish(); // without it a client takes the end for a broken connection
    release_large();
    if (stream_) --share_->streams;
    stream_.reset();
    pending_.reset();
    patience_.cancel();
    share_ = nullptr;
    out_ = {};
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void ApiConnection::retire() {
    if (!open()) return;
    if (waits() || (phase_ == Phase::streaming && stream_->endless())) return close();
    keep_alive_ = false;
}

void ApiConnection::enter(Phase phase) {
    phase_ = phase;
    since_ = progress_ = Clock::now();
}

void ApiConnection::await_input() {
    if (!open() || std::exchange(awaits_input_, true)) return;
    const auto ready = [self = shared_from_this()](const boost::system::error_code &error) {
        self->awaits_input_ = false;
        if (error || !self->open()) return;
        self->on_input();
    };
    if (!bytes_.has_buffered()) return socket_.async_wait(Socket::wait_read, ready);
    asio::post(socket_.get_executor(), [ready] { ready({}); });
}

void ApiConnection::await_output() {
    if (std::exchange(awaits_output_, true)) return;
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code &error) {
        self->awaits_output_ = false;
        if (error || !self->open()) return;
        self->phase_ == Phase::securing ? self->secure() : self->flush();
    });
}

void ApiConnection::secure() {
    const ClientStream::Step step = bytes_.handshake();
    switch (step) {
    case ClientStream::Step::wait_read: return await_input();
    case ClientStream::Step::wait_write: return await_output();
    case ClientStream::Step::not_tls: return answer(share_->handler.refusal(ApiFault::no_tls), false, false);
    case ClientStream::Step::ended:
    case ClientStream::Step::failed:
        if (share_->handshake_failed && !bytes_.failure().empty()) share_->handshake_failed(peer_, bytes_.failure());
        if (step == ClientStream::Step::ended) return close();
        bytes_.finish(); // the alert that tells the client why is read before the end
        enter(Phase::ending);
        return await_input();
    case ClientStream::Step::done: break;
    }
    enter(Phase::reading);
    refused_ ? answer(share_->handler.refusal(*refused_), false, false) : await_input();
}

void ApiConnection::on_input() {
    if (phase_ == Phase::securing) return secure();
    char bytes[8192];
    std::size_t total = 0;
    while (open() && total < most_read_at_once) {
        // It is read again when what it asked for so far is answered.
        const bool asked = reader_.state() == RequestReader::State::complete || reader_.state() == RequestReader::State::failed;
        if (phase_ == Phase::answering || phase_ == Phase::waiting || (phase_ == Phase::reading && asked)) return;
        std::size_t got = 0;
        const ClientStream::Step step = bytes_.read(bytes, sizeof bytes, got);
        if (step == ClientStream::Step::wait_read) break;
        if (step != ClientStream::Step::done) return close();
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
    request.may_message = may_message_;
    request.access = access_.get();
    try {
        ApiAnswer answered = share_->handler.answer(request);
        const bool keep = reader_.keep_alive(), head_only = reader_.head_only();
        if (answered.pending) return await_answer(std::move(answered.pending), keep, head_only);
        if (answered.stream && !head_only) return begin_stream(std::move(answered));
        answer(std::move(answered), keep, head_only);
    } catch (const std::exception &) { // such as no memory; nothing of the answer was sent
        close();
    }
}

std::size_t ApiConnection::body_limit(const ApiRequest &head, std::size_t length) {
    if (!open()) return 0;
    ApiRequest request = head;
    request.right = right_;
    request.may_message = may_message_;
    request.access = access_.get();
    const std::size_t limit = share_->handler.body_limit(request);
    if (length > limit || share_->large_bodies + length > share_->limits.bodies) return 0;
    large_body_ = length;
    share_->large_bodies += length;
    return limit;
}

void ApiConnection::await_answer(std::unique_ptr<ApiPending> pending, bool keep_alive, bool head_only) {
    enter(Phase::waiting);
    pending_ = std::move(pending);
    patience_.expires_after(ApiPending::bound);
    patience_.async_wait([weak = weak_from_this(), keep_alive, head_only](const boost::system::error_code &error) {
        const auto self = weak.lock();
        if (error || !self || !self->open() || self->phase_ != Phase::waiting) return;
        ApiAnswer late = self->pending_->expire();
        self->pending_.reset();
        self->answer(std::move(late), keep_alive, head_only);
    });
    pending_->on_ready([weak = weak_from_this(), keep_alive, head_only](ApiAnswer answered) {
        const auto self = weak.lock();
        if (!self || !self->open() || self->phase_ != Phase::waiting) return;
        self->patience_.cancel();
        // From the loop: this runs within what `pending_` has called.
        asio::post(self->socket_.get_executor(),
                   [self, answer = std::make_shared<ApiAnswer>(std::move(answered)), keep_alive, head_only] {
                       if (!self->open() || self->phase_ != Phase::waiting) return;
                       self->pending_.reset();
                       self->answer(std::move(*answer), keep_alive, head_only);
                   });
    });
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
        const std::uint64_t before = bytes_.sent();
        std::size_t wrote = 0;
        const ClientStream::Step step = bytes_.write(std::string_view(out_).substr(written_), wrote);
        written_ += wrote;
        if (bytes_.sent() != before) progress_ = Clock::now();
        if (step == ClientStream::Step::wait_write) return await_output();
        if (step != ClientStream::Step::done) return close();
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
        bytes_.finish();
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
    if (large_body_ != 0) share_->large_bodies -= std::exchange(large_body_, 0);
    if (large_ != 0) share_->large_bytes -= std::exchange(large_, 0);
}

void ApiConnection::tick(Clock::time_point now) {
    if (!open()) return;
    const ApiLimits &limits = share_->limits;
    switch (phase_) {
    case Phase::securing:
        if (now - since_ > limits.request) close();
        return;
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
    case Phase::waiting: return; // patience_ bounds it
    case Phase::answering: break;
    }
    if (written_ < out_.size() && now - progress_ > limits.stuck) close();
}

} // namespace kith::app
