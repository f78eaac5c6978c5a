// SPDX-License-Identifier: MIT
#include "short_link_detector.hpp"

#include <algorithm>
#include <cstdio>

namespace kith::erlang {
namespace {

constexpr std::size_t most = 10'000;                // peers that are remembered though their link is down
constexpr std::chrono::seconds usual_tick_time{60}; // of a node without the option net_ticktime

std::string seconds_text(ShortLinkDetector::Time time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(time).count());
    return text;
}

} // namespace

void ShortLinkDetector::up(const std::string &name, Time now) {
    links_[name].since = now;
    bound();
}

void ShortLinkDetector::out_of_sight() {
    for (auto &[name, link] : links_) link.since = Time(-1);
    bound();
}

std::string ShortLinkDetector::down(const std::string &name, Time now, std::string_view why, std::string_view node,
                                    std::chrono::seconds tick_time) {
    std::string text(why);
    const auto found = links_.find(name);
    if (found == links_.end()) return text;
    Link &link = found->second;
    const Time lasted = now - link.since;
    const bool known = link.since.count() >= 0;
    link.since = Time(-1);
    // A link that was ended on purpose is no sign of different tick times.
    if (!known || why == "disconnect" || lasted >= std::max(tick_time, usual_tick_time) * 5 / 4) {
        links_.erase(found);
        return text;
    }
    if (++link.short_ones < 2) return text;
    text += ": the link held " + seconds_text(lasted) + ", too short for the " + std::to_string(link.short_ones) +
            (link.short_ones == 2   ? "nd"
             : link.short_ones == 3 ? "rd"
                                    : "th") +
            " time in a row";
    const std::string own = std::to_string(tick_time.count()) + " s";
    if (why == "net_tick_timeout")
        text += "; " + std::string(node) + " had heard nothing of it in its net_ticktime of " + own + ": possibly " + name +
                " has a longer one; all nodes need the same";
    else if (why == "connection_closed")
        text += "; possibly the net_ticktime of " + name + " is shorter than that of " + std::string(node) + ", " + own +
                "; all nodes need the same";
    return text;
}

void ShortLinkDetector::bound() {
    if (links_.size() <= most) return;
    std::erase_if(links_, [](const auto &one) { return one.second.since.count() < 0; });
}

} // namespace kith::erlang
