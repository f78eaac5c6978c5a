// SPDX-License-Identifier: MIT
//
// A scripted API server of Kubernetes on a simulated machine: lists with pages, watches with bookmarks, and every way in which it can
// be in trouble. recorded.cpp checks it against what a real one answered.
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
using kith::testkit::Machine;
using kith::testkit::SimNet;

/// An answer in place of an object, with the code, reason and message of a v1 Status.
HttpReply refusal(std::uint32_t code, std::string_view reason, std::string_view message);

class ApiServer {
  public:
    using Duration = SimNet::Duration;

    /// Over TLS, with a certificate that `authority` signed. It outlives the server.
    ApiServer(Machine &machine, std::uint16_t port, const HttpAuthority &authority, std::vector<std::string> names);
    /// Plain HTTP.
    ApiServer(Machine &machine, std::uint16_t port);

    // ---- objects: each call makes an event ----

    /// label: the value of the label `app`.
    void pod(const std::string &name, const std::string &ip, const std::string &phase = "Running",
             const std::string &label = "kith", const std::string &name_space = "team");
    /// members: JSON members of the object beside its metadata, such as R"("subsets": [])".
    void put(Lookup lookup, const std::string &name, const std::string &members, const std::string &label = "kith",
             const std::string &name_space = "team");
    void remove(Lookup lookup, const std::string &name, const std::string &name_space = "team");
    void remove_pod(const std::string &name) { remove(Lookup::pods, name); }

    // ---- watches ----

    /// Something else is written than pods, Endpoints or slices: lists have a newer version then, and watches that begin there get no
    /// bookmark until one of those changes.
    void other_change() { ++version_; }
    /// Its storage is restored from a backup: it counts from `version` on, keeps what it has, and ends no watch.
    void restore(std::uint64_t version);
    /// Only what comes from now on is kept: older versions and pages that were begun are expired.
    void compact();
    std::size_t watches() const;
    /// What every watch is told, whatever it says.
    void say(std::string_view line);
    void end_watches(HttpFeed::Do how = HttpFeed::Do::end);
    void bookmark();
    void bookmarks(bool on) { bookmarks_ = on; }         ///< once a minute; on at first
    void watch_for(Duration most) { watch_for_ = most; } ///< a watch ends then, whatever it has asked for

    // ---- who may ----

    std::string token = "secret"; ///< expected; empty: whoever asks
    bool may_list = true, may_watch = true;
    std::optional<HttpReply> in_place_of_lists, in_place_of_watches;
    std::string more_metadata; ///< JSON members for the metadata of what is put

    // ---- what it was asked ----

    std::size_t lists = 0, pages = 0, watched = 0, probes = 0; ///< probes: lists with limit=1
    /// What it would answer. No watch begins by this.
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
        std::string label, label_before; // empty: it is not there
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
    std::uint64_t version_ = 100, oldest_ = 100, cached_ = 100; // cached_: of the last change of what can be watched
    std::uint64_t serial_ = 0;
    bool bookmarks_ = true;
    Duration watch_for_ = std::chrono::hours(10);
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    HttpServer http_;
};

} // namespace k8s::test
