// A strategy that looks every few seconds, and at once when it is asked to.
#include <kith/plugin.hpp>
#include <kith/signal.hpp>
#include <kith/tcp.hpp>
#include <kith/utf8.h>

namespace {

using namespace std::chrono_literals;

class hello : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "hello",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Asks a server which nodes there are, one name in a line.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["server"],
            "properties": {
                "server": { "description": "Host name of the server.", "type": "string" },
                "port": { "description": "Its port.", "type": "integer", "minimum": 1, "maximum": 65535, "default": 4711 },
                "interval": { "description": "Time between looks.", "type": "integer", "default": 5000, "x-kith-unit": "ms" }
            }
        })",
    };
    using required = kith::services<kith::options, kith::timer, kith::tcp>;

    explicit hello(kith::host h) : strategy(h), options(h), tcp(h), wake(h) {}

    kith::task<> run() override {
        for (;;) {
            auto answer = co_await ask();
            if (answer)
                discovery.replace(*answer);
            else
                discovery.failed(answer.error());
            (void)co_await wake.wait_for(options.milliseconds("/interval"));
        }
    }

    void refresh() override { wake.notify(); }

  private:
    kith::task<kith::result<std::vector<kith::peer>>> ask() {
        auto stream = co_await tcp.connect(options.text("/server"), static_cast<std::uint16_t>(options.integer("/port")), 5s);
        if (!stream) co_return stream.error();
        std::vector<kith::peer> peers;
        std::string line;
        std::array<std::byte, 512> buffer;
        for (;;) {
            const auto got = co_await stream->read(buffer, 5s);
            if (got.status() == KITH_CLOSED) co_return peers;
            if (!got) co_return got.error();
            for (std::size_t i = 0; i < *got; ++i) {
                const char c = static_cast<char>(buffer[i]);
                if (c != '\n')
                    line += c;
                else if (!kith_is_utf8(kith::str(line)))
                    co_return kith::error(KITH_PROTOCOL, "the server says what is not UTF-8");
                else if (!line.empty())
                    peers.push_back({.key = line, .name = std::exchange(line, {})});
            }
        }
    }

    kith::options options;
    kith::tcp tcp;
    kith::signal wake;
};

} // namespace

KITH_PLUGIN(hello)
