// SPDX-License-Identifier: MIT
#include "http_exchange.hpp"

#include "last_chunk.hpp"
#include "request_head_writer.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::app {

namespace http = boost::beast::http;

namespace {

constexpr unsigned most_interim = 16;
constexpr std::size_t usual_input = 32'768; // the buffer of a large body is not kept for a connection's lifetime

// A timer that has fired and whose handler is queued is no limit either.
void unbound(boost::asio::steady_timer &timer) { timer.expires_at(boost::asio::steady_timer::time_point::max()); }

std::string_view view_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

} // namespace

HttpExchange::HttpExchange(TenantResources &resources, std::shared_ptr<HttpConnectionPool> client, HttpRequest request)
    : resources_(resources.shared_from_this()),
      client_(std::move(client)),
      request_(std::move(request)),
      timer_(resources.io),
      whole_(resources.io) {}

void HttpExchange::start(std::uint64_t user, std::uint64_t *op) {
    id_ = ++resources_->parts.last_id;
    op_ = last_ = resources_->begin(op, {user,
                                         [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                                             report_responded(s, u, o, KITH_CANCELLED, cancelled_text(), 0, 0, {});
                                         },
                                         [me = shared_from_this()] {
                                             me->op_ = 0;
                                             me->close();
                                         }});
    client_->exchanges.emplace(id_, shared_from_this());
    if (request_.timeout != 0) bound(whole_, request_.timeout, "not done within " + duration_text(request_.timeout));
    boost::asio::post(resources_->io, [me = shared_from_this()] {
        if (me->phase_ == Phase::connecting) me->connect();
    });
}

void HttpExchange::connect() {
    connection_ = client_->take(request_.url.origin());
    reused_ = connection_ != nullptr;
    reused_ ? send() : dial();
}

void HttpExchange::dial() {
    phase_ = Phase::connecting;
    TlsFailure failure;
    TlsContext *tls = request_.url.secure ? client_->tls(failure) : nullptr;
    if (request_.url.secure && tls == nullptr) return fail(failure.status, failure.text);
    const HttpSettings &settings = client_->settings;
    bound(timer_, settings.connect_timeout, {});
    connection_ = std::make_shared<Connection>(*resources_, request_.url);
    try {
        connection_->open(tls, settings.server_name.empty() ? request_.url.host : settings.server_name,
                          settings.proxy ? &*settings.proxy : nullptr,
                          [me = shared_from_this()](std::int32_t status, const std::string &text) {
                              if (status != KITH_OK) return me->fail(status, text);
                              me->send();
                          });
    } catch (const std::exception &error) { // no thread for the lookup of the name
        fail(KITH_LIMIT, error.what());
    }
}

void HttpExchange::send() {
    phase_ = Phase::waiting;
    heard_ = false;
    bound(timer_, request_.response_timeout, "no response within " + duration_text(request_.response_timeout));
    connection_->write(request_head(request_, client_->settings) + request_.body,
                       [me = shared_from_this()](std::int32_t, const std::string &) {
                           // A server that refuses the body may have responded before it reset the connection.
                           me->await_head();
                       });
    parser_.reset();
}

void HttpExchange::await_head() {
    connection_->read([me = shared_from_this()](std::int32_t status, const std::string &text) {
        if (status != KITH_OK) return me->broke(status, text);
        me->heard_ = true;
        me->parse_head();
    });
}

void HttpExchange::parse_head() {
    for (;;) {
        if (!parser_) {
            parser_.emplace();
            parser_->header_limit(client_->settings.max_header);
            parser_->body_limit(request_.max_body == KITH_HTTP_FOREVER ? boost::none
                                                                       : boost::optional<std::uint64_t>(request_.max_body));
            parser_->skip(request_.method == "HEAD");
        }
        Error error;
        connection_->in.erase(0, parser_->put(boost::asio::buffer(connection_->in), error));
        if (error == http::error::need_more) return await_head();
        if (error && !(parser_->is_header_done() && error == http::error::need_buffer)) return malformed(error);
        if (!parser_->is_header_done()) return await_head();
        if (head_is_final()) return respond();
        if (phase_ != Phase::waiting) return;
        parser_.reset();
        if (connection_->in.empty()) return await_head();
    }
}

