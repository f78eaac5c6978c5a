// SPDX-License-Identifier: MIT
//
// Whether a strategy can have seen its source: how the operations ended that read something from outside. An empty set that is reported
// although none of them ended well is most likely a failure to look, reported as if it were an answer.
#pragma once

#include <kith/plugin.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

/// Counts since the last clear(). What counts:
///
/// | operation | ended well | failed |
/// |---|---|---|
/// | tcp.read, udp.receive | with bytes | any failure but the end of the stream, or silence on a socket |
/// | http.request, http.read | a response of a code that is an answer, its body not broken off | no response; 401, 403, 407, 408, 429, 5xx; a body that broke off |
/// | dns.query | any answer; NXDOMAIN and NODATA are answers | no server gave one |
/// | process.start, .read, .wait | bytes read, or exit code 0 | not started; another exit code, a signal, a timeout: what was read does not count then |
/// | file.read | the file was read | any failure but KITH_NOT_FOUND |
/// | those that only prepare (tcp.connect, tcp.write, udp.bind, udp.send, http.open, process.write) | never | any failure |
///
/// A missing file counts as neither: only the plugin knows whether it means that nobody is there. KITH_CANCELLED counts as neither.
class OperationTally {
  public:
    /// A completion of an operation; `what`: static, such as "tcp.connect". text: borrowed, explains a failing status.
    void prepared(const char *what, std::int32_t status, std::string_view text);
    void read(const char *what, std::int32_t status, std::string_view text);
    void http_response(std::int32_t status, std::string_view text, std::uint32_t code);
    void http_body(std::int32_t status, std::string_view text);
    void program_output(std::int32_t status, std::string_view text);
    void program_ended(std::int32_t status, std::string_view text, std::uint32_t code, std::uint32_t signal);

    std::uint64_t ended_well() const noexcept { return ended_well_; }
    std::uint64_t failed() const noexcept { return failed_; }
    /// Something was tried, and nothing can have been seen.
    bool saw_nothing() const noexcept { return ended_well_ == 0 && failed_ != 0; }
    /// Of saw_nothing(): "none of its 3 operations ended well; the first: tcp.connect: Connection refused".
    std::string text() const;

    /// It has reported its whole set. What is returned is text(), when the set is empty, was not known to be so before, and can not have
    /// been seen. What ends from now on belongs to the next report.
    std::optional<std::string> replaced(bool empty);
    /// It has reported a change, with peers that are there or without. That ends nothing: the whole set may follow from the same look.
    void updated(bool peers) noexcept;
    /// It has reported that it could not look, or whether it follows its source. What ends from now on belongs to the next report.
    void clear();

  private:
    void fail(const char *what, std::string_view text);
    void take_back(std::uint64_t &counted) noexcept;

    std::uint64_t ended_well_ = 0, failed_ = 0;
    std::uint64_t responses_ = 0, good_responses_ = 0, outputs_ = 0; // good_responses_ and outputs_ are in ended_well_ too
    std::string first_failure_;
    bool known_empty_ = false; // by its last report of a whole set, which it can have seen
};

} // namespace kith
