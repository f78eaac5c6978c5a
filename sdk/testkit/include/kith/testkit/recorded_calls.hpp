// SPDX-License-Identifier: MIT
//
// The calls of a plugin that a PluginHarness has recorded, with their simulated time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::testkit {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct RecordedLine {
    std::chrono::nanoseconds at{};
    std::uint32_t level = 0; ///< KITH_LOG_...
    std::string message;
    Pairs fields;
};

struct RecordedPeer {
    std::string key;
    std::string name;
    Pairs attributes;
    std::chrono::nanoseconds ttl{};

    std::string_view attribute(std::string_view which) const {
        for (const auto &[name_of, value] : attributes) {
            if (name_of == which) return value;
        }
        return {};
    }
};

/// One call of kith_discovery_host.
struct Observation {
    enum class Kind : std::uint8_t { replace, update, watching, heard, failed, left_out };
    std::chrono::nanoseconds at{};
    Kind kind = Kind::replace;
    std::vector<RecordedPeer> peers;  ///< replace, update
    std::vector<std::string> missing; ///< update
    std::vector<std::string> left;    ///< update
    bool in_sync = false;             ///< watching
    std::int32_t status = 0;          ///< failed
    std::uint32_t items = 0;          ///< left_out
    std::string text;                 ///< failed, left_out
};

struct RecordedLink {
    std::string name;
    Pairs attributes;
};

/// One call of kith_connector_host.
struct Report {
    enum class Kind : std::uint8_t { done, attached, detached, links, link_up, link_down };
    std::chrono::nanoseconds at{};
    Kind kind = Kind::done;
    std::uint64_t op = 0;            ///< done
    std::uint64_t epoch = 0;         ///< attached, links, link_up, link_down
    std::int32_t status = 0;         ///< done, detached
    std::string node;                ///< attached
    std::string text;                ///< done, detached; reason of link_down
    std::vector<RecordedLink> links; ///< links; the one of link_up and link_down
};

/// One call of kith_messages_host.done.
struct RecordedSend {
    std::chrono::nanoseconds at{};
    std::uint64_t op = 0;
    std::int32_t status = 0;
    std::string text;
};

/// A message that a connector has handed up.
struct RecordedMessage {
    std::chrono::nanoseconds at{};
    std::string peer, channel, data;
    bool broadcast = false;
};

/// One call of kith_messages_host.lost.
struct RecordedLostMessages {
    std::chrono::nanoseconds at{};
    std::string peer, channel;
    std::uint64_t count = 0;
    std::int32_t status = 0;
    std::string text;
};

/// One call of kith_members_host.left_out.
struct RecordedLeftOut {
    std::chrono::nanoseconds at{};
    std::string topology, name, reason;
};

struct RecordedMetric {
    std::uint32_t kind = 0; ///< KITH_METRIC_...
    std::string name;
    std::string help;
    Pairs labels;
    std::vector<double> bounds;
    double value = 0;               ///< counter, gauge; sum of a histogram
    std::vector<double> observed{}; ///< histogram
};

} // namespace kith::testkit
