// SPDX-License-Identifier: MIT
//
// What becomes of the hosts of a scenario, in a few words, and the tables of tests/README.md that are made of such words.
#pragma once

#include <tests/sim/universe.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::sim::test {

/// The worst that befell a peer, or the view of them.
enum class Harm : std::uint8_t { held, stale, missing, guarded, forgotten, parted };

/// Of the hosts of the group `app`. Everything in their first minute is left out, and so are peers that are none of them.
class Verdict {
  public:
    /// over: when the last fault is.
    Verdict(const Scenario &scenario, Span over) : scenario_(scenario), over_(over) {}

    void see(const Host &host, const core::StoredEvent &event, Span now);
    Harm worst() const { return worst_; }
    /// "held", "missing; healed in 15 s": in steps, so that a table does not change with every draw of the random source.
    std::string words() const;

  private:
    bool is_member(std::string_view peer) const;

    const Scenario &scenario_;
    Span over_;
    Harm worst_ = Harm::held;
    Span healed_{};
};

/// The loaded plugins of the build.
const Plugins &plugins();

/// Does one of these words stand among those?
bool mentions(std::string_view words, std::string_view among);

/// A table of tests/README.md: what it is called in its marks there, the program that makes it, and its heads.
struct Table {
    std::string name, program;
    std::vector<std::string> columns, rows;
    bool by_rows = false; ///< a row is one run
};

/// Holds that table against its cells. cell: the outcome by row and column; empty: it does not concern it. One that begins with FAILED fails
/// the test. Only the cells of every fifth diagonal are asked for, so that each row and each column has some (by rows: of the second of five); all of them with KITH_CELLS=all
/// (the list `long`), and with KITH_UPDATE=1, which writes the table.
void check_table(const Table &table, const std::function<std::string(std::size_t row, std::size_t column)> &cell);

} // namespace kith::sim::test
