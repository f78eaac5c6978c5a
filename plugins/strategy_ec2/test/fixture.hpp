// SPDX-License-Identifier: MIT
//
// An instance with a metadata service, a simulated EC2, and the plugin.
#pragma once

#include "../describe_instances_request.hpp"
#include "../signature_v4.hpp"
#include "aws_responses.hpp"

#include <kith/testkit/http_server.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>

extern "C" const kith_entry kith_plugin_entry_strategy_ec2;

namespace ec2::test {

using namespace std::chrono_literals;
using kith::testkit::HttpAsked;
using kith::testkit::HttpReply;
using kith::testkit::HttpServer;
using kith::testkit::Observation;
using kith::testkit::SimNet;
using Kind = Observation::Kind;

/// Options with these additional JSON members.
inline std::string options(const std::string &more = {}) {
    return R"({"ec2_tagname": "cluster")" + (more.empty() ? "" : ", " + more) + "}";
}

/// The value of a form field as it was sent.
inline std::string said(const HttpAsked &asked, const std::string &name) {
    const auto at = ("&" + asked.body).find("&" + name + "=");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 1;
    return asked.body.substr(from, asked.body.find('&', from) - from);
}

/// The API: pages of `instances`, for requests signed with a key of `keys` and the secret "secret".
class Ec2 {
  public:
    explicit Ec2(SimNet &net, const char *host = "ec2.eu-west-1.amazonaws.com")
        : host_(host), machine(net.machine(host, {"203.0.113.1"})), server(machine, 443, {nullptr, {host}}) {
        server.route("/", [this](const HttpAsked &asked) {
            auto reply = answer(asked);
            if (!date.empty()) reply.field("Date", date);
            return reply;
        });
    }

    HttpReply answer(const HttpAsked &asked) {
        if (instead) {
            auto reply = *instead;
            if (--times == 0) instead.reset();
            return reply;
        }
        const std::string key = signed_with(asked);
        if (std::ranges::find(keys, key) == keys.end()) return HttpReply(400, refusal(expired));
        if (const auto id = said(asked, "InstanceId.1"); !id.empty()) {
            for (const Some &one : instances) {
                if (one.id == id) return HttpReply(200, page({one}));
            }
            return HttpReply(400, refusal("InvalidInstanceID.NotFound"));
        }
        const auto next = said(asked, "NextToken");
        std::vector<Some> all = instances, some;
        std::erase_if(all,
                      [&](const Some &one) { return encode(escape_filter_value(one.tag)) != said(asked, "Filter.1.Value.1"); });
        const std::size_t from = next.empty() ? 0 : std::stoul(next), to = std::min(from + page_size, all.size());
        for (std::size_t i = from; i < to; ++i) some.push_back(all[i]);
        if (turned) turned(from);
        return HttpReply(200, page(some, to < all.size() ? std::to_string(to) : ""));
    }

    /// The number of requests that get another response; 0: all later ones.
    void refuse(HttpReply reply, int how_often = 0) {
        instead = std::move(reply);
        times = how_often == 0 ? -1 : how_often;
    }
    void refuse(const std::string &code, std::uint32_t status = 400, int how_often = 0) {
        refuse(HttpReply(status, refusal(code)), how_often);
    }

  private:
    // The id of the key, if the signature is valid.
    std::string signed_with(const HttpAsked &asked) const {
        const std::string_view has = asked.field("Authorization");
        const auto from = has.find("Credential=") + 11;
        std::string id(has.substr(from, has.find('/') - from));
        std::vector<kith::attribute> fields;
        for (const char *name : {"Content-Type", "Host", "X-Amz-Date", "X-Amz-Security-Token"}) {
            if (!asked.field(name).empty()) fields.push_back({name, std::string(asked.field(name))});
        }
        const std::string time(asked.field("X-Amz-Date"));
        const auto good = authorization({"POST", "/", {}, fields, asked.body}, {"eu-west-1", "ec2", time},
                                        {.id = id, .secret = "secret", .token = {}});
        BOOST_TEST(has == good);
        BOOST_TEST(asked.field("Host") == host_);
        return id;
    }

    std::string host_;

