// SPDX-License-Identifier: MIT
#include "admission.hpp"

#include "hash.hpp"

#include <algorithm>
#include <utility>

namespace gossip {

namespace {

constexpr double per_second = 10, at_once = 10; // of each bucket

struct Places {
    std::size_t word[2];
    std::uint64_t bit[2];
};

Places places(std::uint64_t hash, std::size_t bits) noexcept {
    Places out{};
    for (unsigned i = 0; i < 2; ++i) {
        const std::size_t at = (i == 0 ? hash : hash >> 32U) & (bits - 1);
        out.word[i] = at / 64;
        out.bit[i] = std::uint64_t{1} << (at % 64);
    }
    return out;
}

bool holds(const std::vector<std::uint64_t> &filter, const Places &at) noexcept {
    return !filter.empty() && (filter[at.word[0]] & at.bit[0]) != 0 && (filter[at.word[1]] & at.bit[1]) != 0;
}

} // namespace

bool Admission::Bucket::take(double gained) noexcept {
    tokens = std::min(at_once, tokens + gained);
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
    const Places at = places(hash, bits);
    young_[at.word[0]] |= at.bit[0];
    young_[at.word[1]] |= at.bit[1];
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
    const bool returns = heard_before(hash);
    Bucket &own = returns ? returners_ : newcomers_, &other = returns ? newcomers_ : returners_;
    other.tokens = std::min(at_once, other.tokens + gained);
    if (own.take(gained)) return true;
    mark(hash, now);
    return false;
}

} // namespace gossip
