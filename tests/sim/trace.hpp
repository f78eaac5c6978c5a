// SPDX-License-Identifier: MIT
//
// Writes the trace of a run as JSON lines: each event of each host, each warning of its log, each fault. The same scenario and seed give
// the same bytes.
#pragma once

#include <tests/sim/duration.hpp>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace kith::sim {

class Trace {
  public:
    /// out: null to write nothing; outlives the trace.
    explicit Trace(std::ostream *out) : out_(out) {}

    bool wanted() const { return out_ != nullptr; }
    /// json: an object in one line.
    void event(Duration at, std::string_view host, std::string_view json) { line(at, host, "event", json); }
    void log(Duration at, std::string_view host, std::string_view json) { line(at, host, "log", json); }
    void fault(Duration at, std::string_view json, bool over) { line(at, {}, over ? "over" : "fault", json); }
    /// The last line: the number of events and a hash of all steps.
    void end(Duration at, std::uint64_t events, std::uint64_t hash);

  private:
    void line(Duration at, std::string_view host, std::string_view key, std::string_view json);

    std::ostream *out_;
    std::string buffer_;
};

} // namespace kith::sim
