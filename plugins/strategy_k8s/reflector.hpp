// SPDX-License-Identifier: MIT
//
// One namespace, listed and watched: what client-go calls a reflector. Tells nobody but its owner, and never waits between two tries.
// Source: Kubernetes API concepts; KEP-956 (bookmarks), KEP-365 (paging).
#pragma once

#include "access.hpp"
#include "roster.hpp"

#include <kith/random.hpp>

#include <functional>

namespace k8s {

/// Why something could not be done, and how long the server asks us to wait.
struct Trouble {
    kith::error why;
    std::chrono::nanoseconds wish{};
    std::uint32_t code = 0; ///< of an answer; 0: there was none
};

/// How a watch ended.
struct Ending {
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
    Trouble trouble{};
    bool moved = false; ///< it brought at least one event or bookmark
};

/// Is notified while a watch is under way.
struct Watcher {
    std::function<void()> opened; ///< the server has accepted it; that is not yet a sign that it will send anything
    std::function<void()> alive;  ///< the first event or bookmark has come; before `changed`
    /// Each batch of changes; false when it could not be told, and then a new list is needed.
    std::function<bool(Changes &)> changed;
};

class Reflector {
  public:
    Reflector(kith::host h, const Settings &settings, Access &access, std::string name_space)
        : settings_(settings),
          access_(access),
          random_(h),
          space_(std::move(name_space)),
          roster_(settings.lookup, settings.naming) {}

    const std::string &name_space() const noexcept { return space_; }

    /// The whole list, page by page. On failure nothing has changed, and `trouble` tells why.
    kith::task<std::optional<Listed>> list(Trouble &trouble);

    /// Follow the changes since the list, or since the watch before.
    kith::task<Ending> watch(Watcher watcher);

    /// How it stands with a watch that says nothing.
    enum class Checked : std::uint8_t {
        good,   ///< the server has what the watch began from, so that nothing has changed: the next watch may be mute, too
        behind, ///< the server does not have it (its storage was restored), or cannot tell: only a list tells what is there
        failed, ///< the server could not be asked; `trouble` tells why
    };
    /// Asks for one object, which is cheap however many there are.
    kith::task<Checked> check(Trouble &trouble);

    /// The name of an object that does not list all that it should; null: there is none.
    const std::string *cut() const noexcept { return roster_.cut(); }

    /// End a watch that is under way.
    void interrupt() noexcept;

  private:
    std::string path() const;
    kith::task<kith::result<Page>> page(std::string query, std::function<void(Object &)> found, Trouble &trouble);
    kith::task<Trouble> refusal(Answer &answer) const;
    kith::task<Ending> follow(Answer &answer, const Watcher &watcher);

    const Settings &settings_;
    Access &access_;
    kith::random random_;
    const std::string space_;
    Roster roster_;
    std::string version_; ///< from which the next watch goes on
    kith::http_response *open_ = nullptr;
    bool interrupted_ = false;
    /// Its watches say nothing at all, and a check found nothing wrong with that: an API server sends no bookmarks before its cache of
    /// such objects has come to the version from which the watch began, and that takes a change of such an object.
    bool quiet_ = false;
};

} // namespace k8s
