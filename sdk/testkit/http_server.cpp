// SPDX-License-Identifier: MIT
#include <kith/testkit/http_server.hpp>

#include "simulated_http_frames.hpp"

#include <kith/testkit/scripted_server.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace kith::testkit {

namespace {

constexpr std::size_t piece_size = 16'384;

using Kind = HttpReply::Step::Kind;

} // namespace

class HttpServer::Body {
  public:
    Body(SimulatedMachine &machine, std::uint16_t port, std::optional<HttpCertificate> shown)
        : certificate(std::move(shown)), peer(machine, port) {
        peer.on_accept([this](Conversation &with) {
            auto line = std::make_shared<Line>();
            line->number = ++connections;
            line->certificate = certificate;
            line->secured = !certificate;
            with.on_bytes([this, line](Conversation &c) { heard(c, line); });
        });
    }

    struct Line {
        std::size_t number = 0;
        std::optional<HttpCertificate> certificate;
        bool secured = false, busy = false, head_reported = false, closes = false, bare = false;
        Fifo in;
        HttpReply reply{200};
        std::size_t step = 0;
    };
    using LinePtr = std::shared_ptr<Line>;

    void heard(Conversation &with, const LinePtr &line);
    void shake(Conversation &with, Line &line, const SimulatedHttpFrame &hello) const;
    void serve(Conversation &with, const LinePtr &line, SimulatedHttpFrame &frame);
    void go_on(Conversation &with, const LinePtr &line);
    void live(Conversation &with, const LinePtr &line);
    void defer(Conversation &with, const LinePtr &line);
    static void head(Conversation &with, Line &line);
    static void send_body(Conversation &with, Line &line, std::string_view bytes);
    static void send(Conversation &with, SimulatedHttpFrame::Kind kind, std::vector<std::string> words = {}) {
        with.send(packed({kind, std::move(words)}));
    }

    std::optional<HttpCertificate> certificate;
    std::map<std::string, Handler, std::less<>> routes;
    std::vector<HttpAsked> asked;
    std::size_t connections = 0;
    bool stalled = false;
    ScriptedServer peer; // declared last, so that it is destroyed first
};

void HttpServer::Body::heard(Conversation &with, const LinePtr &line) {
    line->in += with.take();
    SimulatedHttpFrame frame;
    while (!stalled && !line->busy && !with.over() && unpack(line->in, frame)) {
        if (frame.kind == SimulatedHttpFrame::hello && line->certificate) {
            shake(with, *line, frame);
        } else if (frame.kind == SimulatedHttpFrame::request && line->secured) {
            serve(with, line, frame);
        } else {
            send(with, SimulatedHttpFrame::garbage);
            with.close();
        }
    }
}

void HttpServer::Body::shake(Conversation &with, Line &line, const SimulatedHttpFrame &hello) const {
    const HttpCertificate &shown = *line.certificate;
    if (shown.clients != nullptr && hello.words[1].find(shown.clients->client()) == std::string::npos) {
        send(with, SimulatedHttpFrame::refused);
        return with.close();
    }
    std::vector<std::string> words = {shown.authority == nullptr ? "system" : "authority",
                                      shown.authority == nullptr ? "" : shown.authority->certificate(),
                                      shown.expired ? "expired" : "valid"};
    words.insert(words.end(), shown.names.begin(), shown.names.end());
    send(with, SimulatedHttpFrame::certificate, std::move(words));
    line.secured = true;
}

void HttpServer::Body::serve(Conversation &with, const LinePtr &line, SimulatedHttpFrame &frame) {
    HttpAsked now{frame.words[0], frame.words[1], {}, frame.words[2], line->number};
    for (std::size_t i = 3; i + 1 < frame.words.size(); i += 2) now.fields.emplace_back(frame.words[i], frame.words[i + 1]);
    const auto found = routes.find(now.target.substr(0, now.target.find('?')));
    asked.push_back(now);
    line->reply = found == routes.end() ? HttpReply(404, "no such route") : found->second(now);
    line->busy = true;
    line->head_reported = false;
    line->bare = now.method == "HEAD";
    line->step = 0;
    go_on(with, line);
}

