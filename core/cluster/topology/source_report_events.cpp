// SPDX-License-Identifier: MIT
#include <core/cluster/topology/source_report_events.hpp>

#include <array>
#include <utility>

namespace kith::core {

void ObservationEvents::left_out(SourceId source, std::uint32_t items, std::string_view reason) {
    SourceReport &report = reports_[index_of(source)];
    report.left_out += items;
    if (report.left_out_reason.empty()) report.left_out_reason = reason;
}

bool ObservationEvents::observed(SourceId source, ObservationTally &tally, bool whole, Time now) {
    SourceReport &report = reports_[index_of(source)];
    ++report.looks;
    const std::uint64_t left_out = report.left_out + tally.unnamed;
    if (report.left_out_reason.empty()) report.left_out_reason = std::move(tally.unnamed_reason);
    const bool other_reason = left_out != 0 && report.left_out_reason != report.left_out_reason_published;
    const bool changed =
        (whole && tally.any()) || (left_out != report.left_out_published && (whole || left_out != 0)) || other_reason;
    const bool publish = !report.ok_published || report.failures != 0 || changed;
    if (publish) publish_observed(report, tally, left_out, now);
    report.ok_published = true;
    report.failures = 0;
    report.status = KITH_OK;
    report.text.clear();
    report.left_out_published = left_out;
    report.left_out = 0;
    report.left_out_reason_published = std::exchange(report.left_out_reason, {});
    return publish;
}

void ObservationEvents::publish_observed(const SourceReport &report, const ObservationTally &tally, std::uint64_t left_out,
                                         Time now) {
    Event event;
    event.kind = KITH_EVENT_OBSERVATION_OK;
    event.topology = topology_;
    event.source = report.name;
    event.reason = report.left_out_reason;
    std::array<EventCount, 7> counts;
    std::size_t count = 0;
    counts[count++] = {"peers", tally.peers};
    const auto put = [&](std::string_view name, std::uint64_t value) {
        if (value != 0) counts[count++] = {name, value};
    };
    put("new", tally.discovered);
    put("changed", tally.updated);
    put("missing", tally.missing);
    put("left", tally.left);
    put("left_out", left_out);
    put("failures", report.failures);
    event.counts = {counts.data(), count};
    if (report.failures != 0) {
        event.duration = now - report.failing_since;
        event.has_duration = true;
    }
    bus_.publish(event, now);
}

void ObservationEvents::failed(SourceId source, std::int32_t status, std::string_view text, Time now) {
    SourceReport &report = reports_[index_of(source)];
    const bool repeated = report.failures != 0 && report.status == status && report.text == text;
    if (report.failures++ == 0) report.failing_since = now;
    ++report.failed_looks;
    report.left_out = 0;
    report.left_out_reason.clear();
    if (repeated) return;
    report.status = status;
    report.text = text;
    Event event;
    event.kind = KITH_EVENT_OBSERVATION_FAILED;
    event.topology = topology_;
    event.source = report.name;
    event.status = status;
    event.reason = text;
    const EventCount failures{"failures", report.failures};
    event.counts = {&failures, 1};
    bus_.publish(event, now);
}

void ObservationEvents::remembered(SourceId source, Time age, Time now) {
    reports_[index_of(source)].remembered_age = age;
    reports_[index_of(source)].remembered_at = now;
}

} // namespace kith::core
