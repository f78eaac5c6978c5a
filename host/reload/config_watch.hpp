// SPDX-License-Identifier: MIT
//
// Follows the configuration's file and the files that it names by ${file:...}, for `kith run --watch`. It looks at what the paths lead to four
// times a second and waits for no notification, so that a ConfigMap, which is a symbolic link that is swapped, counts as changed, on any file
// system.
#pragma once

#include "change_debouncer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kith::app {

class ConfigWatch {
  public:
    /// changed: called from the loop when the files have changed and rested since. It may call follow.
    ConfigWatch(boost::asio::io_context &io, std::function<void()> changed);

    /// From now on these files.
    void follow(std::vector<std::string> files);

  private:
    void wait();
    std::string signature() const;

    boost::asio::steady_timer timer_;
    std::function<void()> changed_;
    std::vector<std::string> files_;
    std::optional<ChangeDebouncer> debouncer_;
};

} // namespace kith::app
