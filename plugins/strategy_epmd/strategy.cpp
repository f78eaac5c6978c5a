// SPDX-License-Identifier: MIT
//
// epmd: the peers are the nodes that the configuration lists.
#include <kith/plugin.hpp>

#include <algorithm>

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
                    "items": { "type": "string", "minLength": 1, "maxLength": 1024 }
                },
                "timeout": {
                    "description": "Period of reconnection.",
                    "type": ["integer", "string"],
                    "x-kith-unit": "ms",
                    "x-kith-no-effect": "a peer that is not linked is dialled again for ever, with backoff"
                }
            }
        })",
        .flags = KITH_FLAG_AUTHENTICATED,
    };
    using required = kith::services<kith::options>;

    explicit epmd(kith::host h) : strategy(h) {
        const auto names = kith::options(h).texts("/hosts");
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string name(names[i]);
            const auto refuse = [&](std::string_view why) {
                throw kith::error(KITH_INVALID,
                                  "option /hosts/" + std::to_string(i) + ": \"" + name + "\" " + std::string(why));
            };
            const auto at = name.find('@');
            if (at == 0 || at == std::string::npos || at + 1 == name.size() || name.find('@', at + 1) != std::string::npos)
                refuse("is no node name; expected name@host, such as app@10.0.0.7");
            if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
                refuse("holds a blank or a control character; expected name@host, such as app@10.0.0.7");
            if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
                names.begin() + static_cast<std::ptrdiff_t>(i))
                refuse("is listed twice; each node is listed once");
            peers_.push_back({.key = name, .name = name, .attributes = {{"host", name.substr(at + 1)}}});
        }
    }

    kith::task<> run() override {
        refresh();
        co_return;
    }

    /// The list is all there is to know, and every change of it would be told.
    void refresh() override {
        if (discovery.replace(peers_) >= 0) discovery.watching(true);
    }

  private:
    std::vector<kith::peer> peers_;
};

} // namespace

KITH_PLUGIN(epmd)
