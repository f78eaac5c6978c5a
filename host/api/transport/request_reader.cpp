// SPDX-License-Identifier: MIT
#include "request_reader.hpp"

#include <host/world/http/last_chunk.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <utility>

namespace kith::app {

namespace http = boost::beast::http;

namespace {

// Beast looks at the request line when it has its end, which what is no HTTP at all may never send.
bool may_begin_request(std::string_view bytes) {
    for (const char c : bytes.substr(0, bytes.find('\r'))) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    }
    return true;
}

std::string_view view_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

} // namespace

struct RequestReader::Parts {
    http::request_parser<http::string_body> parser;
    std::size_t head_size = 0;  // bytes of it that were parsed
    std::size_t body_limit = 0; // 0: not known yet

    explicit Parts(std::size_t head) {
        parser.header_limit(static_cast<std::uint32_t>(head));
        parser.body_limit(boost::none); // it depends on the head
        parser.eager(true);
    }
    std::string_view field(http::field name) const { return view_of(parser.get()[name]); }
};

RequestReader::RequestReader(std::size_t head_limit, std::size_t body_limit, Limit more)
    : head_limit_(head_limit), body_limit_(body_limit), more_(std::move(more)) {}

RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::feed(std::string_view bytes) {
    if (state_ == State::failed) return state_;
    buffer_.append(bytes);
    return state_ == State::complete ? state_ : parse();
}

RequestReader::State RequestReader::next() {
    parts_.reset();
    state_ = State::idle;
    return parse();
}

RequestReader::State RequestReader::fail(ApiFault fault) {
    fault_ = fault;
    buffer_ = {};
    return state_ = State::failed;
}

bool RequestReader::body_fits() {
    auto &parser = parts_->parser;
    const auto length = parser.content_length();
    if (parts_->body_limit == 0) {
        parts_->body_limit = body_limit_;
        if (more_ && length && *length > body_limit_) {
            const std::size_t limit = more_(request(), static_cast<std::size_t>(*length));
            if (limit > body_limit_) parts_->body_limit = limit;
        }
    }
    return (!length || *length <= parts_->body_limit) && parser.get().body().size() <= parts_->body_limit;
}

RequestReader::State RequestReader::parse() {
    if (!parts_) {
        // Empty lines before a request are skipped (RFC 9112, 2.2).
        const std::size_t begin = std::min(buffer_.find_first_not_of("\r\n"), buffer_.size());
        buffer_.erase(0, begin);
        if (buffer_.empty()) {
            buffer_ = {};
            return state_ = State::idle;
        }
        parts_ = std::make_unique<Parts>(head_limit_);
    }
    auto &parser = parts_->parser;
    if (!parser.is_header_done() && !may_begin_request(buffer_)) return fail(ApiFault::malformed);
    while (!parser.is_done() && !buffer_.empty()) {
        boost::system::error_code error;
        const bool in_head = !parser.is_header_done();
        if (!in_head && parser.chunked() && may_be_part_of_last_chunk(buffer_)) break;
        const std::size_t used = parser.put(boost::asio::buffer(buffer_), error);
        buffer_.erase(0, used);
        if (in_head) parts_->head_size += used;
        if ((!error || error == http::error::need_more) && parser.is_header_done() && !body_fits())
            return fail(ApiFault::body_too_large);
        if (error == http::error::need_more) {
            // Beast takes a field as soon as it is whole, and then does not count it with the next ones.
            if (!parser.is_header_done() && parts_->head_size + buffer_.size() > head_limit_)
                return fail(ApiFault::head_too_large);
            if (used == 0) break;
            continue;
        }
        if (error == http::error::header_limit || error == http::error::buffer_overflow) return fail(ApiFault::head_too_large);
        if (error) return fail(ApiFault::malformed);
        if (used == 0) break;
    }
    if (!parser.is_done()) return state_ = State::partial;
    const auto &message = parser.get();
    if (message.count(http::field::host) > 1 || message.count(http::field::authorization) > 1 ||
        (message.version() != 10 && message.version() != 11))
        return fail(ApiFault::malformed);
    return state_ = State::complete;
}

ApiRequest RequestReader::request() const {
    const auto &message = parts_->parser.get();
    ApiRequest request;
    request.method = view_of(message.method_string());
    request.target = view_of(message.target());
    request.has_host = message.count(http::field::host) != 0;
    request.host = parts_->field(http::field::host);
    request.has_origin = message.count(http::field::origin) != 0;
    request.origin = parts_->field(http::field::origin);
    request.accept = parts_->field(http::field::accept);
    request.last_event_id = view_of(message["Last-Event-ID"]);
    request.authorization = parts_->field(http::field::authorization);
    request.body = message.body();
    return request;
}

bool RequestReader::keep_alive() const { return parts_->parser.get().keep_alive(); }

bool RequestReader::head_only() const { return parts_->parser.get().method() == http::verb::head; }

} // namespace kith::app
