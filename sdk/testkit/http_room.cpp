// SPDX-License-Identifier: MIT
#include "http_room.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>

namespace kith::testkit {

namespace {

constexpr std::uint64_t head_start = 250'000'000;
constexpr std::uint32_t at_once = 65'536; // bytes taken from a stream

using Phase = HttpRoom::Exchange::Phase;

bool has_name(const HttpFrame &frame, const std::string &wanted) {
    return std::any_of(frame.words.begin() + 3, frame.words.end(), [&](const std::string &name) {
        const bool wild = name.starts_with("*.") && wanted.find('.') != std::string::npos;
        return name == wanted || (wild && wanted.substr(wanted.find('.')) == name.substr(1));
    });
}

} // namespace

// ---- clients ----

std::uint64_t HttpRoom::add_client(Seat &seat, HttpSettings settings) {
    const std::uint64_t id = on_.make_id(Machine::Body::slot_mask, true);
    clients_.emplace(id, Client{&seat, std::move(settings)});
    return id;
}

const HttpSettings *HttpRoom::client(const Seat &seat, std::uint64_t id) const noexcept {
    const auto found = clients_.find(id);
    return found == clients_.end() || found->second.seat != &seat ? nullptr : &found->second.settings;
}

bool HttpRoom::full(std::uint64_t client) const noexcept {
    return std::count_if(exchanges_.begin(), exchanges_.end(), [&](const auto &one) { return one.second.client == client; }) >=
           KITH_HTTP_MAX_OPEN;
}

bool HttpRoom::is_response(const Seat &seat, std::uint64_t id) const noexcept {
    const auto found = exchanges_.find(id);
    return found != exchanges_.end() && found->second.seat == &seat && found->second.responded;
}

bool HttpRoom::reading(std::uint64_t response) const noexcept {
    const auto found = exchanges_.find(response);
    return found != exchanges_.end() && found->second.op != 0;
}

HttpRoom::Exchange *HttpRoom::exchange(std::uint64_t id) noexcept {
    const auto found = exchanges_.find(id);
    return found == exchanges_.end() ? nullptr : &found->second;
}

std::uint64_t HttpRoom::id_of(const Exchange &exchange) const noexcept {
    for (const auto &[id, one] : exchanges_) {
        if (&one == &exchange) return id;
    }
    return 0;
}

void HttpRoom::close(std::uint64_t id) {
    if (clients_.erase(id) != 0) {
        std::vector<std::uint64_t> ends;
        for (const auto &[one, exchange] : exchanges_) {
            if (exchange.client == id) ends.push_back(one);
        }
        for (const auto one : ends) close(one);
        ends.clear();
        for (const auto &[one, link] : links_) {
            if (link.client == id) ends.push_back(one);
        }
        for (const auto one : ends) drop(one);
        return;
    }
    Exchange *one = exchange(id);
    if (one == nullptr) return;
    if (Op *op = on_.find(one->op); op != nullptr && !op->ready) on_.abandon(*op, KITH_CANCELLED);
    abandon(id);
}

void HttpRoom::close(const Seat &seat) {
    std::vector<std::uint64_t> ends;
    for (const auto &[id, client] : clients_) {
        if (client.seat == &seat) ends.push_back(id);
    }
    for (const auto id : ends) close(id);
}

void HttpRoom::abandon(std::uint64_t id) {
    const Exchange *one = exchange(id);
    if (one == nullptr) return;
    const std::uint64_t link = one->link;
    exchanges_.erase(id);
    drop(link);
}

// ---- a request ----

void HttpRoom::begin(Seat &seat, std::uint64_t client, HttpRequest request, Op &op) {
    const std::uint64_t id = on_.make_id(Machine::Body::slot_mask, true);
    Exchange &one = exchanges_[id];
    one.seat = &seat;
    one.client = client;
    one.op = op.id;
    one.request = std::move(request);
    op.number = id;
    on_.net.schedule(on_.net.now_ns(), *this, begun, 0, id);
    if (one.request.timeout != 0) {
        on_.net.schedule(on_.net.now_ns() + std::min(one.request.timeout, UINT64_MAX / 2), *this, whole_late, 0, id);
    }
}

void HttpRoom::connect(std::uint64_t id, Exchange &one) {
    const std::string origin = one.request.url.origin();
    for (auto &[link_id, link] : links_) {
        if (link.client != one.client || link.exchange != 0 || link.origin != origin || one.retried) continue;
        link.exchange = id;
        ++link.generation;
        one.link = link_id;
        one.reused = true;
        return send_request(one, link);
    }
    one.reused = false;
    one.phase = Phase::connecting;
    one.link = on_.make_id(Machine::Body::slot_mask, true);
    Link &link = links_[one.link];
    link.client = one.client;
    link.exchange = id;
    link.origin = origin;
    const HttpSettings &settings = clients_.at(one.client).settings;
    bound(id, one, settings.connect_timeout);
    const std::string &host = settings.proxy ? settings.proxy->host : one.request.url.host;
    on_.net.schedule(on_.net.now_ns() + (Address::parse(host) ? 0 : on_.net.resolving()), *this, resolved, 0, one.link);
}

void HttpRoom::dial(std::uint64_t link_id, Link &link) {
    const Exchange &one = exchanges_.at(link.exchange);
    const HttpSettings &settings = clients_.at(one.client).settings;
    const std::uint16_t port = settings.proxy ? settings.proxy->port : one.request.url.port;
    link.dials.push_back(on_.net.tcp().dial(on_.machine, link.targets[link.dials.size()], port, *this, link_id));
    if (link.dials.size() < link.targets.size()) {
        on_.net.schedule(on_.net.now_ns() + head_start, *this, pace, static_cast<std::uint32_t>(link.dials.size()), link_id);
    }
}

void HttpRoom::on_dialled(std::int32_t status, Stream *stream, std::uint64_t token) {
    const auto found = links_.find(token);
    if (found == links_.end() || found->second.stream != nullptr) {
        if (stream != nullptr) on_.net.tcp().close(*stream);
        return;
    }
    Link &link = found->second;
    if (stream != nullptr) {
        link.stream = stream;
        return connected(exchanges_.at(link.exchange), link);
    }
    if (link.status == KITH_OK || status == KITH_REFUSED) link.status = status;
    ++link.failed;
    if (link.dials.size() < link.targets.size()) return dial(token, link);
    if (link.failed < link.targets.size()) return;
    const Exchange &one = exchanges_.at(link.exchange);
    fail(exchanges_.at(link.exchange), link.status,
         one.request.url.authority() + ": " + std::string(status_sentence(link.status)));
}

void HttpRoom::connected(Exchange &one, Link &link) {
    if (!one.request.url.secure) return send_request(one, link);
    one.phase = Phase::securing;
    const HttpSettings &settings = clients_.at(one.client).settings;
    link.out += packed(
        {HttpFrame::hello, {settings.server_name.empty() ? one.request.url.host : settings.server_name, settings.certificate}});
    flush(link);
}

void HttpRoom::send_request(Exchange &one, Link &link) {
    one.phase = Phase::waiting;
    HttpFrame frame{HttpFrame::request, {one.request.method, one.request.url.target, one.request.body}};
    frame.words.insert(frame.words.end(), {"Host", one.request.url.authority()});
    for (const auto &[name, value] : one.request.fields) frame.words.insert(frame.words.end(), {name, value});
    link.out += packed(frame);
    bound(link.exchange, one, one.request.response_timeout);
    flush(link);
    // A connection that has ended already tells it no more.
    on_.net.schedule(on_.net.now_ns(), *this, unused, UINT32_MAX, one.link);
}

void HttpRoom::flush(Link &link) {
    if (link.stream == nullptr || link.out.empty()) return;
    link.out.erase(0, on_.net.tcp().write(*link.stream, link.out));
}

// ---- what comes ----

void HttpRoom::on_stream(Stream &, std::uint64_t token) {
    const auto found = links_.find(token);
    if (found == links_.end()) return;
    flush(found->second);
    pull(token);
}

// Takes what somebody waits for, and no more.
void HttpRoom::pull(std::uint64_t link_id) {
    for (auto found = links_.find(link_id); found != links_.end(); found = links_.find(link_id)) {
        Link &link = found->second;
        if (link.stream == nullptr) return;
        Stream &stream = *link.stream;
        if (link.exchange == 0) { // kept: whatever it says, it is of no use
            if (stream.available() != 0 || stream.ended || stream.broken != KITH_OK) drop(link_id);
            return;
        }
        Exchange &one = exchanges_.at(link.exchange);
        if (one.phase == Phase::body && (one.op == 0 || !one.body.empty())) return;
        HttpFrame frame;
        if (unpack(link.in, frame)) {
            heard(one, link, frame);
        } else if (stream.broken != KITH_OK) {
            return ended(one, KITH_RESET);
        } else if (stream.available() != 0) {
            link.in += on_.net.tcp().read(stream, at_once);
        } else if (stream.ended) {
            return ended(one, KITH_CLOSED);
        } else {
            return;
        }
    }
}

void HttpRoom::heard(Exchange &one, Link &link, HttpFrame &frame) {
    const auto is = [&](HttpFrame::Kind kind, Phase phase) { return frame.kind == kind && one.phase == phase; };
    if (is(HttpFrame::certificate, Phase::securing)) return shown(one, link, frame);
    if (is(HttpFrame::refused, Phase::securing)) {
        const bool has_one = !clients_.at(one.client).settings.certificate.empty();
        return fail(one, KITH_UNAUTHORIZED,
                    has_one ? "the server does not accept our certificate"
                            : "the server wants a certificate of ours; configure one and its key");
    }
    if (is(HttpFrame::head, Phase::waiting)) return head(one, link, frame);
    if (is(HttpFrame::piece, Phase::body)) {
        one.body = std::move(frame.words[0]);
        one.got += one.body.size();
        if (one.got > one.request.max_body) {
            return fail(one, KITH_LIMIT, "its body has more than " + std::to_string(one.request.max_body) + " bytes");
        }
        return serve_read(one);
    }
    if (is(HttpFrame::end, Phase::body)) {
        finished(one);
        return serve_read(one);
    }
    fail(one, KITH_PROTOCOL,
         one.phase == Phase::securing ? "the server does not speak TLS there; is it http://, or another port?"
                                      : "what it answered is not HTTP/1.1");
}

void HttpRoom::shown(Exchange &one, Link &link, const HttpFrame &frame) {
    const HttpSettings &settings = clients_.at(one.client).settings;
    const std::string &name = settings.server_name.empty() ? one.request.url.host : settings.server_name;
    const bool trusted = settings.authorities.empty()
                             ? frame.words[0] == "system"
                             : !frame.words[1].empty() && settings.authorities.find(frame.words[1]) != std::string::npos;
    if (!settings.has(KITH_HTTP_INSECURE)) {
        if (!trusted) {
            return fail(one, KITH_UNAUTHORIZED,
                        "the server's certificate is signed by nobody we trust; configure the authority that signed it");
        }
        if (frame.words[2] == "expired") {
            return fail(one, KITH_UNAUTHORIZED,
                        "the server's certificate has expired; have it renewed, or look at this machine's clock");
        }
        if (!has_name(frame, name)) {
            return fail(one, KITH_UNAUTHORIZED,
                        "the server's certificate is not for `" + name +
                            "`; ask for it by one of its names, or configure the name to expect");
        }
    }
    send_request(one, link);
}

void HttpRoom::head(Exchange &one, Link &link, const HttpFrame &frame) {
    one.code = static_cast<std::uint32_t>(std::stoul(frame.words[0]));
    link.last = frame.words[2] == "close";
    one.fields.clear();
    std::size_t size = 0;
    for (std::size_t i = 3; i + 1 < frame.words.size(); i += 2) {
        size += frame.words[i].size() + frame.words[i + 1].size() + 4;
        one.fields.emplace_back(frame.words[i], frame.words[i + 1]);
    }
    const HttpSettings &settings = clients_.at(one.client).settings;
    if (size > settings.max_header) {
        return fail(one, KITH_LIMIT, "its headers have more than " + std::to_string(settings.max_header) + " bytes");
    }
    const std::uint64_t length = frame.words[1].empty() || one.request.method == "HEAD" ? 0 : std::stoull(frame.words[1]);
    if (length > one.request.max_body) {
        return fail(one, KITH_LIMIT, "its body has more than " + std::to_string(one.request.max_body) + " bytes");
    }
    one.phase = Phase::body;
    ++one.generation;
    if (Op *op = on_.find(one.op)) on_.ready(*op, KITH_OK);
    one.op = 0;
}

// The connection has done its part.
void HttpRoom::finished(Exchange &one) {
    one.phase = Phase::ended;
    ++one.generation;
    const std::uint64_t link_id = std::exchange(one.link, 0);
    Link &link = links_.at(link_id);
    link.exchange = 0;
    const HttpSettings &settings = clients_.at(one.client).settings;
    if (link.last || settings.has(KITH_HTTP_NO_KEEP_ALIVE)) return drop(link_id);
    const std::uint64_t now = on_.net.now_ns();
    on_.net.schedule(now + std::min(settings.keep_alive, UINT64_MAX - now), *this, unused, ++link.generation, link_id);
}

void HttpRoom::ended(Exchange &one, std::int32_t status) {
    const std::string how = status == KITH_CLOSED ? "it ended the connection" : "the connection broke";
    if (one.phase == Phase::waiting && one.reused && !one.retried && one.request.idempotent()) {
        one.retried = true; // it was closed while nobody used it
        const std::uint64_t id = id_of(one);
        drop(std::exchange(one.link, 0));
        return connect(id, one);
    }
    if (one.phase == Phase::body) return fail(one, KITH_RESET, "the body ended early: " + how);
    fail(one, KITH_RESET, how + (one.phase == Phase::securing ? " in the TLS handshake" : " before it answered"));
}

// ---- the body ----

void HttpRoom::read(std::uint64_t response, Op &op) {
    Exchange &one = exchanges_.at(response);
    op.number = response;
    one.op = op.id;
    if (one.status != KITH_OK || one.phase == Phase::ended || !one.body.empty()) return serve_read(one);
    bound(response, one, one.request.idle_timeout);
    // What came already is looked at later: nothing of a stream's may be done within a call.
    on_.net.schedule(on_.net.now_ns(), *this, unused, UINT32_MAX, one.link);
}

void HttpRoom::serve_read(Exchange &one) {
    Op *op = on_.find(one.op);
    if (op == nullptr || op->ready) return;
    if (one.status != KITH_OK) {
        op->name = one.text;
        on_.ready(*op, one.status);
    } else if (!one.body.empty() || one.phase == Phase::ended) {
        ++one.generation;
        op->name = "the end of the body";
        on_.ready(*op, one.body.empty() ? KITH_CLOSED : KITH_OK);
    }
}

std::string HttpRoom::take(Exchange &one, std::size_t most) {
    std::string out = one.body.substr(0, most);
    one.body.erase(0, out.size());
    return out;
}

// ---- time, and ends ----

void HttpRoom::bound(std::uint64_t id, Exchange &one, std::uint64_t time) {
    const std::uint64_t now = on_.net.now_ns();
    on_.net.schedule(now + std::min(time, UINT64_MAX - now), *this, late, ++one.generation, id);
}

void HttpRoom::on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    if (what == begun || what == late || what == whole_late) {
        Exchange *one = exchange(id);
        if (one == nullptr || (what == late && one->generation != slot)) return;
        if (what == begun) return connect(id, *one);
        if (what == late) return out_of_time(*one);
        if (one->phase != Phase::ended) fail(*one, KITH_TIMED_OUT, "not done within " + duration_text(one->request.timeout));
        return;
    }
    const auto found = links_.find(id);
    if (found == links_.end()) return;
    Link &link = found->second;
    if (what == pace && link.stream == nullptr && link.dials.size() == slot) return dial(id, link);
    if (what == unused && slot == UINT32_MAX) return pull(id);
    if (what == unused && link.exchange == 0 && link.generation == slot) return drop(id);
    if (what != resolved) return;
    Exchange &one = exchanges_.at(link.exchange);
    const HttpSettings &settings = clients_.at(one.client).settings;
    const std::string host = settings.proxy ? settings.proxy->host : one.request.url.host;
    if (!on_.net.resolve(host, link.targets) || link.targets.empty())
        return fail(one, KITH_UNRESOLVED, "the host name " + host + " does not resolve");
    dial(id, link);
}

