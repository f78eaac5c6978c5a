// SPDX-License-Identifier: MIT
#include "heartbeat.hpp"

namespace kith::mesh {

std::string encode(const Heartbeat &heartbeat) {
    std::string out;
    out.reserve(28);
    append_number<8>(out, heartbeat.stamp);
    append_number<8>(out, heartbeat.echo);
    append_number<8>(out, static_cast<std::uint64_t>(heartbeat.held.count()));
    if (heartbeat.next != 0) append_number<4>(out, heartbeat.next);
    return out;
}

std::optional<Heartbeat> read_heartbeat(std::string_view body) {
    Reader in(body);
    Heartbeat out;
    out.stamp = in.u64();
    out.echo = in.u64();
    out.held = Time(static_cast<std::int64_t>(in.u64()));
    if (in.good() && !in.at_end()) out.next = in.u32();
    return in.good() ? std::optional(out) : std::nullopt;
}

} // namespace kith::mesh
