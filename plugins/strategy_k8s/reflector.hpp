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
        silent,      ///< not a byte for longer than bookmarks take; perhaps it knows nothing of what it would go on from
        broken,
    };
    Kind kind = Kind::broken;
    Trouble trouble{};
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

    /// Follow the changes since the list, or since the watch before. opened: it has begun. changed: told of each batch of changes; false
    /// when it could not be told, and then a new list is needed.
    kith::task<Ending> watch(std::function<void()> opened, std::function<bool(Changes &)> changed);

    /// End a watch that is under way.
    void interrupt() noexcept;

  private:
    std::string path() const;
    kith::task<kith::result<Page>> page(std::string query, Trouble &trouble);
    kith::task<Trouble> refusal(Answer &answer) const;
    kith::task<Ending> follow(Answer &answer, const std::function<bool(Changes &)> &changed);

    const Settings &settings_;
    Access &access_;
    kith::random random_;
    const std::string space_;
    Roster roster_;
    std::string version_; ///< from which the next watch goes on
    kith::http_response *open_ = nullptr;
    bool interrupted_ = false;
    /// Its watches say nothing at all: an API server sends no bookmarks before it has seen the first change, of anybody, since it began.
    bool quiet_ = false;
};

} // namespace k8s
