// SPDX-License-Identifier: MIT
#include "tcp_stream.hpp"

#include <kith/service/tcp.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::app {

namespace {

const kith_tcp_plugin &tcp_side(TenantResources &resources) { return *resources.side<kith_tcp_plugin>(KITH_TCP); }

void report_read(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                 const void *data, std::size_t size) {
    Entered guard(resources.tenant, "tcp.read");
    tcp_side(resources).read(resources.tenant.self(), user, op, status, borrow(text), data, static_cast<std::uint32_t>(size));
}

void report_written(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                    std::string_view text) {
    Entered guard(resources.tenant, "tcp.written");
    tcp_side(resources).written(resources.tenant.self(), user, op, status, borrow(text));
}

} // namespace

TcpStream::TcpStream(TenantResources &resources, tcp::socket socket)
    : resources_(resources.shared_from_this()),
      socket_(std::move(socket)),
      reading_(resources.io),
      writing_(resources.io),
      securing_(resources.io) {
    Error ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    remote_ = socket_.remote_endpoint(ignored);
}

std::int32_t TcpStream::read(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (reading_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "a read of this stream is outstanding already");
    if (securing_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "this stream is being secured");
    if (max == 0) return resources_->refuse(KITH_INVALID, "a read of 0 bytes");
    max_ = max;
    reading_.begin(
        *resources_, shared_from_this(), timeout, user, op,
        [](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            report_read(resources, u, o, KITH_CANCELLED, cancelled_text(), nullptr, 0);
        },
        [this] { end_read(KITH_TIMED_OUT, late()); });
    // Data that TLS has buffered is available without an event of the kernel.
    await_read(session_ != nullptr && session_->buffered());
    return KITH_OK;
}

void TcpStream::await_read(bool at_once) {
    if (broken_) { // the kernel may never report an event again
        boost::asio::post(resources_->io, [me = shared_from_this()] {
            if (me->reading_.op != 0) me->can_read();
        });
        return;
    }
    if (std::exchange(reading_.waiting, true)) return;
    const auto go_on = [me = shared_from_this()](const Error &) {
        me->reading_.waiting = false;
        if (me->reading_.op != 0) me->can_read();
    };
    if (at_once) {
        boost::asio::post(resources_->io, [go_on] { go_on({}); });
    } else {
        socket_.async_wait(tcp::socket::wait_read, go_on);
    }
}

void TcpStream::can_read() {
    if (session_ != nullptr && !broken_) return read_secure();
    auto &buffer = resources_->parts.read_buffer; // shared by all streams: completions never nest
    Error error = broken_;
    std::size_t size = 0;
    if (!error) {
        const std::size_t most = std::min<std::size_t>({max_, KITH_TCP_MAX_READ, buffer.size()});
        size = socket_.read_some(boost::asio::buffer(buffer.data(), most), error);
    }
    if (error == boost::asio::error::would_block) return await_read();
    if (error == boost::asio::error::eof) return end_read(KITH_CLOSED, with_place("it ended the stream"));
    if (error) return end_read(broken(error), text_of(error));
    if (const auto ended = reading_.end(*resources_))
        report_read(*resources_, ended->user, reading_.last, KITH_OK, {}, buffer.data(), size);
}

void TcpStream::end_read(std::int32_t status, std::string_view text) {
    if (const auto ended = reading_.end(*resources_))
        report_read(*resources_, ended->user, reading_.last, status, text, nullptr, 0);
}

