// SPDX-License-Identifier: MIT
#include <tests/sim/trace.hpp>

#include <core/cluster/events/event.hpp>

#include <array>
#include <cinttypes>
#include <cstdio>

namespace kith::sim {

void Trace::line(Duration at, std::string_view host, std::string_view key, std::string_view json) {
    if (out_ == nullptr) return;
    std::array<char, 48> time{};
    std::snprintf(time.data(), time.size(), R"({"t":%)" PRId64 R"(.%09)" PRId64,
                  static_cast<std::int64_t>(at.count() / 1'000'000'000), static_cast<std::int64_t>(at.count() % 1'000'000'000));
    buffer_ = time.data();
    if (!host.empty()) {
        buffer_ += R"(,"host":)";
        core::append_json_string(buffer_, host);
    }
    buffer_ += ",\"";
    buffer_.append(key).append("\":").append(json).append("}\n");
    *out_ << buffer_;
}

void Trace::end(Duration at, std::uint64_t events, std::uint64_t hash) {
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), R"({"events":%)" PRIu64 R"(,"hash":"%016)" PRIx64 "\"}", events, hash);
    line(at, {}, "end", text.data());
}

} // namespace kith::sim
