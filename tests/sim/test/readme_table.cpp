// SPDX-License-Identifier: MIT
#include "readme_table.hpp"

#include "whole_test_requested.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

namespace kith::sim::test {

bool mentions(std::string_view words, std::string_view among) {
    std::istringstream each{std::string(words)};
    for (std::string word; each >> word;) {
        if ((' ' + std::string(among) + ' ').find(' ' + word + ' ') != std::string::npos) return true;
    }
    return false;
}

namespace {

using Cells = std::vector<std::vector<std::string>>;

// The position of a table in a text, from its heading to the end of its last line.
struct SourceMap {
    std::size_t from = 0, to = 0;
};

SourceMap place_of(const Table &table, const std::string &readme) {
    const std::string begin_mark = "<!-- " + table.name + ": made by " + table.program + " -->\n";
    const auto begin = readme.find(begin_mark), finish = readme.find("<!-- " + table.name + ": end -->\n");
    BOOST_REQUIRE(begin != std::string::npos);
    BOOST_REQUIRE(finish != std::string::npos);
    return {begin + begin_mark.size(), finish};
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == text.npos ? "" : std::string(text.substr(first, text.find_last_not_of(' ') + 1 - first));
}

// The cells without the first column and the two lines of the heading.
Cells cells_of(std::string_view text) {
    Cells cells;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream parts(line.substr(std::min<std::size_t>(line.size(), 1)));
        cells.emplace_back();
        for (std::string part; std::getline(parts, part, '|');) cells.back().push_back(trimmed(part));
        if (!cells.back().empty()) cells.back().erase(cells.back().begin());
    }
    cells.erase(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(cells.size(), 2)));
    return cells;
}

std::string text_of(const Table &table, const Cells &cells) {
    std::string out = "| |", line = "|---|";
    for (const std::string &column : table.columns) {
        out += ' ' + column + " |";
        line += "---|";
    }
    out += '\n' + line + '\n';
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        out += "| " + table.rows[row] + " |";
        for (const std::string &words : cells[row]) out += words.empty() ? " |" : ' ' + words + " |";
        out += '\n';
    }
    return out;
}

} // namespace

void check_table(const Table &table, const std::function<std::string(std::size_t row, std::size_t column)> &cell) {
    const std::string path = KITH_SOURCE_DIR "/tests/README.md";
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    std::string readme = text.str();
    const auto [from, to] = place_of(table, readme);
    const char *const asked = std::getenv("KITH_UPDATE");
    const bool update = asked != nullptr && std::string_view(asked) == "1", all = update || whole_test_requested();
    constexpr std::size_t fifth = 5;

    Cells cells = cells_of(std::string_view(readme).substr(from, to - from));
    cells.resize(table.rows.size());
    for (std::size_t row = 0; row < cells.size(); ++row) {
        cells[row].resize(table.columns.size());
        for (std::size_t column = 0; column < cells[row].size(); ++column) {
            if (!all && (table.by_rows || (row + column) % fifth != 0)) continue;
            std::string &words = cells[row][column];
            words = cell(row, column);
            BOOST_TEST(!words.starts_with("FAILED"), table.columns[column] << ", " << table.rows[row] << ": " << words);
        }
    }
    const std::string made = text_of(table, cells);
    BOOST_TEST_MESSAGE(made);
    if (update) {
        std::ofstream(path, std::ios::trunc) << readme.replace(from, to - from, made);
        return;
    }
    BOOST_TEST(readme.substr(from, to - from) == made, "the table of tests/README.md is out of date; the run gives:\n"
                                                           << made << "KITH_UPDATE=1 build/bin/" << table.program
                                                           << " writes it");
}

} // namespace kith::sim::test
