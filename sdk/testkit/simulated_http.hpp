// SPDX-License-Identifier: MIT
//
// The HTTP clients of one simulated machine: implements kith.http/1 over the streams of tcp_stack, so that network faults
// affect them as every stream.
#pragma once

#include "simulated_http_frames.hpp"
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

    /// The settings of a client that an operation opens.
    HttpSettings &opening(std::uint64_t op) { return opening_[op]; }
    void opened(std::uint64_t op) noexcept { opening_.erase(op); }
    std::uint64_t add_client(TenantResources &resources, HttpSettings settings);
    /// Null when this tenant has no client of that id.
    const HttpSettings *client(const TenantResources &resources, std::uint64_t id) const noexcept;
    bool full(std::uint64_t client) const noexcept;
    void begin(TenantResources &resources, std::uint64_t client, HttpRequest request, Op &op);
    bool is_response(const TenantResources &resources, std::uint64_t id) const noexcept;
    bool reading(std::uint64_t response) const noexcept;
    void read(std::uint64_t response, Op &op);
    void close(std::uint64_t id);
    /// Closes everything of this tenant, without completions.
    void close(const TenantResources &resources);

    // ---- for the completions ----

    struct Exchange;
    /// Null when it does not exist any more.
    Exchange *exchange(std::uint64_t id) noexcept;
    /// The operation has failed.
    void abandon(std::uint64_t id);
    /// Takes at most this number of received bytes of the body.
    std::string take(Exchange &exchange, std::size_t most);

    struct Exchange {
        enum class Phase : std::uint8_t { connecting, securing, waiting, body, ended };
        TenantResources *resources = nullptr;
        std::uint64_t client = 0, link = 0, op = 0; // op: outstanding; 0: none
        HttpRequest request;
        Phase phase = Phase::connecting;
        std::uint32_t generation = 0; // number of the valid timer
        bool responded = false, reused = false, retried = false;
        std::uint32_t code = 0;
        std::vector<std::pair<std::string, std::string>> fields;
        std::string body;
        std::uint64_t got = 0;         // bytes of the body received so far
        std::int32_t status = KITH_OK; // reported for every further read
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
        std::uint64_t client = 0, exchange = 0; // exchange: 0 while idle
        std::string origin;
        Fifo in, out;
        Stream *stream = nullptr;
        std::vector<Address> targets;
        std::vector<std::uint64_t> dials;
        std::size_t failed = 0;
        std::int32_t status = KITH_OK; // status of the failed connects
        std::uint32_t generation = 0;
        bool last = false; // closed after this response
    };

    void connect(std::uint64_t id, Exchange &exchange);
    void dial(std::uint64_t link_id, Link &link);
    void connected(Exchange &exchange, Link &link);
    void send_request(Exchange &exchange, Link &link);
    void flush(Link &link);
    void pull(std::uint64_t link_id);
    void heard(Exchange &exchange, Link &link, SimulatedHttpFrame &frame);
    void shown(Exchange &exchange, Link &link, const SimulatedHttpFrame &frame);
    void head(Exchange &exchange, Link &link, const SimulatedHttpFrame &frame);
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