bool HttpExchange::head_is_final() {
    const unsigned code = parser_->get().result_int();
    if (code >= 200 && code <= 599) return true;
    if (code / 100 != 1 || code == 101) {
        fail(KITH_PROTOCOL, "it answered with the status " + std::to_string(code) + "; expected 200 to 599");
    } else if (++interim_ > most_interim) {
        fail(KITH_PROTOCOL, "it answered with more than 16 interim responses (1xx)");
    }
    return false;
}

void HttpExchange::respond() {
    phase_ = Phase::body;
    parser_->eager(true); // several chunks for one read
    unbound(timer_);
    const auto keep = shared_from_this();
    if (parser_->is_done()) release();
    const auto ended = resources_->take(std::exchange(op_, 0));
    if (!ended) return;
    std::vector<kith_attribute> fields;
    for (const auto &one : parser_->get()) {
        fields.push_back({borrow(view_of(one.name_string())), borrow(view_of(one.value()))});
    }
    resources_->http->responses.emplace(id_, keep);
    report_responded(*resources_, ended->user, last_, KITH_OK, {}, id_, parser_->get().result_int(), fields);
}

std::int32_t HttpExchange::read(std::uint32_t max, std::uint64_t user, std::uint64_t *op) {
    if (resources_->pending.contains(last_))
        return resources_->refuse(KITH_BUSY, "a read of this response is outstanding already");
    if (max == 0) return resources_->refuse(KITH_INVALID, "a read of 0 bytes");
    max_ = std::min(max, KITH_HTTP_MAX_READ);
    op_ = last_ = resources_->begin(op, {user,
                                         [](TenantResources &s, std::uint64_t u, std::uint64_t o) {
                                             report_http_read(s, u, o, KITH_CANCELLED, cancelled_text(), {});
                                         },
                                         [me = shared_from_this()] {
                                             me->op_ = 0;
                                             unbound(me->timer_);
                                         }});
    boost::asio::post(resources_->io, [me = shared_from_this(), of = last_] {
        if (me->op_ == of) me->produce();
    });
    return KITH_OK;
}

// Completes the outstanding read with the available bytes, or waits for more.
void HttpExchange::produce() {
    if (failure_.status != KITH_OK) return fail(failure_.status, failure_.text);
    auto &buffer = resources_->parts.read_buffer; // its contents are passed on before the next read
    const std::size_t most = std::min<std::size_t>(max_, buffer.size());
    while (!parser_->is_done()) {
        if (connection_->in.empty()) return await_body();
        if (parser_->chunked() && !body_begun_ && may_be_part_of_last_chunk(connection_->in)) return await_body();
        auto &body = parser_->get().body();
        body.data = buffer.data();
        body.size = most;
        Error error;
        const std::size_t used = parser_->put(boost::asio::buffer(connection_->in), error);
        connection_->in.erase(0, used);
        if (connection_->in.empty() && connection_->in.capacity() > usual_input) std::string().swap(connection_->in);
        body_begun_ = body_begun_ || used != 0;
        const std::size_t made = most - body.size;
        if (error == http::error::need_buffer) error = {};
        if (error && error != http::error::need_more) return malformed(error);
        if (made == 0) {
            if (used != 0 && !error) continue;
            if (connection_->in.size() > client_->settings.max_header)
                return fail(KITH_LIMIT, "the head of a chunk of its body has more than " +
                                            std::to_string(client_->settings.max_header) + " bytes");
            return await_body();
        }
        received_ += made;
        if (parser_->is_done())
            release();
        else if (received_ > usual_input)
            connection_->defer();
        unbound(timer_);
        if (const auto ended = resources_->take(std::exchange(op_, 0)))
            report_http_read(*resources_, ended->user, last_, KITH_OK, {}, {buffer.data(), made});
        return;
    }
    release();
    forget();
    if (const auto ended = resources_->take(std::exchange(op_, 0)))
        report_http_read(*resources_, ended->user, last_, KITH_CLOSED, "the end of the body", {});
}

