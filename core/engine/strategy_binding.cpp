// SPDX-License-Identifier: MIT
#include <core/engine/strategy_binding.hpp>

#include <algorithm>

namespace kith::core {

namespace {

constexpr std::uint32_t many = 4096; // peers of a set that is rarely reported

} // namespace

std::int32_t StrategyBinding::answer(const Status &status) {
    engine_loop_.soon();
    return status ? status.status : instance_->refuse(status.status, status.text);
}

Status StrategyBinding::refuse(Status status) {
    topology_.refused(source_, status.status, status.text, engine_loop_.now());
    return status;
}

Status StrategyBinding::check(std::int32_t status) { return status == KITH_OK ? Status{} : refuse({status, reader_.text()}); }

// The answer that a large set was made from, and the tables that were too small for it, are free then. It takes about 1 ms, so only when the
// set has doubled.
void StrategyBinding::give_back(std::uint32_t count) {
    if (count < many || count / 2 < most_) return;
    most_ = count;
    engine_loop_.give_back();
}

// An empty set that no successful operation has shown is accepted under the policy's guard, and one warning is logged.
void StrategyBinding::reported(bool empty) {
    const auto doubt = instance_->tally().replaced(empty);
    if (doubt && !doubted_) {
        instance_->warn(
            "it reported an empty set that it cannot have seen; possibly its query failed, which a plugin must report "
            "by discovery.failed, so that the last peers stay",
            *doubt);
    }
    doubted_ = doubt.has_value();
}

std::int32_t StrategyBinding::replace(const kith_peer *peers, std::uint32_t count, std::uint32_t stride) {
    if (const Status status = check(reader_.read(peers, count, stride, topology_.policy().max_peers)); !status)
        return answer(status);
    reported(count == 0);
    const Status status = topology_.replace(source_, reader_.peers(), engine_loop_.now());
    reader_.shrink(std::min(count, many));
    give_back(count);
    return answer(status);
}

std::int32_t StrategyBinding::update(const kith_peer *upserted, std::uint32_t count, std::uint32_t stride,
                                     const kith_str *missing, std::uint32_t missing_count, const kith_str *left,
                                     std::uint32_t left_count) {
    const std::int32_t read =
        reader_.read_update(upserted, count, stride, missing, missing_count, left, left_count, topology_.policy().max_peers);
    if (const Status status = check(read); !status) return answer(status);
    instance_->tally().updated(count != 0);
    const Status status = topology_.update(source_, reader_.peers(), reader_.missing(), reader_.left(), engine_loop_.now());
    reader_.shrink(many);
    give_back(count);
    return answer(status);
}

std::int32_t StrategyBinding::watching(bool in_sync) {
    instance_->tally().clear();
    return answer(topology_.watching(source_, in_sync, engine_loop_.now()));
}

std::int32_t StrategyBinding::heard() { return answer(topology_.heard(source_, engine_loop_.now())); }

std::int32_t StrategyBinding::failed(std::int32_t status, std::string_view text) {
    instance_->tally().clear();
    return answer(topology_.failed(source_, status < 0 ? status : KITH_INTERNAL, text, engine_loop_.now()));
}

std::int32_t StrategyBinding::left_out(std::uint32_t items, std::string_view reason) {
    return answer(topology_.left_out(source_, items, reason, engine_loop_.now()));
}

} // namespace kith::core
