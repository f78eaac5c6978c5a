// SPDX-License-Identifier: MIT
#include "event_batch.hpp"

#include "sha256.hpp"

#include <charconv>

namespace sink_webhook {

namespace {

constexpr std::string_view magic = "kith-webhook-1";

std::optional<std::string_view> next_word(std::string_view &line) {
    const std::size_t end = line.find(' ');
    if (line.empty() || end == 0) return std::nullopt;
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

bool read_number(std::string_view &line, std::uint64_t &out) {
    const auto word = next_word(line);
    if (!word) return false;
    const auto [end, wrong] = std::from_chars(word->data(), word->data() + word->size(), out);
    return wrong == std::errc() && end == word->data() + word->size();
}

} // namespace

void EventBatch::add(std::uint64_t number, std::string_view json) {
    if (count++ == 0) {
        first = number;
    } else {
        events += ',';
    }
    last = number;
    events += json;
}

void EventBatch::append(const EventBatch &later) {
    last = later.last;
    count += later.count;
    events += ',';
    events += later.events;
}

std::string record_of(const EventBatch &batch) {
    return std::string(magic) + ' ' + batch.run + ' ' + std::to_string(batch.first) + ' ' + std::to_string(batch.last) + ' ' +
           std::to_string(batch.count) + '\n' + batch.events;
}

std::optional<EventBatch> batch_of(std::string_view record) {
    const std::size_t end = record.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = record.substr(0, end);
    if (next_word(line) != magic) return std::nullopt;
    EventBatch out;
    const auto run = next_word(line);
    if (!run || !read_number(line, out.first) || !read_number(line, out.last) || !read_number(line, out.count))
        return std::nullopt;
    if (!line.empty() || out.count == 0 || out.last < out.first) return std::nullopt;
    out.run = *run;
    out.events = record.substr(end + 1);
    return out;
}

std::string delivery_of(const EventBatch &batch) {
    return batch.run + '.' + std::to_string(batch.first) + '-' + std::to_string(batch.last);
}

std::string body_of(const EventBatch &batch) {
    return R"({"run":")" + batch.run + R"(","first":)" + std::to_string(batch.first) + R"(,"last":)" +
           std::to_string(batch.last) + R"(,"events":[)" + batch.events + "]}";
}

std::string signature_of(std::string_view secret, std::int64_t unix_seconds, std::string_view body) {
    const std::string time = std::to_string(unix_seconds);
    return "t=" + time + ",v1=" + hexadecimal(hmac_sha256(secret, time + '.', body));
}

} // namespace sink_webhook
