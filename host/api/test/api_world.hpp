// SPDX-License-Identifier: MIT
//
// The routes over a cluster in simulated time: no engine, no plugin, no socket.
#pragma once

#include <core/cluster/test/cluster_fixture.hpp>
#include <host/api/router.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <deque>
#include <string>

namespace kith::app::test {

using core::test::ClusterFixture;
using namespace std::chrono_literals;

struct ApiWorld {
    ClusterFixture fixture;
    bool running = true;
    int refreshes = 0;
    bool drain = true;        // a document that comes in pieces is put together
    ReloadStart reload_start; // what a reload answers
    bool reload_at_once = true;
    ReloadRequest reload_request;
    std::function<void(const ReloadVerdict &)> reload_verdict;
    std::string_view replace_error; // what a replacement answers
    bool replace_at_once = true;
    std::function<void(const ReplacementVerdict &)> replace_verdict;
    std::deque<std::function<void()>> posted;
    ApiContext context;

    ApiWorld() {
        context.version = "1.2.3";
        context.run = "run1";
        context.config_file = "kith.json";
        context.pid = 42;
        context.bus = &fixture.bus;
        context.view = [this] { return view(); };
        context.config = [] { return std::string(R"({"masked":"***"})"); };
        context.plugins = [] { return std::string(R"({"plugins":[],"refused":[],"quarantined":[]})"); };
        context.refresh = [this] { ++refreshes; };
        context.retry = [](std::string_view file) {
            return file == "libone.so" ? std::optional<std::size_t>(1) : std::nullopt;
        };
        context.replace = [this](const std::string &file, bool dry_run,
                                 std::function<void(const ReplacementVerdict &)> verdict) -> ReplacementStart {
            if (file != "libone.so")
                return {"not_found", "no instance in use is of the file `" + file + "`", "Name another one."};
            if (!replace_error.empty()) return {replace_error, "it is not possible", "Do something else."};
            core::PluginReplacement::Outcome outcome;
            outcome.instances = {"topologies.one.s"};
            outcome.versions = {{KITH_KIND_STRATEGY, "one", "1.0.0", "1.1.0"}};
            outcome.duration = 12'000'000;
            replace_verdict = std::move(verdict);
            if (replace_at_once) replace_verdict({dry_run ? "possible" : "replaced", outcome});
            return {};
        };
        context.reload = [this](const ReloadRequest &request, std::function<void(const ReloadVerdict &)> verdict) {
            reload_request = request;
            reload_verdict = std::move(verdict);
            if (reload_at_once && reload_start.error.empty()) reload_verdict({"unchanged", "", 0});
            return reload_start;
        };
        context.order = [this](std::string_view name, const core::Order &order) -> core::Status {
            for (const auto &topology : fixture.topologies) {
                if (topology->name() != name) continue;
                core::Status status = topology->carry_out(order, fixture.now);
                fixture.run();
                return status;
            }
            return {KITH_NOT_FOUND, "there is no such topology"};
        };
        context.messages = [](std::string_view) { return nullptr; };
        context.post = [this](std::function<void()> work) { posted.push_back(std::move(work)); };
    }

    core::EngineView view() {
        core::EngineView view{
            .now = fixture.now, .wall = static_cast<std::int64_t>(fixture.now), .running = running, .bus = fixture.bus};
        for (const auto &topology : fixture.topologies)
            view.topologies.push_back({topology.get(), &fixture.reconciler, {"epmd"}});
        view.connectors.push_back({"beam", "erlang", &fixture.reconciler});
        view.instances.push_back({"connectors.beam", "erlang", "running", {2, 3'000'000, 2'000'000}, nullptr});
        return view;
    }

    ApiAnswer ask(std::string_view target, std::string_view method = "GET", Right right = Right::read) {
        if (!router) router = std::make_unique<ApiRouter>(context);
        ApiRequest request;
        request.method = method;
        request.target = target;
        request.host = "localhost";
        request.has_host = true;
        request.right = right;
        change(request);
        ApiAnswer answer = router->answer(request);
        if (answer.stream && answer.content_type == "application/json" && drain) {
            while (answer.stream->fill(answer.body, answer.body.size() + 1)) {
            }
            answer.stream.reset();
        }
        return answer;
    }

    // What the answer holds: its JSON, or the code of its error.
    boost::json::value json(std::string_view target) { return boost::json::parse(ask(target).body); }
    std::string error(const ApiAnswer &answer) {
        const auto parsed = boost::json::parse(answer.body);
        const auto &its = parsed.at("error");
        BOOST_TEST(!its.at("message").as_string().empty());
        BOOST_TEST(!its.at("remedy").as_string().empty());
        return std::to_string(answer.status) + ' ' + std::string(its.at("code").as_string());
    }
    std::string error(std::string_view target, std::string_view method = "GET", Right right = Right::read) {
        return error(ask(target, method, right));
    }

    void run_posted() {
        while (!posted.empty()) {
            auto work = std::move(posted.front());
            posted.pop_front();
            work();
        }
    }

    std::function<void(ApiRequest &)> change = [](ApiRequest &) {}; // of each request
    std::unique_ptr<ApiRouter> router;
};

inline std::string text(const boost::json::value &value) {
    return value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
}

} // namespace kith::app::test
