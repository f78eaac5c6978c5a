// SPDX-License-Identifier: MIT
#include "resolv_conf.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace kith::app {

namespace {

constexpr std::size_t max_servers = 3, max_domains = 32; // as in glibc; older versions have 6 domains
constexpr unsigned max_ndots = 15, max_wait = 30;        // seconds

void limited(std::string_view word, std::string_view option, unsigned most, unsigned &out) {
    if (!word.starts_with(option)) return;
    unsigned value = 0;
    const auto *end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data() + option.size(), end, value);
    if (error == std::errc() && at == end) out = std::min(value, most);
}

} // namespace

ResolverSettings read_resolv_conf(std::string_view text) {
    ResolverSettings out;
    unsigned wait = 5;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        line.resize(std::min(line.find_first_of("#;"), line.size()));
        std::istringstream words(line);
        std::string keyword;
        words >> keyword;
        const std::vector<std::string> rest{std::istream_iterator<std::string>(words), {}};
        if (keyword == "nameserver" && !rest.empty()) {
            if (auto server = read_dns_server(rest.front()); server && out.servers.size() < max_servers)
                out.servers.push_back(std::move(*server));
        } else if (keyword == "search" || keyword == "domain") {
            out.domains.clear(); // the last line applies
            for (std::string domain : rest) {
                if (domain.ends_with('.')) domain.pop_back();
                if (is_dns_name(domain) && out.domains.size() < max_domains) out.domains.push_back(std::move(domain));
            }
        } else if (keyword == "options") {
            for (const auto &word : rest) {
                limited(word, "ndots:", max_ndots, out.ndots);
                limited(word, "timeout:", max_wait, wait);
            }
        }
    }
    out.wait = std::uint64_t{std::max(wait, 1U)} * 1'000'000'000;
    return out;
}

const ResolverSettings &ResolvConf::now() {
    struct stat info {};
    if (::stat(path_.c_str(), &info) != 0) {
        version_ = {};
        settings_ = {};
        settings_.trouble = std::strerror(errno);
        return settings_;
    }
    const Version seen{info.st_ino, static_cast<std::uint64_t>(info.st_size), info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    if (seen == version_) return settings_;
    std::ifstream file(path_);
    if (!file) {
        version_ = {};
        settings_ = {};
        settings_.trouble = std::strerror(errno);
        return settings_;
    }
    std::stringstream text;
    text << file.rdbuf();
    settings_ = read_resolv_conf(text.str());
    version_ = seen;
    return settings_;
}

} // namespace kith::app
