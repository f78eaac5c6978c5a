// SPDX-License-Identifier: MIT
#include "config_watch.hpp"

#include <algorithm>
#include <chrono>
#include <sys/stat.h>
#include <utility>

namespace kith::app {

namespace {

constexpr auto look_period = std::chrono::milliseconds(250);

} // namespace

ConfigWatch::ConfigWatch(boost::asio::io_context &io, std::function<void()> changed)
    : timer_(io), changed_(std::move(changed)) {
    wait();
}

void ConfigWatch::follow(std::vector<std::string> files) {
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    if (debouncer_ && files == files_) return;
    files_ = std::move(files);
    debouncer_.emplace(signature());
}

void ConfigWatch::wait() {
    timer_.expires_after(look_period);
    timer_.async_wait([this](const boost::system::error_code &error) {
        if (error) return;
        if (debouncer_ && debouncer_->look(signature())) changed_();
        wait();
    });
}

std::string ConfigWatch::signature() const {
    std::string text;
    for (const std::string &file : files_) {
        struct stat info {};
        if (::stat(file.c_str(), &info) == 0) {
            for (const auto number : {static_cast<long long>(info.st_dev), static_cast<long long>(info.st_ino),
                                      static_cast<long long>(info.st_size), static_cast<long long>(info.st_mtim.tv_sec),
                                      static_cast<long long>(info.st_mtim.tv_nsec)})
                text += std::to_string(number) + ' ';
        }
        text += '\n';
    }
    return text;
}

} // namespace kith::app
