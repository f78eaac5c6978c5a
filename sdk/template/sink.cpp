// A sink: posts every new and lost link to a web hook, as JSON.
#include <kith/http.hpp>
#include <kith/plugin.hpp>

namespace {

using namespace std::chrono_literals;

class mine : public kith::sink {
  public:
    static constexpr kith::about about{
        .id = "mine",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Posts new and lost links to a web hook.",
        .options = R"({
            "type": "object", "additionalProperties": false, "required": ["url"],
            "properties": {
                "url": { "description": "The URL of the web hook.", "type": "string", "examples": ["http://127.0.0.1/hook"] }
            }
        })",
    };
    using required = kith::services<kith::options, kith::http>;

    explicit mine(kith::host h) : sink(h), options(h), http(h) {}

    kith::task<> run() override {
        subscribe(1u << KITH_EVENT_LINK_UP | 1u << KITH_EVENT_LINK_DOWN);
        co_return;
    }

    // During this call the host queues the next events; it reports the events that exceed its queue as one events.lost.
    kith::task<> events(std::vector<kith::event> batch) override {
        auto client = co_await http.open();
        if (!client) co_return warn(client.error());
        const std::vector<kith::attribute> json{{"Content-Type", "application/json"}};
        for (const auto &event : batch) {
            auto answer = co_await client->fetch(
                {.method = "POST", .url = options.text("/url"), .fields = json, .body = event.json, .timeout = 10s});
            if (!answer) warn(answer.error());
            if (answer && answer->code >= 300) warn(answer->refusal());
        }
    }

  private:
    void warn(const kith::error &why) { log.warning("an event was not accepted", {{"reason", why.text}}); }

    kith::options options;
    kith::http http;
};

} // namespace

KITH_PLUGIN(mine)
