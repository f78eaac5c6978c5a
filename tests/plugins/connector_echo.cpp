// SPDX-License-Identifier: MIT
//
// A connector whose messages come back. Its node is NODE of the options; all peers are linked at once. By the part of a member's name before
// the @ it does something else: `full` has no room, `mute` never answers, `slow` takes a second, `lossy` loses what it has taken.
#include <kith/messages.hpp>
#include <kith/plugin.hpp>

#include <set>

namespace {

using namespace std::chrono_literals;

class echo : public kith::connector, public kith::message_carrier {
  public:
    static constexpr kith::about about{
        .id = "echo",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Links every peer at once, and sends each message back.",
        .options = R"({"type": "object", "additionalProperties": false, "properties": {
            "node": {"description": "The name of the local node.", "type": "string", "default": "echo@here"}}})",
    };
    using required = kith::services<kith::options, kith::messages>;

    explicit echo(kith::host h) : connector(h), messages(h, *this), options_(h), timer_(h) {}

    kith::task<> run() override {
        node_ = std::string(options_.text("/node"));
        links.attached(node_);
        refresh();
        co_return;
    }
    kith::task<kith::result<void>> connect(kith::peer to) override {
        if (linked_.insert(to.name).second) links.up({.name = to.name});
        co_return kith::result<void>();
    }
    kith::task<kith::result<void>> disconnect(kith::peer from) override {
        if (linked_.erase(from.name) != 0) links.down(from.name, "it was disconnected");
        co_return kith::result<void>();
    }
    void refresh() override {
        if (left_) return; // there is no node whose links it could report
        std::vector<kith::link> all;
        for (const auto &name : linked_) all.push_back({.name = name});
        links.all(all);
    }

    kith::result<void> send(std::uint64_t op, const kith::message &what) override {
        const std::string_view sort = what.peer.substr(0, what.peer.find('@'));
        if (sort == "full") return kith::error(KITH_LIMIT, "the queue to full is full; send it again later");
        if (sort == "nobody") return kith::error(KITH_NOT_FOUND, "there is no member nobody");
        open_.insert(op);
        if (sort == "mute") return {};
        spawn(deliver(op, std::string(what.peer), std::string(what.channel), std::string(what.data), sort == "slow" ? 1s : 0s));
        return {};
    }
    kith::result<void> leave(std::uint64_t op) override {
        open_.insert(op);
        end(op, KITH_OK, {});
        links.detached(kith::error(KITH_CLOSED, "it has left"));
        left_ = true;
        return {};
    }
    void cancel(std::uint64_t op) override { end(op, KITH_CANCELLED, "cancelled"); }
    void listening(std::span<const std::string_view> channels) override {
        std::string text;
        for (const auto &one : channels) text += (text.empty() ? "" : " ") + (one.empty() ? "*" : std::string(one));
        log.info("listening", {{"channels", text}});
    }

    kith::messages messages;

  private:
    kith::task<> deliver(std::uint64_t op, std::string peer, std::string channel, std::string data,
                         std::chrono::nanoseconds after) {
        if (after > 0s) co_await timer_.sleep(after);
        end(op, KITH_OK, {});
        if (peer.starts_with("lossy@")) {
            messages.lost(peer, channel, 1, kith::error(KITH_RESET, "the link to it broke"));
            co_return;
        }
        const kith::message back{peer.empty() ? std::string_view(node_) : std::string_view(peer), channel, data, peer.empty()};
        messages.arrived({&back, 1});
    }
    void end(std::uint64_t op, std::int32_t status, std::string_view text) {
        if (open_.erase(op) != 0) messages.done(op, status, text);
    }

    kith::options options_;
    kith::timer timer_;
    std::string node_;
    std::set<std::string> linked_;
    std::set<std::uint64_t> open_;
    bool left_ = false;
};

} // namespace

KITH_PLUGIN(echo)
