// SPDX-License-Identifier: MIT
//
// What members state about themselves, and observers about those they observe. A fact has an origin, the run of the origin, and the number
// that it has among the facts of that run.
#pragma once

#include "bytes.hpp"
#include "hello.hpp"
#include "run.hpp"

#include <optional>
#include <vector>

namespace kith::mesh {

enum class FactKind : std::uint8_t {
    joined = 1,     // the origin is alive. A later one revokes every accusation that was made before it
    accused = 2,    // the origin cannot reach the subject, which it observes
    cleared = 3,    // it can again
    restarting = 4, // the origin ends, and expects to come back
    left = 5,       // the origin ends for good
};

/// Texts are borrowed.
struct Fact {
    FactKind kind{};
    std::string_view origin;
    Run run;
    std::uint32_t number = 0;
    std::string_view address; // joined: where it listens; empty: the host part of its name
    std::uint16_t port = 0;   // joined
    std::string_view subject; // accused, cleared
    Run subject_run;          // accused
    std::uint32_t alive = 0;  // accused: the number of the subject's last `joined` that the origin knows
    bool conclusive = false;  // accused: the subject's host has answered that nobody listens there
    std::string_view reason;  // accused
};

/// All that stands of one origin, up to the number `complete`.
struct Document {
    Fact joined;
    std::uint32_t complete = 0;
    std::vector<Fact> accusations;
};

void append(std::string &out, const Fact &fact);
void append(std::string &out, const Document &document);
/// Nothing: the bytes are no fact. `in` is behind it otherwise.
std::optional<Fact> read_fact(Reader &in);
std::optional<Document> read_document(Reader &in);

} // namespace kith::mesh
