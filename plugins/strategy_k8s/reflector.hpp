// SPDX-License-Identifier: MIT
//
// One namespace, listed and watched: what client-go calls a reflector. Tells nobody but its owner, and never waits between two tries.
// Source: Kubernetes API concepts; KEP-956 (bookmarks), KEP-365 (paging).
#pragma once

#include "api_client.hpp"
#include "peer_set.hpp"

#include <kith/random.hpp>

#include <functional>

namespace k8s {

/// Why something could not be done, and how long the server asks us to wait.
struct Failure {
    kith::error why;
    std::chrono::nanoseconds retry_after{};
    std::uint32_t code = 0; ///< of an answer; 0: there was none
};

/// How a watch ended.
struct WatchEnd {
    enum class Kind : std::uint8_t {
        over,        ///< in good order, as each one does after some minutes: the next goes on where it ended
        expired,     ///< what it would go on from is too old (410), or only a list can tell what is there
        interrupted, ///< by interrupt()
        refused,     ///< by 403, 404, 405: watching is not allowed, or not known; or the server has just begun
        mute,        ///< not a byte from its beginning, for longer than bookmarks take: check() tells why
        silent,      ///< not a byte any more for longer than bookmarks take
        useless,     ///< the server answered, but with a refusal, an ERROR, or what is no watch
        broken,      ///< the server could not be asked, or the connection broke
    };
    Kind kind = Kind::broken;
    Failure failure{};
    bool moved = false; ///< it brought at least one event or bookmark
};

/// Is notified while a watch is under way.
struct WatchHandler {
    std::function<void()> opened; ///< the server has accepted it; that is not yet a sign that it will send anything
    std::function<void()> alive;  ///< the first event or bookmark has come; before `changed`
    /// Each batch of changes; false when it could not be told, and then a new list is needed.
    std::function<bool(Changes &)> changed;
};

class Reflector {
  public:
    Reflector(kith::host h, const Settings &settings, ApiClient &access, std::string name_space)
        : settings_(settings),
          client_(access),
          random_(h),
          name_space_(std::move(name_space)),
          peer_set_(settings.lookup, settings.naming) {}

    const std::string &name_space() const noexcept { return name_space_; }

    /// The whole list, page by page. On failure nothing has changed, and `trouble` tells why.
    kith::task<std::optional<ListedPeers>> list(Failure &failure);

    /// Follow the changes since the list, or since the watch before.
    kith::task<WatchEnd> watch(WatchHandler watcher);

    /// How it stands with a watch that says nothing.
    enum class Checked : std::uint8_t {
        good,   ///< the server has what the watch began from, so that nothing has changed: the next watch may be mute, too
        behind, ///< the server does not have it (its storage was restored), or cannot tell: only a list tells what is there
        failed, ///< the server could not be asked; `trouble` tells why
    };
    /// Asks for one object, which is cheap however many there are.
    kith::task<Checked> check(Failure &failure);

    /// The name of an object that does not list all that it should; null: there is none.
    const std::string *truncated() const noexcept { return peer_set_.truncated(); }

    /// End a watch that is under way.
    void interrupt() noexcept;

  private:
    std::string path() const;
    kith::task<kith::result<Page>> page(std::string query, std::function<void(Object &)> found, Failure &failure);
    kith::task<Failure> refusal(ApiResponse &answer) const;
    kith::task<WatchEnd> follow(ApiResponse &answer, const WatchHandler &watcher);

    const Settings &settings_;
    ApiClient &client_;
    kith::random random_;
    const std::string name_space_;
    PeerSet peer_set_;
    std::string version_; ///< from which the next watch goes on
    kith::http_response *open_response_ = nullptr;
    bool interrupted_ = false;
    /// Its watches say nothing at all, and a check found nothing wrong with that: an API server sends no bookmarks before its cache of
    /// such objects has come to the version from which the watch began, and that takes a change of such an object.
    bool silence_is_normal_ = false;
};

} // namespace k8s
