// SPDX-License-Identifier: MIT
//
// The HTTP clients of one simulated machine: what kith.http/1 promises, over the streams of tcp_stack, so that the weather of the net
// concerns them as it does every stream.
#pragma once

#include "http_frames.hpp"
#include "simulated_machine_body.hpp"

#include <kith/hosting/http_request.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kith::testkit {

class SimulatedHttp final : public Actor, public SocketOwner {
  public:
    explicit SimulatedHttp(SimulatedMachine::Body &on) : on_(on) {}

    /// The settings of a client that is being opened, by its operation.
    HttpSettings &opening(std::uint64_t op) { return opening_[op]; }
    void opened(std::uint64_t op) noexcept { opening_.erase(op); }
    std::uint64_t add_client(TenantResources &resources, HttpSettings settings);
    /// Null when this resources has none of that id.
    const HttpSettings *client(const TenantResources &resources, std::uint64_t id) const noexcept;
    bool full(std::uint64_t client) const noexcept;
    void begin(TenantResources &resources, std::uint64_t client, HttpRequest request, Op &op);
    bool is_response(const TenantResources &resources, std::uint64_t id) const noexcept;
    bool reading(std::uint64_t response) const noexcept;
    void read(std::uint64_t response, Op &op);
    void close(std::uint64_t id);
    /// All that is of this resources, without a completion.
    void close(const TenantResources &resources);

    // ---- when completions are told ----

    struct Exchange;
    /// Null when it is gone.
    Exchange *exchange(std::uint64_t id) noexcept;
    /// It did not end well, for whatever reason.
    void abandon(std::uint64_t id);
    /// At most so many bytes of the body that came.
    std::string take(Exchange &exchange, std::size_t most);

    struct Exchange {
        enum class Phase : std::uint8_t { connecting, securing, waiting, body, ended };
        TenantResources *resources = nullptr;
        std::uint64_t client = 0, link = 0, op = 0; // op: outstanding; 0: none
        HttpRequest request;
        Phase phase = Phase::connecting;
        std::uint32_t generation = 0; // of the timer that counts
        bool responded = false, reused = false, retried = false;
        std::uint32_t code = 0;
        std::vector<std::pair<std::string, std::string>> fields;
        std::string body;
        std::uint64_t got = 0;         // bytes of the body so far
        std::int32_t status = KITH_OK; // what every further read is told
        std::string text;
    };

    void on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) override;
    void on_stream(Stream &stream, std::uint64_t token) override;
    void on_incoming(Listener &, std::uint64_t) override {}
    void on_dialled(std::int32_t status, Stream *stream, std::uint64_t token) override;

  private:
    enum What : std::uint32_t { begun, resolved, pace, late, whole_late, unused };
    struct Client {
        TenantResources *resources;
        HttpSettings settings;
    };
    struct Link {
        std::uint64_t client = 0, exchange = 0; // exchange: 0 when it is kept
        std::string origin;
        Fifo in, out;
        Stream *stream = nullptr;
        std::vector<Address> targets;
        std::vector<std::uint64_t> dials;
        std::size_t failed = 0;
        std::int32_t status = KITH_OK; // of the dials that failed
        std::uint32_t generation = 0;
        bool last = false; // it ends after this response
    };

    void connect(std::uint64_t id, Exchange &exchange);
    void dial(std::uint64_t link_id, Link &link);
    void connected(Exchange &exchange, Link &link);
    void send_request(Exchange &exchange, Link &link);
    void flush(Link &link);
    void pull(std::uint64_t link_id);
    void heard(Exchange &exchange, Link &link, HttpFrame &frame);
    void shown(Exchange &exchange, Link &link, const HttpFrame &frame);
    void head(Exchange &exchange, Link &link, const HttpFrame &frame);
    void finished(Exchange &exchange);
    void ended(Exchange &exchange, std::int32_t status);
    void serve_read(Exchange &exchange);
    void bound(std::uint64_t id, Exchange &exchange, std::uint64_t time);
    void out_of_time(Exchange &exchange);
    void fail(Exchange &exchange, std::int32_t status, const std::string &text);
    void drop(std::uint64_t link_id);
    std::uint64_t id_of(const Exchange &exchange) const noexcept;

    SimulatedMachine::Body &on_;
    std::map<std::uint64_t, HttpSettings> opening_;
    std::map<std::uint64_t, Client> clients_;
    std::map<std::uint64_t, Exchange> exchanges_; // by the id of the response
    std::map<std::uint64_t, Link> links_;
};

} // namespace kith::testkit
