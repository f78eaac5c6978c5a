// SPDX-License-Identifier: MIT
//
// A scripted Consul agent, written from the published API documentation and compared with a real one by tests/integration: services with a
// status, an index that each change increases, and blocking queries.
#pragma once

#include <kith/testkit/http_server.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace consul::test {

using kith::testkit::HttpAsked;
using kith::testkit::HttpPromise;
using kith::testkit::HttpReply;
using kith::testkit::HttpServer;
using kith::testkit::SimNet;

struct Entry {
    std::string id, address, node = "n1", node_address = "10.9.0.1", status = "passing", datacenter = "dc1";
    int port = 0;
};

inline std::string json_string(const std::string &text) { return "\"" + text + "\""; }

class Agent {
  public:
    explicit Agent(kith::testkit::SimulatedMachine &machine, std::uint16_t port = 8500)
        : net(machine.net()), server(machine, port) {
        server.route("/v1/health/service/web", [this](const HttpAsked &asked) { return held(asked, &Agent::health); });
        server.route("/v1/catalog/service/web", [this](const HttpAsked &asked) { return held(asked, &Agent::catalog); });
        server.route("/v1/agent/health/service/name/web", [this](const HttpAsked &) { return by_name(); });
        server.route("/v1/agent/service/web1", [this](const HttpAsked &asked) { return by_id(asked); });
        server.route("/v1/catalog/datacenters", [this](const HttpAsked &) { return HttpReply(200, datacenters); });
    }

    void put(const Entry &entry) {
        services[entry.id] = entry;
        changed();
    }
    void drop(const std::string &id) {
        services.erase(id);
        changed();
    }
    void changed() {
        ++index;
        for (const auto &answer : std::exchange(waiting, {})) answer();
    }
    /// The response to every later and every waiting query; nullopt: the regular response.
    void fails(std::optional<HttpReply> how) {
        failing = std::move(how);
        if (failing) changed();
    }

    /// The response of /v1/health/service/web.
    HttpReply health_of(const HttpAsked &asked) { return held(asked, &Agent::health); }

    SimNet &net;
    HttpServer server;
    std::map<std::string, Entry> services;
    std::uint64_t index = 10;
    std::string datacenters = R"(["dc1"])";
    std::optional<HttpReply> failing;
    std::vector<std::pair<std::string, std::string>> fields; // in addition to the index

  private:
    using Body = std::string (Agent::*)(const HttpAsked &) const;

    static std::string parameter(const HttpAsked &asked, const std::string &name) {
        const auto at = asked.target.find(name + "=");
        if (at == std::string::npos) return {};
        const auto from = at + name.size() + 1;
        return asked.target.substr(from, asked.target.find('&', from) - from);
    }
    HttpReply reply(const HttpAsked &asked, Body body) const {
        if (failing) return *failing;
        HttpReply out(200, (this->*body)(asked));
        out.field("X-Consul-Index", std::to_string(index));
        for (const auto &[name, value] : fields) out.field(name, value);
        return out;
    }
    HttpReply held(const HttpAsked &asked, Body body) {
        const std::string known = parameter(asked, "index");
        if (failing || known != std::to_string(index)) return reply(asked, body);
        const auto promise = std::make_shared<HttpPromise>();
        const auto answer = [this, promise, asked, body] { promise->answer(reply(asked, body)); };
        waiting.emplace_back(answer);
        net.in(std::chrono::milliseconds(std::stoull(parameter(asked, "wait"))), answer);
        return HttpReply().later(promise);
    }

    static std::string service(const Entry &of) {
        return R"({"ID": )" + json_string(of.id) + R"(, "Service": "web", "Tags": ["a", "b"], "Meta": {}, "Port": )" +
               std::to_string(of.port) + R"(, "Address": )" + json_string(of.address) + R"(, "Datacenter": )" +
               json_string(of.datacenter) + "}";
    }
    template <class F>
    std::string list(F &&one) const {
        std::string out;
        for (const auto &[id, entry] : services) {
            if (const std::string text = one(entry); !text.empty()) out += (out.empty() ? "" : ", ") + text;
        }
        return "[" + out + "]";
    }
    std::string health(const HttpAsked &asked) const {
        const std::string datacenter = parameter(asked, "dc");
        const bool passing = parameter(asked, "passing") == "true";
        return list([&](const Entry &of) -> std::string {
            if ((passing && of.status != "passing") || of.datacenter != (datacenter.empty() ? "dc1" : datacenter)) return {};
            return R"({"Node": {"Node": )" + json_string(of.node) + R"(, "Address": )" + json_string(of.node_address) +
                   R"(, "Datacenter": )" + json_string(of.datacenter) + R"(}, "Service": )" + service(of) +
                   R"(, "Checks": []})";
        });
    }
    std::string catalog(const HttpAsked &asked) const {
        const std::string datacenter = parameter(asked, "dc");
        return list([&](const Entry &of) -> std::string {
            if (of.datacenter != (datacenter.empty() ? "dc1" : datacenter)) return {};
            return R"({"Node": )" + json_string(of.node) + R"(, "Address": )" + json_string(of.node_address) +
                   R"(, "Datacenter": )" + json_string(of.datacenter) + R"(, "ServiceID": )" + json_string(of.id) +
                   R"(, "ServiceName": "web", "ServiceTags": [], "ServicePort": 0)" + R"(, "ServiceAddress": )" +
                   json_string(of.address) + "}";
        });
    }
    HttpReply by_name() const {
        if (failing) return *failing;
        if (services.empty()) return HttpReply(404, "[]").field("X-Consul-Reason", "ServiceName web Not Found");
        std::uint32_t code = 200;
        const std::string body = list([&](const Entry &of) {
            if (of.status != "passing") code = 503;
            return R"({"AggregatedStatus": )" + json_string(of.status) + R"(, "Service": )" + service(of) +
                   R"(, "Checks": []})";
        });
        return HttpReply(code, body);
    }
    HttpReply by_id(const HttpAsked &asked) {
        if (failing) return *failing;
        const auto found = services.find("web1");
        if (found == services.end()) return HttpReply(404, "unknown service ID: web1");
        const auto now = [this]() -> HttpReply {
            const auto entry = services.find("web1");
            if (entry == services.end()) return HttpReply(404, "unknown service ID: web1");
            return HttpReply(200, service(entry->second)).field("X-Consul-ContentHash", "abc" + std::to_string(index));
        };
        if (parameter(asked, "hash") != "abc" + std::to_string(index)) return now();
        const auto promise = std::make_shared<HttpPromise>();
        const auto answer = [promise, now] { promise->answer(now()); };
        waiting.emplace_back(answer);
        net.in(std::chrono::milliseconds(std::stoull(parameter(asked, "wait"))), answer);
        return HttpReply().later(promise);
    }

    std::vector<std::function<void()>> waiting;
};

} // namespace consul::test
