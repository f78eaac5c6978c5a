// probe: finds the hosts of a list that accept a connection on a port. It connects to all of them at the same time.
#include <kith/plugin.hpp>
#include <kith/signal.hpp>
#include <kith/tcp.hpp>

namespace {

class probe : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "probe",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The hosts of a list that accept a connection on a port.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["hosts", "port"],
            "properties": {
                "hosts": {
                    "description": "Names or addresses of the hosts.",
                    "type": "array", "minItems": 1, "maxItems": 256, "uniqueItems": true,
                    "items": { "type": "string", "minLength": 1, "maxLength": 255 }
                },
                "port": { "description": "The port that must be open.", "type": "integer", "minimum": 1, "maximum": 65535 },
                "prefix": { "description": "The part of a peer's name before the host.", "type": "string", "default": "app@" },
                "interval": { "description": "Time between probes.", "type": "integer", "minimum": 100, "default": 10000, "x-kith-unit": "ms" },
                "timeout": { "description": "Time limit for a connection.", "type": "integer", "minimum": 1, "default": 2000, "x-kith-unit": "ms" }
            }
        })",
    };
    using required = kith::services<kith::options, kith::timer, kith::tcp>;

    explicit probe(kith::host h) : strategy(h), options(h), tcp(h), wake(h), tried(h) {}

    kith::task<> run() override {
        for (;;) {
            const auto hosts = options.texts("/hosts");
            for (const auto host : hosts) spawn(attempt(host));
            std::vector<kith::peer> open;
            kith::error why;
            for (std::size_t i = 0; i < hosts.size(); ++i) {
                auto [host, answer] = co_await tried.pop();
                if (answer.status == KITH_OK)
                    open.push_back({.key = host, .name = std::string(options.text("/prefix")) + host});
                if (answer.status != KITH_OK) why = std::move(answer);
            }
            // If no host accepts, this host may be the one that is cut off; the two cases are not distinguishable, so it is a failed
            // query (rule E3).
            if (open.empty())
                discovery.failed({why.status, "none of the hosts accepts a connection; the last error: " + why.text});
            else
                discovery.replace(open);
            (void)co_await wake.wait_for(options.milliseconds("/interval"));
        }
    }

    void refresh() override { wake.notify(); }

  private:
    struct outcome {
        std::string host;
        kith::error answer;
    };

    kith::task<> attempt(std::string_view host) {
        const auto port = static_cast<std::uint16_t>(options.integer("/port"));
        auto stream = co_await tcp.connect(host, port, options.milliseconds("/timeout"));
        kith::error answer(KITH_OK, std::string{});
        if (!stream) answer = stream.error();
        tried.push({std::string(host), std::move(answer)}); // the connection is closed here
    }

    kith::options options;
    kith::tcp tcp;
    kith::signal wake;
    kith::channel<outcome> tried;
};

} // namespace

KITH_PLUGIN(probe)
