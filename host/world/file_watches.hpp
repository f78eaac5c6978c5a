// SPDX-License-Identifier: MIT
//
// kith.file/1 `watch`: inotify on the directories of the watched files tells when to look, and a slow poll looks where inotify is
// blind (network file systems, a link further up that moved). All that touches a path is done on a worker, for it may hang.
#pragma once

#include "debounced_check.hpp"
#include "tenant_resources.hpp"

#include <map>
#include <set>
#include <string>

namespace kith::app {

class FileWatches {
  public:
    explicit FileWatches(AsioWorld::Parts &parts);

    void add(TenantResources &resources, std::string path, std::uint64_t version, std::uint64_t user, std::uint64_t *op);

  private:
    struct Notices; // inotify's descriptor, which a worker that hangs keeps open
    struct Watch {
        std::weak_ptr<TenantResources> resources;
        std::string path;
        std::uint64_t version = 0;
        int directory = -1;                // inotify's number for the directory, or for the nearest one above that is there
        WorkerThreads::Ticket looking = 0; // at it, now
        bool again = false;                // there was a notice meanwhile
    };
    struct Seen {
        std::uint64_t version = 0;
        int directory = -1;
    };
    static Seen see(const Notices &notices, const std::string &path);

    void noticed();
    bool poll();
    void look_at_all();
    void look(std::uint64_t op, Watch &watch);
    void looked(std::uint64_t op, const Seen &seen);
    void forget_unused();

    AsioWorld::Parts &parts_;
    std::shared_ptr<Notices> notices_;
    DebouncedCheck check_;
    std::map<std::uint64_t, Watch> watches_; // by operation
    std::set<int> directories_;              // that inotify watches
    std::shared_ptr<FileWatches *> self_ = std::make_shared<FileWatches *>(this);
};

} // namespace kith::app
