// SPDX-License-Identifier: MIT
#include "simulated_http.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>

namespace kith::testkit {

namespace {

constexpr std::uint64_t head_start = 250'000'000;

using Phase = SimulatedHttp::Exchange::Phase;

} // namespace

// ---- clients ----

std::uint64_t SimulatedHttp::add_client(TenantResources &resources, HttpSettings settings) {
    const std::uint64_t id = on_.make_id(SimulatedMachine::Body::slot_mask, true);
    clients_.emplace(id, Client{&resources, std::move(settings)});
    return id;
}

const HttpSettings *SimulatedHttp::client(const TenantResources &resources, std::uint64_t id) const noexcept {
    const auto found = clients_.find(id);
    return found == clients_.end() || found->second.resources != &resources ? nullptr : &found->second.settings;
}

bool SimulatedHttp::full(std::uint64_t client) const noexcept {
    return std::count_if(exchanges_.begin(), exchanges_.end(), [&](const auto &one) { return one.second.client == client; }) >=
           KITH_HTTP_MAX_OPEN;
}

bool SimulatedHttp::is_response(const TenantResources &resources, std::uint64_t id) const noexcept {
    const auto found = exchanges_.find(id);
    return found != exchanges_.end() && found->second.resources == &resources && found->second.responded;
}

bool SimulatedHttp::reading(std::uint64_t response) const noexcept {
    const auto found = exchanges_.find(response);
    return found != exchanges_.end() && found->second.op != 0;
}

SimulatedHttp::Exchange *SimulatedHttp::exchange(std::uint64_t id) noexcept {
    const auto found = exchanges_.find(id);
    return found == exchanges_.end() ? nullptr : &found->second;
}

std::uint64_t SimulatedHttp::id_of(const Exchange &exchange) const noexcept {
    for (const auto &[id, one] : exchanges_) {
        if (&one == &exchange) return id;
    }
    return 0;
}

void SimulatedHttp::close(std::uint64_t id) {
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

void SimulatedHttp::close(const TenantResources &resources) {
    std::vector<std::uint64_t> ends;
    for (const auto &[id, client] : clients_) {
        if (client.resources == &resources) ends.push_back(id);
    }
    for (const auto id : ends) close(id);
}

void SimulatedHttp::abandon(std::uint64_t id) {
    const Exchange *one = exchange(id);
    if (one == nullptr) return;
    const std::uint64_t link = one->link;
    exchanges_.erase(id);
    drop(link);
}

// ---- a request ----

void SimulatedHttp::begin(TenantResources &resources, std::uint64_t client, HttpRequest request, Op &op) {
    const std::uint64_t id = on_.make_id(SimulatedMachine::Body::slot_mask, true);
    Exchange &one = exchanges_[id];
    one.resources = &resources;
    one.client = client;
    one.op = op.id;
    one.request = std::move(request);
    op.number = id;
    on_.net.schedule(on_.net.now_ns(), *this, begun, 0, id);
    if (one.request.timeout != 0) {
        on_.net.schedule(on_.net.now_ns() + std::min(one.request.timeout, UINT64_MAX / 2), *this, whole_late, 0, id);
    }
}

void SimulatedHttp::connect(std::uint64_t id, Exchange &one) {
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
    one.link = on_.make_id(SimulatedMachine::Body::slot_mask, true);
    Link &link = links_[one.link];
    link.client = one.client;
    link.exchange = id;
    link.origin = origin;
    const HttpSettings &settings = clients_.at(one.client).settings;
    bound(id, one, settings.connect_timeout);
    const std::string &host = settings.proxy ? settings.proxy->host : one.request.url.host;
    on_.net.schedule(on_.net.now_ns() + (Address::parse(host) ? 0 : on_.net.resolving()), *this, resolved, 0, one.link);
}

void SimulatedHttp::dial(std::uint64_t link_id, Link &link) {
    const Exchange &one = exchanges_.at(link.exchange);
    const HttpSettings &settings = clients_.at(one.client).settings;
    const std::uint16_t port = settings.proxy ? settings.proxy->port : one.request.url.port;
    link.dials.push_back(on_.net.tcp().dial(on_.machine, link.targets[link.dials.size()], port, *this, link_id));
    if (link.dials.size() < link.targets.size()) {
        on_.net.schedule(on_.net.now_ns() + head_start, *this, pace, static_cast<std::uint32_t>(link.dials.size()), link_id);
    }
}

void SimulatedHttp::on_dialled(std::int32_t status, Stream *stream, std::uint64_t token) {
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

void SimulatedHttp::connected(Exchange &one, Link &link) {
    if (!one.request.url.secure) return send_request(one, link);
    one.phase = Phase::securing;
    const HttpSettings &settings = clients_.at(one.client).settings;
    link.out += packed({SimulatedHttpFrame::hello,
                        {settings.server_name.empty() ? one.request.url.host : settings.server_name, settings.certificate}});
    flush(link);
}

void SimulatedHttp::send_request(Exchange &one, Link &link) {
    one.phase = Phase::waiting;
    SimulatedHttpFrame frame{SimulatedHttpFrame::request, {one.request.method, one.request.url.target, one.request.body}};
    frame.words.insert(frame.words.end(), {"Host", one.request.url.authority()});
    for (const auto &[name, value] : one.request.fields) frame.words.insert(frame.words.end(), {name, value});
    link.out += packed(frame);
    bound(link.exchange, one, one.request.response_timeout);
    flush(link);
    // A connection that has already ended reports nothing more.
    on_.net.schedule(on_.net.now_ns(), *this, unused, UINT32_MAX, one.link);
}

void SimulatedHttp::flush(Link &link) {
    if (link.stream == nullptr || link.out.empty()) return;
    link.out.drop(on_.net.tcp().write(*link.stream, link.out.view()));
}

// ---- time, and ends ----

void SimulatedHttp::bound(std::uint64_t id, Exchange &one, std::uint64_t time) {
    const std::uint64_t now = on_.net.now_ns();
    on_.net.schedule(now + std::min(time, UINT64_MAX - now), *this, late, ++one.generation, id);
}

void SimulatedHttp::on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
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
    const std::string denied =
        one.resources->remove_denied(link.targets, settings.proxy ? settings.proxy->port : one.request.url.port);
    if (link.targets.empty()) return fail(one, KITH_DENIED, host + ": " + denied);
    dial(id, link);
}

void SimulatedHttp::out_of_time(Exchange &one) {
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

void SimulatedHttp::fail(Exchange &one, std::int32_t status, const std::string &text) {
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

void SimulatedHttp::drop(std::uint64_t link_id) {
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
