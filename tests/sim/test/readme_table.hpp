// SPDX-License-Identifier: MIT
//
// Generates the tables of tests/README.md from the outcomes of runs, and compares them with the file.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::sim::test {

/// Whether one of the words is among the others; both are separated by spaces.
bool mentions(std::string_view words, std::string_view among);

/// A table of tests/README.md: its name and program as in its marks there, and its headings.
struct Table {
    std::string name, program;
    std::vector<std::string> columns, rows;
    bool by_rows = false; ///< a row, not a cell, is one run
};

/// Compares the table with tests/README.md, cell by cell. cell: returns the outcome by row and column; empty: the row does not apply to the
/// column. An outcome that begins with FAILED fails the test. By default only the cells of every fifth diagonal are run, so that each row
/// and each column has some (by rows: none, because one row is one long run). KITH_CELLS=all runs all of them, as the list `long` does; KITH_UPDATE=1 runs all
/// and writes the table.
void check_table(const Table &table, const std::function<std::string(std::size_t row, std::size_t column)> &cell);

} // namespace kith::sim::test
