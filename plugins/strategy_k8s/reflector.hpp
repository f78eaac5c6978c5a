// SPDX-License-Identifier: MIT
//
// Lists and watches the objects of one namespace, like a reflector of client-go. It reports to its owner only, and does not wait between
// attempts. Source: Kubernetes API concepts; KEP-956 (bookmarks), KEP-365 (paging).
#pragma once

#include "api_client.hpp"
#include "peer_set.hpp"

#include <kith/random.hpp>
#include <kith/timer.hpp>

#include <functional>

namespace k8s {

/// Why a request failed, and the delay that the server requests.
struct Failure {
    kith::error why;
    std::chrono::nanoseconds retry_after{};
    std::uint32_t code = 0; ///< status code of the response; 0: there was no response
};

/// How a watch ended.
struct WatchEnd {
    enum class Kind : std::uint8_t {
        over,        ///< normal end after some minutes: the next watch continues where it ended
        expired,     ///< the start version is too old (410), or only a list can give the current state
        interrupted, ///< by interrupt()
        refused,     ///< 403, 404, 405: watching is forbidden or not supported, or the server has just started
        mute,        ///< no byte since its start, for longer than the interval of bookmarks: check() determines why
        silent,      ///< no more bytes, for longer than the interval of bookmarks
        useless,     ///< the response was an error, an ERROR event, or not a watch
        broken,      ///< the request failed, or the connection broke
    };
    Kind kind = Kind::broken;
    Failure failure{};
    bool moved = false; ///< at least one event or bookmark arrived
};

/// Callbacks during a watch.
struct WatchHandler {
    std::function<void()> opened; ///< the server accepted the request; it may still fail to send events
    std::function<void()> alive;  ///< the first event or bookmark arrived; called before `changed`
    /// A batch of changes. Returns false when it could not be reported; a new list is needed then.
    std::function<bool(Changes &)> changed;
};

class Reflector {
  public:
    Reflector(kith::host h, const Settings &settings, ApiClient &access, std::string name_space)
        : settings_(settings),
          client_(access),
          random_(h),
          timer_(h),
          name_space_(std::move(name_space)),
          peer_set_(settings.lookup, settings.naming) {}

    const std::string &name_space() const noexcept { return name_space_; }

    /// Requests the whole list, page by page. Empty on failure: nothing has changed, and `failure` contains the reason.
    kith::task<std::optional<ListedPeers>> list(Failure &failure);

    /// Receives the changes since the last list or watch, until the watch ends.
    kith::task<WatchEnd> watch(WatchHandler watcher);

    /// The result of checking a silent watch.
    enum class Checked : std::uint8_t {
        good, ///< the server has the version of the watch and nothing has changed: the next watch may be silent, too
        behind, ///< the server does not have that version (its storage was restored), or versions cannot be compared: a list is needed
        failed, ///< the request failed; the parameter contains the reason
    };
    /// Requests a list with limit=1, whose cost does not depend on the number of objects.
    kith::task<Checked> check(Failure &failure);

    /// The name of an incomplete object (truncated Endpoints); null: none.
    const std::string *truncated() const noexcept { return peer_set_.truncated(); }

    /// Ends the current watch, if any.
    void interrupt() noexcept;

  private:
    std::string path() const;
    kith::task<kith::result<Page>> page(std::string query, std::function<void(Object &)> found, Failure &failure);
    kith::task<Failure> refusal(ApiResponse &answer) const;
    kith::task<WatchEnd> follow(ApiResponse &answer, const WatchHandler &watcher);

    const Settings &settings_;
    ApiClient &client_;
    kith::random random_;
    kith::timer timer_;
    const std::string name_space_;
    PeerSet peer_set_;
    std::string version_; ///< start version of the next watch
    kith::http_response *open_response_ = nullptr;
    bool interrupted_ = false;
    /// Watches are silent, and a check found no error: an API server sends no bookmarks until its cache of these objects has reached the
    /// start version of the watch, which takes a change of such an object.
    bool silence_is_normal_ = false;
};

} // namespace k8s
