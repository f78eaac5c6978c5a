// A strategy: reads the names of the nodes from an HTTP server, at an interval and when the host calls refresh.
#include <kith/http.hpp>
#include <kith/plugin.hpp>
#include <kith/signal.hpp>
#include <kith/utf8.h>
#include <sstream>

namespace {
class mine : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "mine",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Reads the names of the nodes from an HTTP server, one name per line.",
        .options = R"({
            "type": "object", "additionalProperties": false, "required": ["url"],
            "properties": {
                "url": { "description": "The URL that returns the names.", "type": "string", "examples": ["http://127.0.0.1/nodes"] },
                "interval": { "description": "Time between requests.", "type": "integer", "minimum": 1, "default": 5000, "x-kith-unit": "ms" }
            }
        })",
    };
    using required = kith::services<kith::options, kith::timer, kith::http>;

    explicit mine(kith::host h) : strategy(h), options(h), http(h), wake(h) {}

    kith::task<> run() override {
        for (;;) {
            auto peers = co_await query();
            if (peers) discovery.replace(*peers);        // the whole set; an empty list means that there are no peers
            if (!peers) discovery.failed(peers.error()); // the set is not known; the host keeps the last one
            (void)co_await wake.wait_for(options.milliseconds("/interval"));
        }
    }

    void refresh() override { wake.notify(); }

  private:
    kith::task<kith::result<std::vector<kith::peer>>> query() {
        auto client = co_await http.open();
        if (!client) co_return client.error();
        auto answer = co_await client->fetch({.url = options.text("/url")});
        if (!answer) co_return answer.error();
        if (answer->code != 200) co_return answer->refusal();
        if (!kith_is_utf8(kith::str(answer->body))) co_return kith::error(KITH_PROTOCOL, "the answer is not UTF-8");
        std::vector<kith::peer> peers;
        std::istringstream lines(answer->body);
        for (std::string line; std::getline(lines, line);)
            if (!line.empty()) peers.push_back({.key = line, .name = line});
        co_return peers;
    }

    kith::options options;
    kith::http http;
    kith::signal wake;
};

} // namespace
KITH_PLUGIN(mine)