std::int32_t TcpStream::write(std::string_view data, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op) {
    if (writing_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "a write to this stream is outstanding already");
    if (securing_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "this stream is being secured");
    if (finished_) return resources_->refuse(KITH_INVALID, "this direction of the stream was shut down");
    Error error = broken_;
    if (session_ != nullptr) {
        inner_.assign(data);
        sealed_ = 0;
        while (!error && (written_ < out_.size() || seal())) error = push();
    } else {
        // Bytes that the kernel accepts at once are not copied.
        const std::size_t taken =
            error || data.empty() ? 0 : socket_.write_some(boost::asio::buffer(data.data(), data.size()), error);
        out_.assign(data.substr(taken));
        written_ = 0;
    }
    writing_.begin(
        *resources_, shared_from_this(), timeout, user, op,
        [](TenantResources &resources, std::uint64_t u, std::uint64_t o) {
            report_written(resources, u, o, KITH_CANCELLED, cancelled_text());
        },
        [this] { end_write(KITH_TIMED_OUT, late()); });
    if (error && error != boost::asio::error::would_block) broken(error);
    await_write();
    return KITH_OK;
}

void TcpStream::await_write() {
    if (broken_) {
        boost::asio::post(resources_->io, [me = shared_from_this()] {
            if (me->writing_.op != 0) me->can_write();
        });
        return;
    }
    if (std::exchange(writing_.waiting, true)) return;
    const auto go_on = [me = shared_from_this()](const Error &) {
        me->writing_.waiting = false;
        if (me->writing_.op != 0) me->can_write();
    };
    if (written_ == out_.size() && sealed_ == inner_.size()) {
        boost::asio::post(resources_->io, [go_on] { go_on({}); });
    } else {
        socket_.async_wait(tcp::socket::wait_write, go_on);
    }
}

void TcpStream::can_write() {
    Error error = broken_;
    while (!error && (written_ < out_.size() || seal())) error = push();
    if (error == boost::asio::error::would_block) return await_write();
    if (!error) error = broken_; // it could not be encrypted
    if (error) return end_write(broken(error), text_of(error));
    end_write(KITH_OK, {});
}

// Writes as much of out_ as the kernel accepts; would_block while bytes are left.
Error TcpStream::push() {
    Error error;
    while (!error && written_ < out_.size())
        written_ += socket_.write_some(boost::asio::buffer(out_.data() + written_, out_.size() - written_), error);
    if (written_ == out_.size()) {
        std::string().swap(out_);
        written_ = 0;
    }
    return error;
}

void TcpStream::end_write(std::int32_t status, std::string_view text) {
    if (session_ == nullptr) { // otherwise the rest of a record is sent before the next one
        std::string().swap(out_);
        written_ = 0;
    }
    std::string().swap(inner_);
    sealed_ = 0;
    if (const auto ended = writing_.end(*resources_)) report_written(*resources_, ended->user, writing_.last, status, text);
}

std::int32_t TcpStream::shutdown() {
    if (writing_.busy(*resources_)) {
        return resources_->refuse(KITH_BUSY, "a write to this stream is outstanding; shut it down when it has completed");
    }
    if (securing_.busy(*resources_)) return resources_->refuse(KITH_BUSY, "this stream is being secured");
    Error ignored; // the other side may have closed it already
    if (layer_ == Layer::secured && !broken_) {
        session_->end();
        answer();
    }
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    finished_ = true;
    return KITH_OK;
}

void TcpStream::close() {
    Error ignored;
    for (const std::uint64_t op : {reading_.op, writing_.op, securing_.op}) {
        if (op != 0) resources_->cancel(op);
    }
    if (layer_ == Layer::secured && !broken_ && !finished_) {
        session_->end();
        out_ += session_->take();
        push();
    }
    socket_.close(ignored);
}

std::string TcpStream::text_of(const Error &error) const {
    return with_place(broken_text_.empty() ? error.message() : broken_text_);
}

std::string TcpStream::with_place(std::string_view text) const {
    return place(address_of(remote_), remote_.port()) + ": " + std::string(text);
}

std::string TcpStream::late() const { return with_place("its time was over"); }

// Every error of a stream that has worked is reported as KITH_RESET, whatever the kernel's error is.
std::int32_t TcpStream::broken(const Error &error, std::string_view text) {
    broken_ = error;
    if (!text.empty()) broken_text_ = text;
    return KITH_RESET;
}

} // namespace kith::app
