// SPDX-License-Identifier: MIT
#include "page_proxy.hpp"

#include <host/api/errors.hpp>
#include <host/api/page/page.hpp>
#include <host/api/transport/request_reader.hpp>
#include <host/api/transport/response_head.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>
#include <utility>

namespace kith::app {

namespace asio = boost::asio;
using Failure = boost::system::error_code;

namespace {

// In a time that does not depend on where they differ.
bool same_secret(std::string_view given, std::string_view secret) {
    if (given.size() != secret.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < secret.size(); ++i)
        difference |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(secret[i]);
    return difference == 0;
}

bool is_read(const ApiRequest &request) { return request.method == "GET" || request.method == "HEAD"; }

std::string forwarded(const ApiRequest &request) {
    std::string text;
    text.append(request.method)
        .append(" ")
        .append(request.target)
        .append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    if (!request.accept.empty()) text.append("Accept: ").append(request.accept).append("\r\n");
    if (!request.last_event_id.empty()) text.append("Last-Event-ID: ").append(request.last_event_id).append("\r\n");
    if (!is_read(request)) text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    return text.append("\r\n").append(request.body);
}

} // namespace

class PageProxy::Listener : public std::enable_shared_from_this<Listener> {
  public:
    Listener(asio::io_context &loop, PageProxySettings given)
        : settings(std::move(given)),
          loop_(loop),
          acceptor_(loop, {asio::ip::address_v4::loopback(), 0}),
          idle_(loop),
          pause_(loop),
          port_(acceptor_.local_endpoint().port()) {
        hosts_ = {"127.0.0.1:" + std::to_string(port_), "localhost:" + std::to_string(port_)};
    }

    void start() {
        wait_for_end();
        accept();
    }
    void close() {
        Failure ignored;
        closed_ = true;
        acceptor_.close(ignored);
        idle_.cancel();
        pause_.cancel();
    }
    std::uint16_t port() const { return port_; }

    /// Nothing: the request may be forwarded.
    std::optional<ApiAnswer> refusal(const ApiRequest &request) const {
        if (request.host != hosts_[0] && request.host != hosts_[1])
            return error_answer(421, "host_not_allowed", "Host is not the address that `kith page` printed",
                                "Open the address that `kith page` printed.");
        if (!is_read(request) && request.has_origin && request.origin != "http://" + std::string(request.host))
            return error_answer(403, "foreign_origin", "the request comes from a page of another origin",
                                "Send it from the page that `kith page` serves.");
        if (is_read(request) && request.target == "/") return page_answer();
        constexpr std::string_view scheme = "Bearer ";
        if (request.authorization.starts_with(scheme) &&
            same_secret(request.authorization.substr(scheme.size()), settings.secret))
            return std::nullopt;
        ApiAnswer answer = error_answer(401, "unauthorized", "the secret of `kith page` is missing or wrong",
                                        "Open the whole address that `kith page` printed, with what follows the #.");
        answer.fields = "WWW-Authenticate: Bearer\r\n";
        return answer;
    }

    /// A client with the secret is there, or has gone.
    void client_came() {
        ++clients_;
        idle_.cancel();
    }
    void client_went() {
        if (--clients_ == 0 && !closed_) wait_for_end();
    }

    const PageProxySettings settings;
    std::size_t connections = 0;

  private:
    void accept();
    void wait_for_end() {
        idle_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(settings.idle));
        idle_.async_wait([self = shared_from_this()](const Failure &failed) {
            if (!failed && self->clients_ == 0) self->loop_.stop();
        });
    }

    asio::io_context &loop_;
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer idle_, pause_;
    std::array<std::string, 2> hosts_;
    std::size_t clients_ = 0;
    std::uint16_t port_;
    bool closed_ = false;

    class Connection;
};

