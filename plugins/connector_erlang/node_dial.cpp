// SPDX-License-Identifier: MIT
#include "node_dial.hpp"

#include <array>

namespace kith::erlang {
namespace {

error unreachable(error why, const Endpoint &node) {
    switch (why.status) {
    case KITH_REFUSED: why.text = "nobody listens on " + node.text() + ", where the node should be"; break;
    case KITH_UNRESOLVED: why.text = "the host name " + node.address + " does not resolve"; break;
    case KITH_TIMED_OUT: why.text = "nothing answers on " + node.text() + ", where the node should be"; break;
    default: why.text = "the node's port " + node.text() + " cannot be reached: " + why.text; break;
    }
    return why;
}

error refused(const Dialler &dialler, std::string_view wanted, const Endpoint &node) {
    std::string text = std::string(wanted) + " on " + node.text() + ": " + std::string(to_string(dialler.fault()));
    if (dialler.fault() == Dialler::Fault::wrong_name) text += ": " + dialler.peer().name;
    if (dialler.fault() == Dialler::Fault::lacks_flags) text += " (" + flag::names(dialler.missing()) + ')';
    return error(status_of(dialler.fault()), std::move(text));
}

task<bool> hangs_up_on(const tcp &net, const Endpoint &node, std::string message, std::chrono::nanoseconds step) {
    auto stream = co_await net.connect(node.address, node.port, step);
    if (!stream) co_return false;
    (void)co_await stream->write(message, step);
    std::array<std::byte, 1> buffer;
    const auto got = co_await stream->read(buffer, step);
    co_return !got && (got.status() == KITH_CLOSED || got.status() == KITH_RESET);
}

} // namespace

task<result<Connection>> dial(const tcp &net, Endpoint node, Dialler::Config config, Challenges &challenges,
                              std::chrono::nanoseconds step, DialReport *report, DistributionTls *tls) {
    const std::string wanted = config.peer;
    DialReport unasked;
    if (report == nullptr) report = &unasked;
    auto stream = co_await net.connect(node.address, node.port, step);
    if (!stream) co_return unreachable(std::move(stream).error(), node);
    report->address = stream->remote.address;
    tls_peer certified;
    if (tls != nullptr) {
        const std::string host(host_part(wanted));
        auto secured = co_await tls->secure(*stream, host.empty() ? node.address : host, step, report->tls);
        report->failed_in_tls = !secured && report->tls == DistributionTls::Step::handshake;
        if (!secured) co_return error(secured.status(), wanted + " on " + node.text() + ": " + secured.error().text);
        certified = std::move(*secured);
        if (const std::string fault = tls->fault_of_name(certified, wanted); !fault.empty()) {
            report->failed_in_tls = true;
            co_return error(KITH_UNAUTHORIZED, wanted + " on " + node.text() + ": " + fault);
        }
        config.width = Frames::Width::four;
    }
    Dialler dialler(std::move(config), challenges);
    std::array<std::byte, 2048> buffer;
    while (dialler.state() == Dialler::State::going) {
        const std::string output = dialler.take_output();
        if (!output.empty()) {
            // A failure to write is told by the read that follows, which knows better why.
            (void)co_await stream->write(output, step);
        }
        auto got = co_await stream->read(buffer, step);
        if (got) {
            dialler.feed({reinterpret_cast<const char *>(buffer.data()), *got});
        } else if (got.status() == KITH_TIMED_OUT) {
            dialler.expired();
        } else if (got.status() == KITH_CLOSED || got.status() == KITH_RESET) {
            dialler.closed();
        } else {
            // With TLS 1.3 the other side refuses our certificate when the handshake of TLS is done.
            report->failed_in_tls = tls != nullptr && (got.status() == KITH_UNAUTHORIZED || got.status() == KITH_PROTOCOL);
            co_return error(got.status(), wanted + " on " + node.text() + ": " + got.error().text);
        }
    }
    report->fault = dialler.fault();
    report->peer = dialler.peer();
    report->missing = dialler.missing();
    // A name without a host part is known in full only now.
    if (tls != nullptr && dialler.state() == Dialler::State::done) {
        if (const std::string fault = tls->fault_of_name(certified, dialler.peer().name); !fault.empty()) {
            report->failed_in_tls = true;
            co_return error(KITH_UNAUTHORIZED, dialler.peer().name + " on " + node.text() + ": " + fault);
        }
    }
    if (dialler.state() == Dialler::State::failed) co_return refused(dialler, wanted, node);
    co_return Connection{std::move(*stream), dialler.peer(), std::string(dialler.rest())};
}

task<bool> speaks_plainly(const tcp &net, Endpoint node, std::string greeting, Dialler::Config config, Challenges &challenges,
                          std::chrono::nanoseconds step) {
    const bool hangs_up = co_await hangs_up_on(net, node, std::move(greeting), step);
    if (!hangs_up) co_return false;
    config.stop_at_challenge = true;
    DialReport report;
    const auto far = co_await dial(net, std::move(node), std::move(config), challenges, step, &report);
    if (far) co_return true;
    using Fault = Dialler::Fault;
    co_return report.fault == Fault::not_allowed || report.fault == Fault::nok || report.fault == Fault::wrong_name ||
        report.fault == Fault::lacks_flags;
}

std::int32_t status_of(Dialler::Fault fault) noexcept {
    switch (fault) {
    case Dialler::Fault::none: return KITH_OK;
    case Dialler::Fault::malformed:
    case Dialler::Fault::tls:
    case Dialler::Fault::closed_name:
    case Dialler::Fault::closed_status: return KITH_PROTOCOL;
    case Dialler::Fault::not_allowed: return KITH_DENIED;
    case Dialler::Fault::nok: return KITH_BUSY;
    case Dialler::Fault::wrong_name: return KITH_NOT_FOUND;
    case Dialler::Fault::lacks_flags: return KITH_UNSUPPORTED;
    case Dialler::Fault::reflected:
    case Dialler::Fault::wrong_digest:
    case Dialler::Fault::closed_cookie: return KITH_UNAUTHORIZED;
    case Dialler::Fault::mute: return KITH_TIMED_OUT;
    }
    return KITH_INTERNAL;
}

} // namespace kith::erlang
