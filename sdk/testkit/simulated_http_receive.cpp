// SPDX-License-Identifier: MIT
//
// The second half of SimulatedHttp: receives the responses of servers and completes reads.
#include "simulated_http.hpp"

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

constexpr std::uint32_t at_once = 65'536; // bytes taken from a stream

using Phase = SimulatedHttp::Exchange::Phase;

bool has_name(const SimulatedHttpFrame &frame, const std::string &wanted) {
    return std::any_of(frame.words.begin() + 3, frame.words.end(), [&](const std::string &name) {
        const bool wild = name.starts_with("*.") && wanted.find('.') != std::string::npos;
        return name == wanted || (wild && wanted.substr(wanted.find('.')) == name.substr(1));
    });
}

} // namespace

void SimulatedHttp::on_stream(Stream &, std::uint64_t token) {
    const auto found = links_.find(token);
    if (found == links_.end()) return;
    flush(found->second);
    pull(token);
}

// Reads only what an operation waits for.
void SimulatedHttp::pull(std::uint64_t link_id) {
    for (auto found = links_.find(link_id); found != links_.end(); found = links_.find(link_id)) {
        Link &link = found->second;
        if (link.stream == nullptr) return;
        Stream &stream = *link.stream;
        if (link.exchange == 0) { // an idle connection: any data makes it unusable
            if (stream.available() != 0 || stream.ended || stream.broken != KITH_OK) drop(link_id);
            return;
        }
        Exchange &one = exchanges_.at(link.exchange);
        if (one.phase == Phase::body && (one.op == 0 || !one.body.empty())) return;
        SimulatedHttpFrame frame;
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

void SimulatedHttp::heard(Exchange &one, Link &link, SimulatedHttpFrame &frame) {
    const auto is = [&](SimulatedHttpFrame::Kind kind, Phase phase) { return frame.kind == kind && one.phase == phase; };
    if (is(SimulatedHttpFrame::certificate, Phase::securing)) return shown(one, link, frame);
    if (is(SimulatedHttpFrame::refused, Phase::securing)) {
        const bool has_one = !clients_.at(one.client).settings.certificate.empty();
        return fail(one, KITH_UNAUTHORIZED,
                    has_one ? "the server does not accept our certificate"
                            : "the server requires a client certificate; configure one and its key");
    }
    if (is(SimulatedHttpFrame::head, Phase::waiting)) return head(one, link, frame);
    if (is(SimulatedHttpFrame::piece, Phase::body)) {
        one.body = std::move(frame.words[0]);
        one.got += one.body.size();
        if (one.got > one.request.max_body) {
            return fail(one, KITH_LIMIT, "its body has more than " + std::to_string(one.request.max_body) + " bytes");
        }
        return serve_read(one);
    }
    if (is(SimulatedHttpFrame::end, Phase::body)) {
        finished(one);
        return serve_read(one);
    }
    fail(one, KITH_PROTOCOL,
         one.phase == Phase::securing ? "the server does not speak TLS there; is it http://, or another port?"
                                      : "what it answered is not HTTP/1.1");
}

void SimulatedHttp::shown(Exchange &one, Link &link, const SimulatedHttpFrame &frame) {
    const HttpSettings &settings = clients_.at(one.client).settings;
    const std::string &name = settings.server_name.empty() ? one.request.url.host : settings.server_name;
    const bool trusted = settings.authorities.empty()
                             ? frame.words[0] == "system"
                             : !frame.words[1].empty() && settings.authorities.find(frame.words[1]) != std::string::npos;
    if (!settings.has(KITH_HTTP_INSECURE)) {
        if (!trusted) {
            return fail(one, KITH_UNAUTHORIZED,
                        "the server's certificate is signed by an authority that is not trusted; configure the authority that "
                        "signed it");
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

void SimulatedHttp::head(Exchange &one, Link &link, const SimulatedHttpFrame &frame) {
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

// The exchange has ended: keeps or closes its connection.
void SimulatedHttp::finished(Exchange &one) {
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

void SimulatedHttp::ended(Exchange &one, std::int32_t status) {
    const std::string how = status == KITH_CLOSED ? "it ended the connection" : "the connection broke";
    if (one.phase == Phase::waiting && one.reused && !one.retried && one.request.idempotent) {
        one.retried = true; // the idle connection had been closed
        const std::uint64_t id = id_of(one);
        drop(std::exchange(one.link, 0));
        return connect(id, one);
    }
    if (one.phase == Phase::body) return fail(one, KITH_RESET, "the body ended early: " + how);
    fail(one, KITH_RESET, how + (one.phase == Phase::securing ? " in the TLS handshake" : " before it answered"));
}

// ---- the body ----

void SimulatedHttp::read(std::uint64_t response, Op &op) {
    Exchange &one = exchanges_.at(response);
    op.number = response;
    one.op = op.id;
    if (one.status != KITH_OK || one.phase == Phase::ended || !one.body.empty()) return serve_read(one);
    bound(response, one, one.request.idle_timeout);
    // Received data is handled later: streams must not be used within a call.
    on_.net.schedule(on_.net.now_ns(), *this, unused, UINT32_MAX, one.link);
}

void SimulatedHttp::serve_read(Exchange &one) {
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

std::string SimulatedHttp::take(Exchange &one, std::size_t most) {
    std::string out = one.body.substr(0, most);
    one.body.erase(0, out.size());
    return out;
}

} // namespace kith::testkit
