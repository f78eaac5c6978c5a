// SPDX-License-Identifier: MIT
#include "admission.hpp"

#include "hash.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gossip {

namespace {

constexpr double per_second = 10, at_once = 10; // of each bucket

using Places = std::array<std::size_t, 4>;

// Four bits of a name, by the two halves of its hash (Kirsch and Mitzenmacher, "Less Hashing, Same Performance").
Places places(std::uint64_t hash, std::size_t bits) noexcept {
    Places out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = (hash + i * (hash >> 32U | 1U)) & (bits - 1);
    return out;
}

bool holds(const std::vector<std::uint64_t> &filter, const Places &all) noexcept {
    if (filter.empty()) return false;
    return std::all_of(all.begin(), all.end(), [&](std::size_t at) { return (filter[at / 64] >> (at % 64) & 1U) != 0; });
}

} // namespace

void Admission::Bucket::refill(double gained) noexcept { tokens = std::min(at_once, tokens + gained); }

bool Admission::Bucket::take() noexcept {
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
}

bool Admission::heard_before(std::uint64_t hash) const noexcept {
    const Places at = places(hash, bits);
    return holds(young_, at) || holds(old_, at);
}

void Admission::mark(std::uint64_t hash, std::int64_t now) {
    if (young_.empty()) {
        young_.resize(bits / 64);
        turned_ = now;
    }
    for (const std::size_t at : places(hash, bits)) young_[at / 64] |= std::uint64_t{1} << (at % 64);
}

bool Admission::admit(std::string_view name, std::int64_t now) {
    const double gained = static_cast<double>(now - last_) * 1e-9 * per_second;
    last_ = now;
    if (!young_.empty() && now - turned_ > memory_) {
        const bool quiet = now - turned_ > 2 * memory_; // what was marked is too old altogether
        old_ = quiet ? Filter() : std::move(young_);
        young_ = Filter();
        turned_ = now;
    }
    const std::uint64_t hash = hash_of(name, seed_);
    newcomers_.refill(gained);
    returners_.refill(gained);
    if (heard_before(hash) && returners_.take()) return true;
    if (newcomers_.take()) return true;
    mark(hash, now);
    return false;
}

} // namespace gossip
