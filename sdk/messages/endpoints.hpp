// SPDX-License-Identifier: MIT
//
// A plugin behind a pipe, as it could be in a process of its own one day (rule T4): both ends know each other by messages alone. Here the
// pipe is a call, and what goes through it is recorded; a record without a host is enough to have the same plugin do it all again.
#pragma once

#include <sdk/messages/call_stubs.hpp>

#include <functional>
#include <map>

namespace kith::messages {

using Send = std::function<std::string(std::string_view message)>;

/// Where the plugin is. It sees a host, and every call to that is a message.
class PluginEndpoint final : public Endpoint {
  public:
    PluginEndpoint(const kith_entry &plugin, std::string_view id, Send to_host);
    /// As the end of a host that is killed: destroys the instance, wherever it is.
    ~PluginEndpoint();
    PluginEndpoint(const PluginEndpoint &) = delete;
    PluginEndpoint &operator=(const PluginEndpoint &) = delete;

    /// A message from the host: what it is answered.
    std::string take(std::string_view message);

    std::string send(std::string_view message) override { return to_host_(message); }
    std::uint64_t ticket(std::uint64_t user) override;
    std::uint64_t user(std::uint64_t ticket) override;

  private:
    std::string life(std::uint8_t what, std::string_view arguments);

    const kith_entry &plugin_;
    std::string id_;
    Send to_host_;
    kith_host host_{};
    const kith_instance *instance_ = nullptr;
    std::map<std::uint8_t, const void *> sides_;
    std::map<std::uint64_t, std::uint64_t> tickets_;
    std::uint64_t next_ticket_ = 0;
};

/// Where the host is. It sees a plugin, and every call to that is a message. One at a time.
class HostEndpoint final : public Endpoint {
  public:
    explicit HostEndpoint(const kith_entry &like, Send to_plugin);
    ~HostEndpoint();
    HostEndpoint(const HostEndpoint &) = delete;
    HostEndpoint &operator=(const HostEndpoint &) = delete;

    const kith_entry &entry() const noexcept { return entry_; }
    /// A message from the plugin.
    std::string take(std::string_view message);

    std::string send(std::string_view message) override { return to_plugin_(message); }
    std::uint64_t ticket(std::uint64_t user) override { return user; }
    std::uint64_t user(std::uint64_t ticket) override { return ticket; }

  private:
    std::int32_t create(const kith_host *host, kith_str id, const kith_instance **out);

    kith_entry entry_;
    Send to_plugin_;
    const kith_host *host_ = nullptr;
    kith_instance instance_{};
    std::map<std::uint8_t, const void *> tables_;
};

/// What went through the pipe, in its order. Calls of the plugin happen within the call from the host before them.
struct Line {
    bool to_plugin;
    std::string message, reply;
};
using Record = std::vector<Line>;

/// The same plugin does it all again, without a host. Empty, or where it did otherwise.
std::string replay(const kith_entry &plugin, std::string_view id, const Record &record);

} // namespace kith::messages
