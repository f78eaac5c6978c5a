// SPDX-License-Identifier: MIT
//
// A valid configuration: every default is filled in, every reference is resolved, and the options of every plugin match its
// schema.
#pragma once

#include <core/config/plugin_grant.hpp>
#include <core/config/policy.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

// The SHA-256 checksum that a plugin's file must have (rule L1).
struct PluginPin {
    std::string sha256; // 64 hexadecimal digits, lower case
    std::string file;   // name of the file that the checksum applies to; empty: any

    bool operator==(const PluginPin &) const = default;
};

// Whether one instance runs in a process of its own.
struct IsolateSetting {
    enum class Mode : std::uint8_t {
        unset, // as `plugins.isolate`
        no,
        yes,
        group, // together with the other instances of its file and group
        crash, // without a sandbox
    };
    Mode mode = Mode::unset;
    std::string group{};

    bool operator==(const IsolateSetting &) const = default;
};

struct PluginSettings {
    enum class Isolate : std::uint8_t {
        strangers, // `auto`: files that are not in the manifest of the build
        all,
        none,
    };
    std::vector<std::string> dirs; // empty: not set, the host's default applies
    std::vector<PluginPin> allow;
    std::vector<FileGrants> grants{}; // in the order of the file
    Isolate isolate = Isolate::strangers;
    bool watch = false;                              // a file of isolated plugins that has changed is taken into use
    std::uint64_t memory = std::uint64_t{256} << 20; // bytes that the process of an isolated instance may use
    std::uint64_t answer_timeout = 10'000'000'000;   // nanoseconds after which such a process that does not answer is ended
    std::string state_dir; // the state_dir of the configuration, where the host caches descriptions of plugins; empty: none

    bool operator==(const PluginSettings &) const = default;
};

struct LogSettings {
    std::string format; // text, json; empty: not set
    std::string level;  // trace, debug, info, warning, error; empty: not set

    bool operator==(const LogSettings &) const = default;
};

struct EventSettings {
    std::uint32_t ring = 4096;  // events kept for later subscribers
    std::uint32_t queue = 4096; // events that may wait for one subscriber before some are dropped

    bool operator==(const EventSettings &) const = default;
};

// Paths of files in PEM.
struct ApiTlsFiles {
    std::string certificate; // with the chain above it
    std::string key;
    std::string client_authorities; // clients must have a certificate that one of these has signed; empty: none is requested

    bool operator==(const ApiTlsFiles &) const = default;
};

// A TCP address of the local API.
struct ApiListener {
    std::string address;              // IP:PORT or [IPv6]:PORT
    std::vector<std::string> serve;   // health, metrics, read, control
    bool insecure = false;            // read and control are served without TLS beyond loopback
    std::optional<ApiTlsFiles> tls{}; // nothing: without TLS

    bool operator==(const ApiListener &) const = default;
};

// The local API of the daemon.
struct ApiSettings {
    bool on = true;
    std::string socket;           // path; empty: not set, the host's default applies
    std::string control_group;    // the group whose members may change state, besides root and the daemon's user; empty: none
    std::string messages_group{}; // the group whose members may send and receive messages of applications
    std::vector<ApiListener> listen{};
    std::string read_token{}, control_token{}, messages_token{}; // secrets; empty: there is none
    std::vector<std::string> hosts{};                            // names that a Host field may have at a TCP address

    bool operator==(const ApiSettings &) const = default;
};

// One instance of a connector plugin. Topologies with the same plugin and equal options share an instance.
struct ConnectorInstance {
    std::string name;    // key in `connectors`; for a shorthand the plugin's id, or id/topology when that is taken
    std::string plugin;  // the plugin's own id, aliases resolved
    std::string options; // JSON text, as the plugin gets it; holds secrets
    IsolateSetting isolate{};

    bool operator==(const ConnectorInstance &) const = default;
};

struct Source {
    std::string name;           // within its topology
    std::string plugin;         // the plugin's own id, aliases resolved
    std::string options;        // JSON text, as the plugin gets it; holds secrets
    bool authenticated = false; // with these options, nobody without a credential can add a peer
    IsolateSetting isolate{};

    bool operator==(const Source &) const = default;
};

struct Topology {
    std::string name;
    std::vector<Source> sources; // at least one
    std::string connector;       // name of a ConnectorInstance
    Policy policy;               // prune is never `unsaid`

    bool operator==(const Topology &) const = default;
};

struct Sink {
    std::string name;
    std::string plugin;
    std::string options;             // JSON text, as the plugin gets it; holds secrets
    std::vector<std::string> filter; // kinds of events, or globs over them such as peer.*; empty: all
    IsolateSetting isolate{};

    bool operator==(const Sink &) const = default;
};

// Reported by `kith check`, and by the event `security.warning` when the topology starts.
struct SecurityWarning {
    std::string topology{};
    std::string source{};
    std::string connector{};
    std::string message{};

    bool operator==(const SecurityWarning &) const = default;
};

// The vectors are in the order of the file. Two configurations can be compared part by part, for a reload.
struct Config {
    std::string file; // name of the file it was loaded from
    std::string name; // distinguishes the kiths of a machine; empty: not set, the stem of the file applies
    PluginSettings plugins;
    std::string state_dir; // empty: nothing is stored
    LogSettings log;
    EventSettings events;
    ApiSettings api;
    std::vector<ConnectorInstance> connectors; // distinct by plugin and options
    std::vector<Topology> topologies;
    std::vector<Sink> sinks;
    std::vector<SecurityWarning> security;

    const ConnectorInstance *connector(const std::string &wanted) const {
        for (const auto &instance : connectors) {
            if (instance.name == wanted) return &instance;
        }
        return nullptr;
    }

    bool operator==(const Config &) const = default;
};

} // namespace kith::core
