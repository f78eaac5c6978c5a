// SPDX-License-Identifier: MIT
//
// A scripted API server of Kubernetes on a simulated machine: lists with pages, watches with bookmarks, and all its failures.
// recorded_responses.cpp compares it with responses of a real server.
#pragma once

#include "../kubernetes_object.hpp"

#include <kith/testkit/http_server.hpp>
#include <kith/testkit/sim_net.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k8s::test {

using kith::testkit::HttpAsked;
using kith::testkit::HttpAuthority;
using kith::testkit::HttpCertificate;
using kith::testkit::HttpFeed;
using kith::testkit::HttpReply;
using kith::testkit::HttpServer;
using kith::testkit::SimNet;
using kith::testkit::SimulatedMachine;

/// An answer in place of an object, with the code, reason and message of a v1 Status.
HttpReply refusal(std::uint32_t code, std::string_view reason, std::string_view message);

class ApiServer {
  public:
    using Duration = SimNet::Duration;

    /// Over TLS, with a certificate that `authority` signed. Lifetime: longer than the server.
    ApiServer(SimulatedMachine &machine, std::uint16_t port, const HttpAuthority &authority, std::vector<std::string> names);
    /// Plain HTTP.
    ApiServer(SimulatedMachine &machine, std::uint16_t port);

    // ---- objects: each call makes an event ----

    /// label: the value of the label `app`.
    void pod(const std::string &name, const std::string &ip, const std::string &phase = "Running",
             const std::string &label = "kith", const std::string &name_space = "team");
    /// members: JSON members of the object next to its metadata, such as R"("subsets": [])".
    void put(Lookup lookup, const std::string &name, const std::string &members, const std::string &label = "kith",
             const std::string &name_space = "team");
    void remove(Lookup lookup, const std::string &name, const std::string &name_space = "team");
    void remove_pod(const std::string &name) { remove(Lookup::pods, name); }

    // ---- watches ----

    /// Another object than pods, Endpoints or slices is written: lists have a newer version then, and watches that begin there receive no
    /// bookmark until one of those changes.
    void other_change() { ++version_; }
    /// Its storage is restored from a backup: versions continue from `version`, objects are kept, and no watch ends.
    void restore(std::uint64_t version);
    /// Compaction: older versions and continue tokens expire.
    void compact();
    std::size_t watches() const;
    /// Sends a line to every watch, with any content.
    void send_line(std::string_view line);
    void end_watches(HttpFeed::Do how = HttpFeed::Do::end);
    void bookmark();
    void bookmarks(bool on) { bookmarks_ = on; }         ///< once a minute; on at first
    void watch_for(Duration most) { watch_for_ = most; } ///< a watch ends then, whatever it has asked for

    // ---- authorization ----

    std::string token = "secret"; ///< expected; empty: no check
    bool may_list = true, may_watch = true;
    std::optional<HttpReply> in_place_of_lists, in_place_of_watches;
    std::string more_metadata; ///< JSON members for the metadata of put objects

    // ---- received requests ----

    std::size_t lists = 0, pages = 0, watched = 0, probes = 0; ///< probes: lists with limit=1
    /// Returns the response to a request. It starts no watch.
    HttpReply answer(const HttpAsked &asked);

    HttpServer &http() { return http_; }

  private:
    struct Stored {
        std::string json, label;
    };
    struct Change {
        std::uint64_t version;
        Lookup lookup;
        std::string name_space;
        std::string label, label_before; // empty: no such label
        std::string json;
    };
    struct Watch {
        Lookup lookup;
        std::string name_space, label;
        std::shared_ptr<HttpFeed> feed;
        std::uint64_t from;
    };
    struct Rest {
        std::uint64_t version;
        std::vector<std::string> items;
    };
    using Query = std::map<std::string, std::string, std::less<>>;

    void route();
    void record(Lookup lookup, const std::string &name_space, const std::string &name, std::optional<Stored> now,
                const std::string &json);
    HttpReply list(Lookup lookup, const std::string &name_space, const Query &query);
    HttpReply watch(Lookup lookup, const std::string &name_space, const Query &query);
    static std::string line(const Change &change, const std::string &label);
    std::string bookmark_of(Lookup lookup) const;
    void ring();
    void prune();

    SimNet &net_;
    std::map<std::pair<Lookup, std::string>, std::map<std::string, Stored>> objects_; // by namespace, by name
    std::vector<Change> changes_;
    std::vector<Watch> watches_;
    std::map<std::string, Rest> rests_;                         // by continue token
    std::uint64_t version_ = 100, oldest_ = 100, cached_ = 100; // cached_: of the last change of a watchable object
    std::uint64_t serial_ = 0;
    bool bookmarks_ = true;
    Duration watch_for_ = std::chrono::hours(10);
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    HttpServer http_;
};

} // namespace k8s::test