  public:
    kith::testkit::SimulatedMachine &machine;
    HttpServer server;
    std::vector<Some> instances;
    std::size_t page_size = 100;
    std::vector<std::string> keys{"KEY1", "ENV"};
    std::string expired = "RequestExpired", date;
    std::function<void(std::size_t)> turned; ///< called when a page that begins there is requested
    std::optional<HttpReply> instead;
    int times = 0;
};

/// The metadata service: it answers paths that are not in `data` with 404.
class Imds {
  public:
    explicit Imds(SimNet &net) : machine(net.machine("imds", {"169.254.169.254"})), server(machine, 80) {
        server.route("/latest/api/token", [this](const HttpAsked &asked) {
            if (token_reply) return *token_reply;
            if (asked.method != "PUT" || asked.field("X-aws-ec2-metadata-token-ttl-seconds") != "21600") return HttpReply(400);
            return HttpReply(200, "token-" + std::to_string(++tokens));
        });
        report("placement/region", "eu-west-1");
        report("instance-id", "i-0");
        report("iam/security-credentials/", "web");
        report("iam/security-credentials/web", role("KEY1", "2026-01-01T06:00:00Z"));
        server.route("/latest/meta-data/", HttpReply(401));
    }
    void report(const std::string &path, HttpReply reply) {
        server.route("/latest/meta-data/" + path, [this, reply = std::move(reply)](const HttpAsked &asked) {
            if (asked.field("X-aws-ec2-metadata-token") != "token-" + std::to_string(tokens)) return HttpReply(401);
            return reply;
        });
    }
    void report(const std::string &path, const std::string &value) { report(path, HttpReply(200, value)); }
    std::size_t asked(std::string_view path) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(server.asked(), [&](const HttpAsked &one) { return one.target.ends_with(path); }));
    }

    kith::testkit::SimulatedMachine &machine;
    HttpServer server;
    int tokens = 0;
    std::optional<HttpReply> token_reply;
};

struct Fixture {
    explicit Fixture(const std::string &with = options()) : harness(here, kith_plugin_entry_strategy_ec2, "ec2", with) {
        ec2.instances = {{"i-0", "10.0.0.1"}, {"i-1", "10.0.0.2"}};
    }
    ~Fixture() {
        if (harness.running()) BOOST_TEST(harness.stop());
        for (const auto &broken : harness.violations()) BOOST_ERROR(broken);
    }
    void environment() {
        here.env("AWS_ACCESS_KEY_ID", "ENV");
        here.env("AWS_SECRET_ACCESS_KEY", "secret");
    }
    void start() { BOOST_REQUIRE(harness.start() == KITH_OK); }
    const Observation &next(std::chrono::nanoseconds bound = 1min) {
        BOOST_REQUIRE(harness.await_observation(bound));
        return *std::find_if(harness.observations().rbegin(), harness.observations().rend(),
                             [](const Observation &one) { return one.kind == Kind::replace || one.kind == Kind::failed; });
    }
    /// Checks that a query has found exactly these.
    void sees(std::string_view names_then, std::chrono::nanoseconds bound = 1min) {
        const Observation &seen = next(bound);
        BOOST_TEST((seen.kind == Kind::replace), seen.text);
        BOOST_TEST(names() == names_then);
    }
    std::string names() const {
        std::string out;
        for (const auto &peer : harness.peers()) out += (out.empty() ? "" : " ") + peer.name;
        return out;
    }
    /// Checks that a query failed with this reason, and that the two peers are kept.
    void stays(std::int32_t status, std::string_view part, std::chrono::nanoseconds bound = 2min) {
        fails(status, part, bound);
        BOOST_TEST(names() == "app@10.0.0.1 app@10.0.0.2");
    }
    void fails(std::int32_t status, std::string_view part, std::chrono::nanoseconds bound = 2min) {
        const Observation &seen = next(bound);
        BOOST_TEST((seen.kind == Kind::failed));
        BOOST_TEST(seen.status == status, seen.text);
        BOOST_TEST(seen.text.find(part) != std::string::npos, seen.text);
        BOOST_TEST(seen.text.find('\n') == std::string::npos);
        BOOST_TEST_MESSAGE(seen.text);
    }
    std::uint32_t left_out(std::string_view part) const {
        std::uint32_t out = 0;
        for (const auto &one : harness.observations()) {
            if (one.kind == Kind::left_out && one.text.find(part) != std::string::npos) out += one.items;
        }
        return out;
    }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    Imds imds{net};
    Ec2 ec2{net};
    kith::testkit::PluginHarness harness;
};

} // namespace ec2::test
