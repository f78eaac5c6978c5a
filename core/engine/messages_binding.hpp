// SPDX-License-Identifier: MIT
//
// kith.messages/1 of one connector: brings messages of applications to it, and those that arrive to their readers. Calls from the plugin are only
// recorded (T5); deliver() reports the ends of operations, and that there are messages, from the loop.
#pragma once

#include <core/cluster/base/status.hpp>
#include <core/cluster/reconciler/reconciler.hpp>
#include <core/engine/lost_messages.hpp>
#include <core/engine/message_queue.hpp>
#include <core/engine/plugin_instance.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

/// Whether it is the name of a channel; else why not.
Status check_channel(std::string_view channel);

class MessagesBinding final : public MessagesReceiver {
  public:
    static constexpr std::size_t most_open = 1024;          // operations at a time
    static constexpr std::size_t most_waiting = 33'554'432; // bytes of messages that wait for readers, each counted once
    static constexpr std::size_t most_readers = 256;

    /// Called from the loop, never within a call from the plugin.
    using Done = std::function<void(std::int32_t status, const std::string &text)>;

    /// wake: requests a later call of deliver() from the loop. connector: its name in events.
    MessagesBinding(EventBus &bus, World &world, std::string connector, std::function<void()> wake);
    MessagesBinding(const MessagesBinding &) = delete;
    MessagesBinding &operator=(const MessagesBinding &) = delete;
    ~MessagesBinding();

    /// Sets the instance of the connector. Call it before the instance starts.
    void bind(PluginInstance &instance) { instance_ = &instance; }

    // ---- for applications; not within a call from a plugin ----

    /// Whether the plugin of the connector carries messages.
    bool offered() const;
    /// peer: empty: all members. A failure: nothing has begun, and `done` is not called.
    StartedOperation send(std::string_view peer, std::string_view channel, std::string_view data, Done done);
    /// Has the connector leave its distribution for good.
    StartedOperation leave(Done done);
    /// `done` follows. Ignores an operation that has ended.
    void cancel(std::uint64_t op);
    /// Adds a reader, which lives until it is removed or until it has ended. False: there are too many.
    bool add(const std::shared_ptr<MessageQueue> &reader);
    void remove(const MessageQueue &reader);

    /// Calls what is due: the `done` of operations that have ended, `ready` of readers, `listening` of the plugin.
    void deliver(Time now);
    Time next_deadline() const { return lost_.next_deadline(); }
    /// The connector is no longer configured: ends the readers.
    void end();

    // MessagesReceiver
    std::int32_t done(std::uint64_t op, std::int32_t status, std::string_view text) override;
    std::int32_t arrived(const kith_message *messages, std::uint32_t count, std::uint32_t stride) override;
    std::int32_t lost(std::string_view peer, std::string_view channel, std::uint64_t count, std::int32_t status,
                      std::string_view text) override;
    void cancel_all() override;
    void drop() override;

  private:
    struct Ended {
        Done done;
        std::int32_t status;
        std::string text;
    };
    const kith_messages_plugin *side() const;
    template <class Begin>
    StartedOperation begin(const char *what, Done done, Begin call);
    std::vector<kith_message> read(const kith_message *messages, std::uint32_t count, std::uint32_t stride, Status &status);
    void distribute(const kith_message &message);
    void report_channels();

    World &world_;
    std::function<void()> wake_;
    PluginInstance *instance_ = nullptr;
    LostMessages lost_;
    std::map<std::uint64_t, Done> open_;
    std::vector<Ended> ended_; // to be reported
    std::vector<std::shared_ptr<MessageQueue>> readers_;
    std::shared_ptr<std::size_t> waiting_ = std::make_shared<std::size_t>(0); // bytes; shared with the messages
    std::uint64_t beginning_ = 0;                                             // the operation whose call is under way
    bool news_ = false;                                                       // for readers
    bool channels_reported_ = true; // the plugin knows the channels that are listened on
};

} // namespace kith::core
