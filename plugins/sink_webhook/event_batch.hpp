// SPDX-License-Identifier: MIT
//
// Events of one run of the sink, as they are in a record of the spool and in the body of a request. Uses no services.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sink_webhook {

inline constexpr std::size_t max_record_text = 262'144; ///< bytes of events in one record, unless one event is larger

struct EventBatch {
    std::string run;                   ///< identifies the run; the numbers of events begin anew with each
    std::uint64_t first = 0, last = 0; ///< numbers of the first and the last event
    std::uint64_t count = 0;           ///< of events, which may be fewer than the numbers, because a filter leaves some out
    std::string events;                ///< JSON objects with commas between them

    void add(std::uint64_t number, std::string_view json);
    /// Appends a batch of the same run.
    void append(const EventBatch &later);
};

std::string record_of(const EventBatch &batch);
/// Nullopt when it is no record of this sink.
std::optional<EventBatch> batch_of(std::string_view record);

/// RUN.FIRST-LAST, which is also the header Kith-Delivery.
std::string delivery_of(const EventBatch &batch);
std::string body_of(const EventBatch &batch);

/// The header Kith-Signature: t=UNIX,v1=HEX, with HEX the HMAC-SHA-256 of UNIX, a full stop and the body.
std::string signature_of(std::string_view secret, std::int64_t unix_seconds, std::string_view body);

} // namespace sink_webhook
