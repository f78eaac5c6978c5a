// SPDX-License-Identifier: MIT
//
// Connector log: connects nothing and logs what it would do. A peer for which a connect was requested counts as linked, so that
// readiness, policy and events behave as with another connector.
#include <kith/plugin.hpp>

#include <unordered_set>

namespace {

class log_connector : public kith::connector {
  public:
    static constexpr kith::about about{
        .id = "log",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Connects nothing and logs what it would do.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["node"],
            "properties": {
                "node": {
                    "description": "Name of the local node, such as app@10.0.0.7; a peer of this name is the node itself.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 1024,
                    "x-kith-node-name": "any"
                }
            }
        })",
        .prune = KITH_PRUNE_DISCONNECT,
    };
    using required = kith::services<kith::options>;

    explicit log_connector(kith::host h) : connector(h), node_(kith::options(h).text("/node")) {}

    kith::task<> run() override {
        links.attached(node_);
        refresh();
        co_return;
    }

    kith::task<kith::result<void>> connect(kith::peer to) override {
        log.info("would connect", {{"peer", to.name}, {"key", to.key}});
        if (linked_.insert(to.name).second) links.up(link(to.name));
        co_return kith::result<void>();
    }

    kith::task<kith::result<void>> disconnect(kith::peer from) override {
        log.info("would disconnect", {{"peer", from.name}, {"key", from.key}});
        if (linked_.erase(from.name) != 0) links.down(from.name, "disconnected");
        co_return kith::result<void>();
    }

    void refresh() override {
        std::vector<kith::link> all;
        for (const auto &name : linked_) all.push_back(link(name));
        links.all(all);
    }

  private:
    static kith::link link(const std::string &name) { return {name, {{"type", "pretended"}}}; }

    std::string node_;
    std::unordered_set<std::string> linked_;
};

} // namespace

KITH_PLUGIN(log_connector)
