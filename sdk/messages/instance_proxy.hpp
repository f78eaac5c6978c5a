// SPDX-License-Identifier: MIT
//
// The host's end: an instance as the host sees it, each call of which is a message to the process where the plugin is. What comes from
// there is not trusted: every message is checked, and one that is wrong throws std::runtime_error, upon which the process is to be ended.
#pragma once

#include <sdk/messages/one_way.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kith::messages {

/// What the hoster does for a proxy.
class ProxyOwner {
  public:
    /// The text of the last call that the host refused (E1), which is cleared.
    virtual std::string take_error() = 0;
    /// `create` failed: the instance is not tried again with these options.
    virtual void not_created(std::int32_t status, std::string_view text) = 0;
    /// `stop` was called, and `stopped` is expected within a bounded time.
    virtual void stopping() = 0;
    /// The host has destroyed the instance. The owner may delete the proxy, after the call.
    virtual void destroyed() = 0;

  protected:
    ~ProxyOwner() = default;
};

class InstanceProxy {
  public:
    /// host: of the hoster; its table of each service is what messages are for. The arguments outlive it.
    InstanceProxy(std::uint32_t number, const kith_descriptor &plugin, const kith_host &host, MessageSink &to_instance,
                  ProxyOwner &owner);
    InstanceProxy(const InstanceProxy &) = delete;
    InstanceProxy &operator=(const InstanceProxy &) = delete;

    /// Sends `create`. options: JSON. max_peers: of the topology.
    void create(std::string_view options, std::uint32_t max_peers);

    /// What the hoster gets.
    const kith_instance &instance() const noexcept { return instance_; }
    std::uint32_t number() const noexcept { return number_; }

    /// A message of this instance.
    void take(const OpenedMessage &message);

    /// The process is gone: no message is sent any more, and a `stop` is answered at once.
    void lost();
    bool is_lost() const noexcept { return lost_; }
    bool is_stopping() const noexcept { return state_ == State::stop_sent || state_ == State::stopping; }

  private:
    friend struct ProxyStubs;
    enum class State : std::uint8_t { created, started, stop_sent, stopping, stopped, destroyed };

    template <class... T>
    void send(std::uint8_t table, std::uint8_t function, const T &...values) {
        if (!lost_) to_instance_.send(call_message(number_, table, function, values...));
    }
    void of_life(const OpenedMessage &message);
    void of_host(const OpenedMessage &message);
    void stopped();
    bool calls_allowed() const noexcept { return state_ != State::stopped && state_ != State::destroyed; }

    const std::uint32_t number_;
    const kith_descriptor &plugin_;
    const kith_host &host_;
    MessageSink &to_instance_;
    ProxyOwner &owner_;
    kith_instance instance_{};
    std::array<const void *, 32> tables_{};                       // the host's, of the services that the plugin declares
    std::unordered_map<std::uint64_t, std::uint64_t> operations_; // the instance's number for an operation, and the host's
    std::vector<std::uint32_t> metrics_;                          // the host's ids, in the order of the definitions
    State state_ = State::created;
    bool lost_ = false;
};

} // namespace kith::messages