void HttpExchange::await_body() {
    bound(timer_, request_.idle_timeout, "no byte of the body within " + duration_text(request_.idle_timeout));
    if (std::exchange(awaiting_, true)) return;
    connection_->read([me = shared_from_this()](std::int32_t status, const std::string &text) {
        me->awaiting_ = false;
        if (status == KITH_OK) {
            if (me->op_ != 0) me->produce();
            return;
        }
        Error error;
        if (status == KITH_CLOSED) {
            me->parser_->put_eof(error);
            if (!error && me->parser_->is_done()) {
                me->connection_->close();
                if (me->op_ != 0) me->produce();
                return;
            }
        }
        me->broke(status, text);
    });
}

// The exchange has ended: the connection is kept for the next request, or closed.
void HttpExchange::release() {
    if (!connection_) return;
    unbound(whole_);
    const auto connection = std::exchange(connection_, nullptr);
    if (!parser_->keep_alive() || !connection->in.empty()) return connection->close();
    client_->keep(connection);
}

void HttpExchange::bound(boost::asio::steady_timer &timer, std::uint64_t time, std::string text) {
    timer.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(time, far_enough))));
    timer.async_wait([me = shared_from_this(), &timer, time, due = timer.expiry(), text = std::move(text)](const Error &error) {
        if (error || me->phase_ == Phase::over || timer.expiry() != due) return;
        if (!text.empty()) return me->fail(KITH_TIMED_OUT, text);
        me->fail(KITH_TIMED_OUT, "not connected within " + duration_text(time) + ", still " + me->connection_->phase());
    });
}

void HttpExchange::broke(std::int32_t status, const std::string &text) {
    const bool ended = status == KITH_CLOSED || status == KITH_RESET;
    if (phase_ == Phase::waiting && ended && reused_ && !heard_ && !retried_ && request_.idempotent) {
        retried_ = true; // the idle connection had been closed by the server
        connection_->close();
        client_->drop(request_.url.origin());
        reused_ = false;
        return dial();
    }
    if (!ended) return fail(status, text);
    if (phase_ == Phase::body) return fail(KITH_RESET, "the body ended early: " + text);
    fail(KITH_RESET, text + (heard_ ? " within the headers" : " before it answered"));
}

void HttpExchange::malformed(const Error &error) {
    if (error == http::error::header_limit) {
        return fail(KITH_LIMIT, "its headers have more than " + std::to_string(client_->settings.max_header) + " bytes");
    }
    if (error == http::error::body_limit) {
        return fail(KITH_LIMIT, "its body has more than " + std::to_string(request_.max_body) + " bytes");
    }
    fail(KITH_PROTOCOL, "what it answered is not HTTP/1.1: " + error.message());
}

void HttpExchange::fail(std::int32_t status, const std::string &text) {
    const auto keep = shared_from_this();
    const bool responded = phase_ == Phase::body;
    // Reported again for every further read.
    if (failure_.status == KITH_OK) failure_ = {status, request_.what() + ": " + text};
    unbound(timer_);
    unbound(whole_);
    if (const auto connection = std::exchange(connection_, nullptr)) connection->close();
    if (!responded) forget();
    const auto ended = resources_->take(std::exchange(op_, 0));
    if (!ended) return;
    if (responded) return report_http_read(*resources_, ended->user, last_, failure_.status, failure_.text, {});
    report_responded(*resources_, ended->user, last_, failure_.status, failure_.text, 0, 0, {});
}

void HttpExchange::close() {
    const auto keep = shared_from_this();
    if (const std::uint64_t op = std::exchange(op_, 0); op != 0) resources_->cancel(op);
    if (const auto connection = std::exchange(connection_, nullptr)) connection->close();
    forget();
}

void HttpExchange::forget() {
    const auto keep = shared_from_this();
    phase_ = Phase::over;
    unbound(timer_);
    unbound(whole_);
    client_->exchanges.erase(id_);
    if (resources_->http) resources_->http->responses.erase(id_);
}

} // namespace kith::app
