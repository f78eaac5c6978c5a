// SPDX-License-Identifier: MIT
//
// The tables of tests/README.md that are made of the outcomes of runs.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::sim::test {

/// Does one of these words stand among those?
bool mentions(std::string_view words, std::string_view among);

/// A table of tests/README.md: what it is called in its marks there, the program that makes it, and its heads.
struct Table {
    std::string name, program;
    std::vector<std::string> columns, rows;
    bool by_rows = false; ///< a row is one run
};

/// Holds that table against its cells. cell: the result by row and column; empty: it does not concern it. One that begins with FAILED fails
/// the test. Only the cells of every fifth diagonal are asked for, so that each row and each column has some (by rows: of the second of five); all of them with KITH_CELLS=all
/// (the list `long`), and with KITH_UPDATE=1, which writes the table.
void check_table(const Table &table, const std::function<std::string(std::size_t row, std::size_t column)> &cell);

} // namespace kith::sim::test
