// SPDX-License-Identifier: MIT
//
// The receivers of what plugins report through kith.discovery, kith.connector, kith.sink, kith.members and kith.messages: one interface
// for each of these services. The tables in engine_services.cpp find the receiver of the calling instance and pass the call on
// unchanged. All functions are called on the loop. None of them calls a plugin (T5), and their arguments are borrowed.
#pragma once

#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/members.h>
#include <kith/service/messages.h>
#include <kith/service/sink.h>

#include <cstdint>
#include <string_view>

namespace kith::core {

class DiscoveryReceiver {
  public:
    virtual std::int32_t replace(const kith_peer *peers, std::uint32_t count, std::uint32_t stride) = 0;
    virtual std::int32_t update(const kith_peer *upserted, std::uint32_t count, std::uint32_t stride, const kith_str *missing,
                                std::uint32_t missing_count, const kith_str *left, std::uint32_t left_count) = 0;
    virtual std::int32_t watching(bool in_sync) = 0;
    virtual std::int32_t heard() = 0;
    virtual std::int32_t failed(std::int32_t status, std::string_view text) = 0;
    virtual std::int32_t left_out(std::uint32_t items, std::string_view reason) = 0;

  protected:
    ~DiscoveryReceiver() = default;
};

class ConnectorReceiver {
  public:
    virtual std::int32_t done(std::uint64_t op, std::int32_t status, std::string_view text) = 0;
    virtual std::int32_t attached(std::string_view node, std::uint64_t epoch) = 0;
    virtual std::int32_t detached(std::int32_t status, std::string_view text) = 0;
    virtual std::int32_t links(std::uint64_t epoch, const kith_link *links, std::uint32_t count, std::uint32_t stride) = 0;
    virtual std::int32_t link_up(std::uint64_t epoch, const kith_link *link) = 0;
    virtual std::int32_t link_down(std::uint64_t epoch, std::string_view name, std::string_view reason) = 0;

  protected:
    ~ConnectorReceiver() = default;
};

class SinkReceiver {
  public:
    virtual std::int32_t subscribe(std::uint64_t mask) = 0;
    virtual std::int32_t taken(std::uint64_t batch) = 0;

  protected:
    ~SinkReceiver() = default;
};

/// Completes its operations later, by the plugin's kith_members_plugin::page.
class MembersReceiver {
  public:
    virtual std::int32_t take(std::string_view topology, std::uint32_t max, std::uint64_t user, std::uint64_t *op) = 0;
    virtual std::int32_t read(std::uint64_t snapshot, std::uint32_t max, std::uint64_t user, std::uint64_t *op) = 0;
    virtual std::int32_t left_out(std::string_view topology, std::string_view name, std::string_view reason) = 0;
    /// KITH_STALE when the operation is not one of this service.
    virtual std::int32_t cancel(std::uint64_t op) = 0;
    virtual void cancel_all() = 0;
    /// The instance is gone: no completion follows.
    virtual void drop() = 0;

  protected:
    ~MembersReceiver() = default;
};

/// Of a connector that carries messages. The operations are the host's: `done` ends them.
class MessagesReceiver {
  public:
    virtual std::int32_t done(std::uint64_t op, std::int32_t status, std::string_view text) = 0;
    virtual std::int32_t arrived(const kith_message *messages, std::uint32_t count, std::uint32_t stride) = 0;
    virtual std::int32_t lost(std::string_view peer, std::string_view channel, std::uint64_t count, std::int32_t status,
                              std::string_view text) = 0;
    /// The instance is being stopped: its operations are to be cancelled. Not within a call from the plugin.
    virtual void cancel_all() = 0;
    /// The instance is gone: it ends no operation any more.
    virtual void drop() = 0;

  protected:
    ~MessagesReceiver() = default;
};

/// What kith.node/1 reports to a topology's strategies.
struct NodeKnowledge {
    std::string_view name; ///< empty: unknown
    std::uint64_t epoch = 0;
};

} // namespace kith::core
