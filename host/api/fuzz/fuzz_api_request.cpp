// SPDX-License-Identifier: MIT
//
// Any bytes, in pieces of any size, through the reader of requests and the routes: no crash, an answer of a known status for each request, and an
// error for each refused request.
#include <core/cluster/topology/topology.hpp>
#include <host/api/router.hpp>
#include <host/api/transport/request_reader.hpp>

#include <cstdlib>
#include <memory>

namespace {

using namespace kith;
using namespace kith::app;

struct NoJoiner final : core::Connector {
    core::StartedOperation connect(const kith::PeerView &) override { return {KITH_UNSUPPORTED, 0, "no"}; }
    core::StartedOperation disconnect(const kith::PeerView &) override { return {KITH_UNSUPPORTED, 0, "no"}; }
    void cancel(std::uint64_t) override {}
    void refresh() override {}
};

struct SmallEngine {
    core::EventBus bus;
    NoJoiner connector;
    core::Reconciler reconciler{"beam", 0, connector, bus, 1};
    core::LiveTopology topology{"t", {}, reconciler, bus};
    std::unique_ptr<ApiRouter> router;

    SmallEngine() {
        topology.add_source("s");
        topology.start(1);
        const kith::PeerView peers[] = {{"k1", "a@h", {}, 0}, {"k2", "b@h", {}, 0}};
        static_cast<void>(topology.replace(core::SourceId{0}, peers, 2));
        ApiContext context;
        context.run = "run";
        context.bus = &bus;
        context.view = [this] {
            core::EngineView view{.now = 3, .wall = 3, .running = true, .bus = bus};
            view.topologies.push_back({&topology, &reconciler, {"p"}});
            view.connectors.push_back({"beam", "erlang", &reconciler});
            return view;
        };
        context.config = context.plugins = [] { return std::string("{}"); };
        context.refresh = [] {};
        context.messages = [](std::string_view) { return nullptr; };
        context.post = [](const std::function<void()> &) {};
        router = std::make_unique<ApiRouter>(std::move(context));
    }
};

void check(const ApiAnswer &answer) {
    switch (answer.status) {
    case 200:
    case 202: return;
    case 400:
    case 401:
    case 403:
    case 404:
    case 405:
    case 413:
    case 421:
    case 429:
    case 503: break;
    default: std::abort();
    }
    if (answer.status != 503 && !answer.body.starts_with("{\"error\":{\"code\":\"")) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static SmallEngine engine;
    static const ApiAccess access{
        true, true, true, true, "token-of-readers", "token-of-operators", {"kith.example"}, true, "token-of-messages"};
    if (size == 0) return 0;
    const std::size_t step = std::size_t{data[0]} * 8 + 1;
    std::string_view rest(reinterpret_cast<const char *>(data) + 1, size - 1);
    RequestReader reader(16'384, 65'536);
    while (!rest.empty() && reader.state() != RequestReader::State::failed) {
        reader.feed(rest.substr(0, step));
        rest.remove_prefix(std::min(step, rest.size()));
        while (reader.state() == RequestReader::State::complete) {
            ApiRequest request = reader.request();
            request.right = (data[0] & 1U) != 0 ? Right::control : Right::read;
            if ((data[0] & 2U) != 0) request.access = &access; // as at a TCP address
            ApiAnswer answer = engine.router->answer(request);
            check(answer);
            std::string out;
            if (answer.stream) answer.stream->fill(out, 65'536);
            reader.next();
        }
    }
    if (reader.state() == RequestReader::State::failed) check(engine.router->refusal(reader.fault()));
    return 0;
}
