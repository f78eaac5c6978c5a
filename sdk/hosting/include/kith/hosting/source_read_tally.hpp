// SPDX-License-Identifier: MIT
//
// Counts the results of operations that read from a strategy's source. An empty set that is reported although none of them
// succeeded is most likely a failed query that was reported as an empty answer.
#pragma once

#include <kith/plugin.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

/// Counts since the last clear(). The operations that count:
///
/// | operation | succeeded | failed |
/// |---|---|---|
/// | tcp.read, udp.receive | with bytes | any failure but the end of the stream, or silence on a socket |
/// | http.request, http.read | a response of a code that is an answer, its body not broken off | no response; 401, 403, 407,
/// 408, 429, 5xx; a body that broke off | | dns.query | any answer; NXDOMAIN and NODATA are answers | no server gave one | |
/// process.start, .read, .wait | bytes read, or exit code 0 | not started; another exit code, a signal, a timeout: what was
/// read does not count then | | file.read | the file was read | any failure but KITH_NOT_FOUND | | those that only prepare
/// (tcp.connect, tcp.write, udp.bind, udp.send, http.open, process.write) | never | any failure |
///
/// A missing file counts as neither, because only the plugin knows whether it means that there are no peers. KITH_CANCELLED
/// counts as neither.
class SourceReadTally {
  public:
    /// A completion of an operation. what: a static string such as "tcp.connect". text: borrowed, the explanation of a failure.
    void prepared(const char *what, std::int32_t status, std::string_view text);
    void read(const char *what, std::int32_t status, std::string_view text);
    void http_response(std::int32_t status, std::string_view text, std::uint32_t code);
    void http_body(std::int32_t status, std::string_view text);
    void program_output(std::int32_t status, std::string_view text);
    void program_ended(std::int32_t status, std::string_view text, std::uint32_t code, std::uint32_t signal);

    std::uint64_t ended_well() const noexcept { return ended_well_; }
    std::uint64_t failed() const noexcept { return failed_; }
    /// Whether operations were tried and none has succeeded.
    bool saw_nothing() const noexcept { return ended_well_ == 0 && failed_ != 0; }
    /// The text for saw_nothing(): "none of its 3 operations ended well; the first: tcp.connect: Connection refused".
    std::string text() const;

    /// The strategy has reported its whole set. Returns text() when the set is empty, was not known to be empty before, and no
    /// operation has shown it. Operations that end from now on belong to the next report.
    std::optional<std::string> replaced(bool empty);
    /// The strategy has reported a change, with or without present peers. The tally continues, because the whole set may follow
    /// from the same query.
    void updated(bool peers) noexcept;
    /// The strategy has reported a failure, or whether it follows its source. Operations that end from now on belong to the
    /// next report.
    void clear();

  private:
    void fail(const char *what, std::string_view text);
    void take_back(std::uint64_t &counted) noexcept;

    std::uint64_t ended_well_ = 0, failed_ = 0;
    std::uint64_t responses_ = 0, good_responses_ = 0, outputs_ = 0; // good_responses_ and outputs_ are in ended_well_ too
    std::string first_failure_;
    bool known_empty_ = false; // the last whole set was empty, as an operation has shown
};

} // namespace kith