// Reads one request and answers it, or sends it to the daemon and what comes from there to the client.
class PageProxy::Listener::Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(std::shared_ptr<Listener> listener, asio::ip::tcp::socket client)
        : listener_(std::move(listener)),
          client_(std::move(client)),
          daemon_(client_.get_executor()),
          timer_(client_.get_executor()),
          reader_(ApiLimits{}.head, ApiLimits{}.body) {
        ++listener_->connections;
    }
    ~Connection() {
        --listener_->connections;
        if (has_secret_) listener_->client_went();
    }
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    void start() {
        close_after(listener_->settings.request);
        read_request();
    }

  private:
    void read_request() {
        client_.async_read_some(asio::buffer(from_client_),
                                [self = shared_from_this()](const Failure &failed, std::size_t got) {
                                    if (failed) return self->close();
                                    switch (self->reader_.feed({self->from_client_.data(), got})) {
                                    case RequestReader::State::complete: return self->handle();
                                    case RequestReader::State::failed:
                                        return self->answer(fault_answer(self->reader_.fault()), false);
                                    default: self->read_request();
                                    }
                                });
    }

    void handle() {
        const ApiRequest request = reader_.request();
        if (auto refused = listener_->refusal(request)) return answer(std::move(*refused), reader_.head_only());
        has_secret_ = true;
        listener_->client_came();
        timer_.cancel();
        out_ = forwarded(request);
        daemon_.async_connect(listener_->settings.socket, [self = shared_from_this()](const Failure &failed) {
            if (failed) return self->no_daemon(failed);
            self->watch_client();
            asio::async_write(self->daemon_, asio::buffer(self->out_), [self](const Failure &unsent, std::size_t) {
                if (unsent) return self->close();
                self->relay();
            });
        });
    }

    void no_daemon(const Failure &failed) {
        answer(error_answer(502, "no_daemon", "nobody answers at " + listener_->settings.socket + ": " + failed.message(),
                            "Start the daemon by `kith run`; the page goes on by itself then."),
               reader_.head_only());
    }

    void relay() {
        daemon_.async_read_some(asio::buffer(from_daemon_),
                                [self = shared_from_this()](const Failure &failed, std::size_t got) {
                                    if (failed) return self->finish();
                                    asio::async_write(self->client_, asio::buffer(self->from_daemon_.data(), got),
                                                      [self](const Failure &unsent, std::size_t) {
                                                          if (unsent) return self->close();
                                                          self->relay();
                                                      });
                                });
    }

    // A client that goes ends its stream of events at the daemon. What it sends behind its request is not looked at.
    void watch_client() {
        client_.async_read_some(asio::buffer(from_client_), [self = shared_from_this()](const Failure &failed, std::size_t) {
            if (failed) return self->close();
            self->watch_client();
        });
    }

    void answer(ApiAnswer answered, bool head_only) {
        out_ = response_head(answered, answered.body.size(), false);
        if (!head_only) out_ += answered.body;
        watch_client();
        asio::async_write(client_, asio::buffer(out_), [self = shared_from_this()](const Failure &failed, std::size_t) {
            failed ? self->close() : self->finish();
        });
    }

    // A socket that is closed with unread bytes is reset, which may take the answer with it.
    void finish() {
        Failure ignored;
        client_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        close_after(listener_->settings.end);
    }

    void close_after(std::chrono::milliseconds time) {
        timer_.expires_after(time);
        timer_.async_wait([weak = weak_from_this()](const Failure &failed) {
            const auto self = weak.lock();
            if (!failed && self) self->close();
        });
    }

    void close() {
        Failure ignored;
        timer_.cancel();
        client_.close(ignored);
        daemon_.close(ignored);
    }

    std::shared_ptr<Listener> listener_;
    asio::ip::tcp::socket client_;
    asio::local::stream_protocol::socket daemon_;
    asio::steady_timer timer_;
    RequestReader reader_;
    std::array<char, 4'096> from_client_{};
    std::array<char, 65'536> from_daemon_{};
    std::string out_;
    bool has_secret_ = false;
};

void PageProxy::Listener::accept() {
    acceptor_.async_accept([self = shared_from_this()](const Failure &failed, asio::ip::tcp::socket client) {
        if (self->closed_) return;
        if (failed) { // such as no more descriptors
            self->pause_.expires_after(std::chrono::milliseconds(100));
            self->pause_.async_wait([self](const Failure &ended) {
                if (!ended) self->accept();
            });
            return;
        }
        if (self->connections < self->settings.clients) std::make_shared<Connection>(self, std::move(client))->start();
        self->accept();
    });
}

PageProxy::PageProxy(asio::io_context &loop, PageProxySettings settings)
    : listener_(std::make_shared<Listener>(loop, std::move(settings))) {
    listener_->start();
}

PageProxy::~PageProxy() { listener_->close(); }

std::uint16_t PageProxy::port() const { return listener_->port(); }

} // namespace kith::app
