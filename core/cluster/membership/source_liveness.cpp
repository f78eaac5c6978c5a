// SPDX-License-Identifier: MIT
#include <core/cluster/membership/source_liveness.hpp>

#include <algorithm>

namespace kith::core {

void SourceLiveness::set_interval(Time interval, Time now) {
    observations_ = observations(now);
    flows_since_ = now;
    interval_ = interval;
}

void SourceLiveness::observed(Time now, bool counts) {
    looked_ = true;
    failing_ = false;
    fresh_at_ = now;
    sign_of_life(now);
    update_flow(now);
    if (counts) ++observations_;
}

void SourceLiveness::watching(bool in_sync, Time now) {
    in_sync_ = in_sync;
    if (in_sync) {
        looked_ = true;
        failing_ = false;
        fresh_at_ = now;
    }
    update_flow(now);
}

void SourceLiveness::heard(Time now) {
    failing_ = false;
    sign_of_life(now);
    update_flow(now);
}

void SourceLiveness::failed(Time now) {
    failing_ = true;
    full_report_by_ = never;
    update_flow(now);
}

void SourceLiveness::fell_silent(Time now) {
    silent_ = true;
    update_flow(now);
}

void SourceLiveness::restarted(Time now) {
    in_sync_ = false;
    silent_ = false;
    shortest_ttl_ = never;
    full_report_by_ = never;
    update_flow(now);
}

void SourceLiveness::shorten_patience(Time ttl, Time now) {
    shortest_ttl_ = ttl;
    update_flow(now);
}

std::uint64_t SourceLiveness::observations(Time now) const {
    return observations_ + (flowing_ ? (now - flows_since_) / interval_ : 0);
}

Time SourceLiveness::counted_at(std::uint64_t observations) const {
    if (observations_ >= observations) return 0;
    if (!flowing_) return never;
    return later(flows_since_, (observations - observations_) * interval_);
}

void SourceLiveness::expect_full_report(Time by) {
    if (full_report_by_ == never) full_report_by_ = by;
}

void SourceLiveness::sign_of_life(Time now) {
    const Time gap = now - heard_at_;
    if (leased() && gap < shortest_ttl_) hearing_ += gap;
    heard_at_ = now;
    silent_ = false;
}

void SourceLiveness::update_flow(Time now) {
    const bool flows = looked_ && !stale() && (in_sync_ || leased());
    if (flows == flowing_) return;
    observations_ = observations(now);
    flowing_ = flows;
    flows_since_ = now;
    if (!flows) fresh_at_ = now;
}

} // namespace kith::core
