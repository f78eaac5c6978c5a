// SPDX-License-Identifier: MIT
//
// Tests of sdk/ABI.md: it lists each status and kind of event, and each file that it names exists.
#include "c_header_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>

using kith::test::read;

namespace {

/// "a/{b,c}.d" is "a/b.d" and "a/c.d".
std::vector<std::string> expanded(const std::string &path) {
    const auto open = path.find('{'), close = path.find('}');
    if (open == std::string::npos || close == std::string::npos) return {path};
    std::vector<std::string> out;
    std::istringstream names(path.substr(open + 1, close - open - 1));
    for (std::string name; std::getline(names, name, ',');) {
        auto one = path.substr(0, open);
        one += name;
        one += path.substr(close + 1);
        out.push_back(one);
    }
    return out;
}

std::string row(const std::string &number, const std::string &name) {
    std::string out = "| ";
    out += number;
    out += " | `";
    out += name;
    out += "` |";
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(document)

BOOST_AUTO_TEST_CASE(each_status_and_event_is_listed) {
    const auto text = read(KITH_SOURCE_DIR "/sdk/ABI.md");
    const auto plugin = read(KITH_SOURCE_DIR "/sdk/include/kith/plugin.h");
    const auto sink = read(KITH_SOURCE_DIR "/sdk/include/kith/service/sink.h");
    int found = 0;
    const std::regex status("#define (KITH_[A-Z_]+) \\((-[0-9]+)\\)"), event("#define KITH_EVENT_([A-Z]+)_([A-Z_]+) ([0-9]+)u");
    for (std::sregex_iterator at(plugin.begin(), plugin.end(), status), end; at != end; ++at, ++found) {
        BOOST_TEST(text.find(row(at->str(2), at->str(1))) != std::string::npos, at->str(1) << " is not in ABI.md");
    }
    for (std::sregex_iterator at(sink.begin(), sink.end(), event), end; at != end; ++at, ++found) {
        std::string name = at->str(1);
        name += '.';
        name += at->str(2);
        for (auto &c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        BOOST_TEST(text.find(row(at->str(3), name)) != std::string::npos, name << " is not in ABI.md");
    }
    BOOST_TEST(found >= 50);
}

BOOST_AUTO_TEST_CASE(each_file_named_as_proof_exists) {
    const auto text = read(KITH_SOURCE_DIR "/sdk/ABI.md");
    const std::regex path("`((?:sdk|core|host|plugins|tests|\\.ci)/[^` ]*)");
    int found = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), path), end; at != end; ++at) {
        for (const auto &one : expanded(at->str(1))) {
            ++found;
            BOOST_TEST(std::filesystem::exists(KITH_SOURCE_DIR "/" + one), "ABI.md names " << one << ", which does not exist");
        }
    }
    BOOST_TEST(found > 25);
}

BOOST_AUTO_TEST_SUITE_END()
