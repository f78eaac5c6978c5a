// SPDX-License-Identifier: MIT
//
// `watch` of kith.file/1. inotify on the directories of the watched files triggers checks, and a slow poll covers what inotify
// does not report (network file systems, a changed link further up the path). Every access to a path is done on a worker
// thread, because it may block.
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
    struct Notices; // inotify's descriptor, which a blocked worker keeps open
    struct Watch {
        std::weak_ptr<TenantResources> resources;
        std::string path;
        std::uint64_t version = 0;
        int directory = -1;                // inotify's number of the directory, or of the nearest existing one above it
        WorkerThreads::Ticket looking = 0; // the check in progress
        bool again = false;                // a notification came during the check
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
    std::set<int> directories_;              // the directories that inotify watches
    std::shared_ptr<FileWatches *> self_ = std::make_shared<FileWatches *>(this);
};

} // namespace kith::app
