// SPDX-License-Identifier: MIT
#include <kith/hosting/source_read_tally.hpp>

#include <kith/hosting/status.hpp>

#include <utility>

namespace kith {

namespace {

constexpr std::size_t most_text = 300; // of the stored failure, in bytes

bool is_refusal(std::uint32_t code) {
    return code == 401 || code == 403 || code == 407 || code == 408 || code == 429 || code >= 500;
}

} // namespace

void SourceReadTally::prepared(const char *what, std::int32_t status, std::string_view text) {
    if (status == KITH_OK || status == KITH_CANCELLED) return;
    fail(what, text.empty() ? status_sentence(status) : text);
}

void SourceReadTally::read(const char *what, std::int32_t status, std::string_view text) {
    if (status == KITH_OK) ++ended_well_;
    if (status != KITH_CLOSED) prepared(what, status, text);
}

void SourceReadTally::http_response(std::int32_t status, std::string_view text, std::uint32_t code) {
    if (status == KITH_CANCELLED) return;
    ++responses_;
    if (status != KITH_OK) return prepared("http.request", status, text);
    if (is_refusal(code)) return fail("http.request", "the server answered " + std::to_string(code));
    ++ended_well_;
    ++good_responses_;
}

void SourceReadTally::http_body(std::int32_t status, std::string_view text) {
    // A completion does not contain its response. Without a response since the last report it belongs to an earlier one.
    if (status == KITH_OK && responses_ == 0) ++ended_well_;
    if (status == KITH_OK || status == KITH_CLOSED || status == KITH_CANCELLED) return;
    if (good_responses_ != 0) {
        --good_responses_;
        --ended_well_;
    }
    prepared("http.read", status, text);
}

void SourceReadTally::program_output(std::int32_t status, std::string_view text) {
    if (status == KITH_OK) {
        ++ended_well_;
        ++outputs_;
    }
    if (status != KITH_CLOSED) prepared("process.read", status, text);
}

void SourceReadTally::program_ended(std::int32_t status, std::string_view text, std::uint32_t code, std::uint32_t signal) {
    if (status == KITH_CANCELLED) return;
    if (status == KITH_OK && code == 0 && signal == 0) {
        ++ended_well_;
        return;
    }
    take_back(outputs_);
    if (status != KITH_OK) return prepared("process.wait", status, text);
    fail("process.wait", signal != 0 ? "signal " + std::to_string(signal) + " ended the program"
                                     : "the program ended with exit code " + std::to_string(code));
}

std::string SourceReadTally::text() const {
    const std::string which = failed_ == 1 ? "its only operation did not end well"
                                           : "none of its " + std::to_string(failed_) + " operations ended well; the first";
    return which + ": " + first_failure_;
}

std::optional<std::string> SourceReadTally::replaced(bool empty) {
    std::optional<std::string> doubt;
    if (empty && !known_empty_ && saw_nothing()) doubt = text();
    known_empty_ = empty && !doubt;
    clear();
    return doubt;
}

void SourceReadTally::updated(bool peers) noexcept {
    if (peers) known_empty_ = false;
}

void SourceReadTally::clear() {
    const bool known_empty = known_empty_;
    *this = SourceReadTally();
    known_empty_ = known_empty;
}

void SourceReadTally::fail(const char *what, std::string_view text) {
    if (failed_++ != 0) return;
    first_failure_ = what;
    first_failure_.append(": ").append(text.substr(0, most_text));
}

void SourceReadTally::take_back(std::uint64_t &counted) noexcept { ended_well_ -= std::exchange(counted, 0); }

} // namespace kith