void HttpServer::Body::go_on(Conversation &with, const LinePtr &line) {
    const auto later = [this, line](Conversation &c) { go_on(c, line); };
    while (with.broken() == KITH_OK && line->step < line->reply.steps.size()) {
        const auto &step = line->reply.steps[line->step];
        switch (step.kind) {
        case Kind::head: head(with, *line); break;
        case Kind::send: send_body(with, *line, step.bytes); break;
        case Kind::wait: ++line->step; return with.after(step.span, later);
        case Kind::endless:
            if (with.waiting() == 0) send_body(with, *line, step.bytes); // otherwise the client reads more slowly
            // Without a pause this loop would never end.
            return with.after(std::max<HttpReply::Duration>(step.span, std::chrono::milliseconds(1)), later);
        case Kind::cut: return with.close();
        case Kind::reset: return with.reset();
        case Kind::stall: return;
        case Kind::live: return live(with, line);
        case Kind::later: return defer(with, line);
        case Kind::garbage: send(with, SimulatedHttpFrame::garbage); return with.close();
        }
        ++line->step;
    }
    if (with.broken() != KITH_OK) return;
    head(with, *line);
    send(with, SimulatedHttpFrame::end);
    line->busy = false;
    if (line->reply.closes) return with.close();
    heard(with, line);
}

void HttpServer::Body::live(Conversation &with, const LinePtr &line) {
    head(with, *line);
    ++line->step;
    const auto feed = std::exchange(line->reply.feed, nullptr); // avoids a reference cycle
    feed->attach([this, &with, line](HttpFeed::Do what, const std::string &bytes) {
        if (with.over() || with.ended()) return false;
        switch (what) {
        case HttpFeed::Do::send: send_body(with, *line, bytes); break;
        case HttpFeed::Do::end: go_on(with, line); break;
        case HttpFeed::Do::cut: with.close(); break;
        case HttpFeed::Do::reset: with.reset(); break;
        }
        return true;
    });
}

void HttpServer::Body::defer(Conversation &with, const LinePtr &line) {
    const auto promise = std::exchange(line->reply.promise, nullptr); // avoids a reference cycle
    promise->attach([this, &with, line](const HttpReply &reply) {
        if (with.over() || with.ended()) return false;
        line->reply = reply;
        line->step = 0;
        go_on(with, line);
        return true;
    });
}

void HttpServer::Body::head(Conversation &with, Line &line) {
    if (std::exchange(line.head_reported, true)) return;
    const HttpReply &reply = line.reply;
    std::uint64_t size = 0;
    bool known = true;
    for (const auto &step : reply.steps) {
        size += step.bytes.size();
        known = known && step.kind == Kind::send;
    }
    std::string length = known ? std::to_string(size) : "";
    if (reply.content_length) length = std::to_string(*reply.content_length);
    std::vector<std::string> words = {std::to_string(reply.code), length, reply.closes ? "close" : "keep"};
    for (const auto &[name, value] : reply.fields) words.insert(words.end(), {name, value});
    if (!length.empty()) words.insert(words.end(), {"Content-Length", length});
    send(with, SimulatedHttpFrame::head, std::move(words));
}

void HttpServer::Body::send_body(Conversation &with, Line &line, std::string_view bytes) {
    head(with, line);
    while (!line.bare && !bytes.empty()) {
        send(with, SimulatedHttpFrame::piece, {std::string(bytes.substr(0, piece_size))});
        bytes.remove_prefix(std::min(bytes.size(), piece_size));
    }
}

HttpServer::HttpServer(SimulatedMachine &machine, std::uint16_t port)
    : body_(std::make_unique<Body>(machine, port, std::nullopt)) {}

HttpServer::HttpServer(SimulatedMachine &machine, std::uint16_t port, HttpCertificate certificate)
    : body_(std::make_unique<Body>(machine, port, std::move(certificate))) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const noexcept { return body_->peer.port(); }

void HttpServer::route(std::string_view path, Handler handler) {
    body_->routes.insert_or_assign(std::string(path), std::move(handler));
}

void HttpServer::route(std::string_view path, HttpReply reply) {
    route(path, [reply = std::move(reply)](const HttpAsked &) { return reply; });
}

void HttpServer::certificate(HttpCertificate certificate) { body_->certificate = std::move(certificate); }

void HttpServer::stall(bool on) noexcept { body_->stalled = on; }

void HttpServer::hang_up() {
    for (std::size_t i = 1; i <= body_->peer.accepted(); ++i) {
        Conversation &one = body_->peer.conversation(i);
        if (!one.over()) one.close();
    }
}

void HttpServer::stop_listening() { body_->peer.stop_listening(); }

const std::vector<HttpAsked> &HttpServer::asked() const noexcept { return body_->asked; }

std::size_t HttpServer::connections() const noexcept { return body_->connections; }

} // namespace kith::testkit