void HttpRoom::out_of_time(Exchange &one) {
    const HttpSettings &settings = clients_.at(one.client).settings;
    switch (one.phase) {
    case Phase::connecting:
    case Phase::securing:
        return fail(one, KITH_TIMED_OUT,
                    "not connected within " + duration_text(settings.connect_timeout) +
                        (one.phase == Phase::securing ? ", still in the TLS handshake" : ", still connecting"));
    case Phase::waiting: return fail(one, KITH_TIMED_OUT, "no response within " + duration_text(one.request.response_timeout));
    case Phase::body:
        if (one.op != 0) fail(one, KITH_TIMED_OUT, "no byte of the body within " + duration_text(one.request.idle_timeout));
        return;
    case Phase::ended: return;
    }
}

void HttpRoom::fail(Exchange &one, std::int32_t status, const std::string &text) {
    if (one.status != KITH_OK) return;
    one.status = status;
    one.text = one.request.what() + ": " + text;
    ++one.generation;
    drop(std::exchange(one.link, 0));
    if (one.responded) return serve_read(one);
    if (Op *op = on_.find(one.op); op != nullptr && !op->ready) {
        op->name = one.text;
        on_.ready(*op, status);
    }
}

void HttpRoom::drop(std::uint64_t link_id) {
    const auto found = links_.find(link_id);
    if (found == links_.end()) return;
    Link &link = found->second;
    if (link.stream != nullptr) {
        on_.net.tcp().close(*link.stream);
    } else {
        for (const auto number : link.dials) on_.net.tcp().hang_up(number);
    }
    links_.erase(found);
}

} // namespace kith::testkit
