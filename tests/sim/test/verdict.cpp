// SPDX-License-Identifier: MIT
#include "verdict.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 6> harm_words = {"held", "stale", "missing", "guarded", "forgotten", "parted"};

Harm harm_of(std::uint32_t kind) {
    switch (kind) {
    case KITH_EVENT_TOPOLOGY_STALE: return Harm::stale;
    case KITH_EVENT_PEER_MISSING: return Harm::missing;
    case KITH_EVENT_PEER_HELD: return Harm::guarded;
    case KITH_EVENT_PEER_LOST: return Harm::forgotten;
    case KITH_EVENT_DISCONNECT_SUCCEEDED:
    case KITH_EVENT_DISCONNECT_FAILED: return Harm::parted;
    default: return Harm::held;
    }
}

} // namespace

bool Verdict::is_member(std::string_view peer) const {
    return std::any_of(scenario_.hosts.begin(), scenario_.hosts.end(), [&](const HostPlan &plan) {
        if (plan.group != "app") return false;
        if (peer == plan.node) return true;
        const std::string host = plan.node.substr(plan.node.find('@'));
        return plan.epmd &&
               std::any_of(plan.epmd->begin(), plan.epmd->end(), [&](const auto &name) { return peer == name + host; });
    });
}

void Verdict::see(const Host &host, const core::StoredEvent &event, Span now) {
    if (host.plan().group != "app" || now < 1min) return; // at the start all is new, and what is wrong there is the row's
    if (!event.peer().empty() && !is_member(event.peer())) return; // a ghost may come and go
    worst_ = std::max(worst_, harm_of(event.kind()));
    const bool heals = event.kind() == KITH_EVENT_PEER_DISCOVERED || event.kind() == KITH_EVENT_TOPOLOGY_FRESH;
    if (heals && now > over_) healed_ = std::max(healed_, now - over_);
}

std::string Verdict::words() const {
    std::string worst(harm_words[static_cast<std::size_t>(worst_)]);
    if (healed_ == Span{}) return worst;
    for (const auto &[most, words] :
         {std::pair<Span, const char *>{1s, "1 s"}, {5s, "5 s"}, {15s, "15 s"}, {60s, "1 min"}, {5min, "5 min"}}) {
        if (healed_ <= most) return worst + "; healed in " + words;
    }
    return worst + "; healed in " + to_text(healed_);
}

const Plugins &plugins() {
    static const auto loaded = load_plugins({KITH_BINARY_DIR "/plugins"});
    return *loaded;
}

bool mentions(std::string_view words, std::string_view among) {
    std::istringstream each{std::string(words)};
    for (std::string word; each >> word;) {
        if ((' ' + std::string(among) + ' ').find(' ' + word + ' ') != std::string::npos) return true;
    }
    return false;
}

std::string table_of(const std::vector<std::string> &columns, const std::vector<std::string> &rows,
                     const std::function<std::string(std::size_t row, std::size_t column)> &cell) {
    std::string out = "| |", line = "|---|";
    for (const std::string &column : columns) {
        out += ' ' + column + " |";
        line += "---|";
    }
    out += '\n' + line + '\n';
    for (std::size_t row = 0; row < rows.size(); ++row) {
        out += "| " + rows[row] + " |";
        for (std::size_t column = 0; column < columns.size(); ++column) {
            const std::string words = cell(row, column);
            BOOST_TEST(!words.starts_with("FAILED"), columns[column] << ", " << rows[row] << ": " << words);
            out += words.empty() ? " |" : ' ' + words + " |";
        }
        out += '\n';
    }
    return out;
}

void check_table(const std::string &name, const std::string &program, const std::string &made) {
    BOOST_TEST_MESSAGE(made);
    const std::string path = KITH_SOURCE_DIR "/tests/README.md";
    const std::string begin_mark = "<!-- " + name + ": made by " + program + " -->\n";
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    std::string readme = text.str();
    const auto begin = readme.find(begin_mark);
    const auto finish = readme.find("<!-- " + name + ": end -->\n");
    BOOST_REQUIRE(begin != std::string::npos);
    BOOST_REQUIRE(finish != std::string::npos);
    const auto from = begin + begin_mark.size();
    if (std::getenv("KITH_UPDATE") != nullptr) {
        std::ofstream(path, std::ios::trunc) << readme.replace(from, finish - from, made);
        return;
    }
    BOOST_TEST(readme.substr(from, finish - from) == made, "the table of tests/README.md is out of date; it is now:\n"
                                                               << made << "KITH_UPDATE=1 build/bin/" << program
                                                               << " writes it");
}

} // namespace kith::sim::test
