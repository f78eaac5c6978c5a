// SPDX-License-Identifier: MIT
//
// Strategy epmd: the peers are the nodes that the configuration lists.
#include <kith/plugin.hpp>

namespace {

class epmd : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "epmd",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "A fixed list of node names.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["hosts"],
            "properties": {
                "hosts": {
                    "description": "Names of the nodes, such as app@10.0.0.7. The local node may be among them.",
                    "type": "array",
                    "uniqueItems": true,
                    "items": {
                        "type": "string",
                        "maxLength": 510,
                        "pattern": "^[^@\\s]+@[^@\\s]+$",
                        "x-kith-node-name": "peer"
                    }
                },
                "timeout": {
                    "description": "Period of reconnection.",
                    "type": ["integer", "string"],
                    "x-kith-unit": "ms",
                    "x-kith-no-effect": "kith connects a peer that is not linked again without limit, with backoff"
                }
            }
        })",
        .flags = KITH_FLAG_AUTHENTICATED,
    };
    using required = kith::services<kith::options>;

    // The schema guarantees that each is name@host, without duplicates.
    explicit epmd(kith::host h) : strategy(h) {
        for (const auto name : kith::options(h).texts("/hosts")) {
            const auto host = name.substr(name.find('@') + 1);
            peers_.push_back(
                {.key = std::string(name), .name = std::string(name), .attributes = {{"host", std::string(host)}}});
        }
    }

    kith::task<> run() override {
        refresh();
        co_return;
    }

    /// The list is complete and never changes, so it is reported as watched.
    void refresh() override {
        if (discovery.replace(peers_) >= 0) discovery.watching(true);
    }

  private:
    std::vector<kith::peer> peers_;
};

} // namespace

KITH_PLUGIN(epmd)
